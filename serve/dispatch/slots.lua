-- The adapter slots of one engine replica: which adapters may be in its batches, one atomic step per operation.
--
-- vLLM runs at most `max_loras` adapters at once and lets requests of running ones overtake (vllm#16876), so a cold
-- adapter could wait for ever behind warm ones. Here the adapters inside are counted before the engine is asked: the
-- least recently used idle one gives way, and when none is idle the one longest inside is closed to new requests until it
-- is idle and the adapter that waits longest has its slot.
--
-- KEYS  1 slots    hash  adapter -> ms since when it has a slot
--       2 used     zset  adapter -> ms of its last request's begin or end
--       3 leases   zset  "adapter request" -> ms when it ends by itself
--       4 busy     hash  adapter -> requests inside
--       5 waiters  zset  adapter -> ms since when somebody waits for it
--       6 seen     zset  adapter -> ms when a waiter last asked
-- ARGV  1 operation, 2 adapter, 3 request, then for `take`: 4 slots, 5 lease ms, 6 patience ms
--
-- take answers 0 (wait), 1 (warm) or 2 (cold: it has just got a slot); leave answers 1.
local SLOTS, USED, LEASES, BUSY, WAITERS, SEEN = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local OPERATION, ADAPTER, REQUEST = ARGV[1], ARGV[2], ARGV[3]
local FORGOTTEN_MS = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
-- Lua's own conversion would turn large numbers into 1e+15; microseconds tell two uses apart.
local function stamp(ms) return string.format('%.3f', ms) end
local function busy(adapter) return tonumber(redis.call('HGET', BUSY, adapter) or '0') end

local function leave(adapter, lease)
  if redis.call('ZREM', LEASES, lease) == 0 then return end
  if redis.call('HINCRBY', BUSY, adapter, -1) <= 0 then redis.call('HDEL', BUSY, adapter) end
  redis.call('ZADD', USED, stamp(now), adapter)
end

local function drop_waiter(adapter)
  redis.call('ZREM', WAITERS, adapter)
  redis.call('ZREM', SEEN, adapter)
end

local function clean()
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', stamp(now))) do
    leave(string.match(lease, '^(%S+) '), lease)
  end
  for _, adapter in ipairs(redis.call('ZRANGEBYSCORE', SEEN, '-inf', stamp(now - FORGOTTEN_MS))) do
    drop_waiter(adapter)
  end
end

-- The adapter that must give way: longest inside, once somebody has waited longer than the patience.
local function closing(patience)
  local first = redis.call('ZRANGE', WAITERS, 0, 0, 'WITHSCORES')
  if not first[1] or now - first[2] < patience then return nil end
  local oldest, since = nil, math.huge
  local slots = redis.call('HGETALL', SLOTS)
  for index = 1, #slots, 2 do
    local begun = tonumber(slots[index + 1])
    if begun < since or (begun == since and slots[index] < oldest) then oldest, since = slots[index], begun end
  end
  return oldest
end

local function idle()
  for _, adapter in ipairs(redis.call('ZRANGE', USED, 0, -1)) do
    if redis.call('HEXISTS', SLOTS, adapter) == 0 then
      redis.call('ZREM', USED, adapter)
    elseif busy(adapter) == 0 then
      return adapter
    end
  end
end

local function enter(answer)
  local lease = ADAPTER .. ' ' .. REQUEST
  if redis.call('ZADD', LEASES, stamp(now + tonumber(ARGV[5])), lease) == 1 then
    redis.call('HINCRBY', BUSY, ADAPTER, 1)
  end
  redis.call('ZADD', USED, stamp(now), ADAPTER)
  drop_waiter(ADAPTER)
  return answer
end

local function wait()
  redis.call('ZADD', WAITERS, 'NX', stamp(now), ADAPTER)
  redis.call('ZADD', SEEN, stamp(now), ADAPTER)
  return 0
end

local function take()
  local capacity, patience = tonumber(ARGV[4]), tonumber(ARGV[6])
  if redis.call('HEXISTS', SLOTS, ADAPTER) == 1 then
    if closing(patience) ~= ADAPTER then return enter(1) end
    if busy(ADAPTER) > 0 then return wait() end
    redis.call('HDEL', SLOTS, ADAPTER)
  end
  local first = redis.call('ZRANGE', WAITERS, 0, 0)[1]
  if first and first ~= ADAPTER then return wait() end
  if redis.call('HLEN', SLOTS) >= capacity then
    local victim = idle()
    if not victim then return wait() end
    redis.call('HDEL', SLOTS, victim)
    redis.call('ZREM', USED, victim)
  end
  redis.call('HSET', SLOTS, ADAPTER, stamp(now))
  return enter(2)
end

clean()
local answer = 1
if OPERATION == 'take' then answer = take() else leave(ADAPTER, ADAPTER .. ' ' .. REQUEST) end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 86400000) end
return answer
