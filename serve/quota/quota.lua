-- One tenant's quota: every operation is one atomic step, with the server's clock.
--
-- KEYS  1 window    hash    count, end (ms)                  the present request window
--       2 day       hash    day, used, reserved, late:*, gone:*   tokens of one Asia/Taipei calendar day
--       3 leases    zset    request id -> expiry (ms)        requests being served
--       4 estimates hash    request id -> tokens:day:window end
-- ARGV  1 operation, 2 request id, then
--       reserve: 3 tokens, 4 requests, 5 window ms, 6 tokens per day, 7 concurrent, 8 lease ms
--       settle:  3 tokens used
--
-- reserve answers {0, requests left, window ms left, tokens granted, tokens left, day ms left}
--              or {1 requests | 2 tokens | 3 concurrent, ms until a retry makes sense}.
local WINDOW, DAY, LEASES, ESTIMATES = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local OPERATION, ID = ARGV[1], ARGV[2]
local DAY_MS, TAIPEI_MS, SOON_MS = 86400000, 28800000, 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local today = math.floor((now + TAIPEI_MS) / DAY_MS)
local day_end = (today + 1) * DAY_MS - TAIPEI_MS

-- Lua's own conversion would turn large numbers into 1e+15.
local function whole(number) return string.format('%.0f', number) end

local function turn_day()
  if redis.call('HGET', DAY, 'day') ~= whole(today) then
    redis.call('DEL', DAY)
    redis.call('HSET', DAY, 'day', whole(today), 'used', '0', 'reserved', '0')
    redis.call('PEXPIREAT', DAY, whole(day_end + DAY_MS))
  end
end

-- Takes a lease away and gives its reserved tokens back. Answers nil, or the end of its window and whether it
-- belongs to today.
local function end_lease(id)
  local estimate = redis.call('HGET', ESTIMATES, id)
  if not estimate then return nil end
  redis.call('ZREM', LEASES, id)
  redis.call('HDEL', ESTIMATES, id)
  local tokens, day, window_end = string.match(estimate, '^(%d+):(%d+):(%d+)$')
  local is_today = day == whole(today)
  if is_today then redis.call('HINCRBY', DAY, 'reserved', whole(0 - tokens)) end
  return window_end, is_today
end

local function purge_expired()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', whole(now))) do
    local _, is_today = end_lease(id)
    -- A settlement that comes after the expiry is still charged, once.
    if is_today then redis.call('HSET', DAY, 'late:' .. id, '1') end
  end
end

local function reserve()
  local tokens, requests, window_ms = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  local tokens_per_day, concurrent, lease_ms = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
  purge_expired()
  local window = redis.call('HMGET', WINDOW, 'count', 'end')
  local count, window_end = tonumber(window[1]) or 0, tonumber(window[2]) or 0
  if now >= window_end then count, window_end = 0, now + window_ms end
  local spent = redis.call('HMGET', DAY, 'used', 'reserved')
  local used, reserved = tonumber(spent[1]), tonumber(spent[2])
  local left = tokens_per_day - used - reserved

  local known = redis.call('HGET', ESTIMATES, ID)
  if known then
    local granted = tonumber(string.match(known, '^(%d+):'))
    return {0, math.max(0, requests - count), window_end - now, granted, math.max(0, left), day_end - now}
  end
  if count >= requests then return {1, window_end - now} end
  if used >= tokens_per_day then return {2, day_end - now} end
  if tokens > left then
    if reserved > 0 then return {2, SOON_MS} end
    tokens = left
  end
  if redis.call('ZCARD', LEASES) >= concurrent then return {3, SOON_MS} end
  -- The caller was cancelled, or gave up waiting, before this call arrived.
  if redis.call('HEXISTS', DAY, 'gone:' .. ID) == 1 then return {3, SOON_MS} end

  redis.call('HSET', WINDOW, 'count', whole(count + 1), 'end', whole(window_end))
  redis.call('PEXPIREAT', WINDOW, whole(window_end))
  redis.call('HINCRBY', DAY, 'reserved', whole(tokens))
  redis.call('ZADD', LEASES, whole(now + lease_ms), ID)
  redis.call('HSET', ESTIMATES, ID, whole(tokens) .. ':' .. whole(today) .. ':' .. whole(window_end))
  -- Not sooner than the day's end: an expired lease's tokens must still be found and given back.
  redis.call('PEXPIRE', LEASES, whole(lease_ms + DAY_MS))
  redis.call('PEXPIRE', ESTIMATES, whole(lease_ms + DAY_MS))
  return {0, requests - count - 1, window_end - now, tokens, left - tokens, day_end - now}
end

local function settle()
  local window_end, is_today = end_lease(ID)
  if is_today or (not window_end and redis.call('HDEL', DAY, 'late:' .. ID) == 1) then
    redis.call('HINCRBY', DAY, 'used', ARGV[3])
  end
  return 0
end

-- Answers whether there was a lease, living or expired.
local function release()
  local window_end = end_lease(ID)
  if not window_end then return redis.call('HDEL', DAY, 'late:' .. ID) == 1 end
  if redis.call('HGET', WINDOW, 'end') == window_end and redis.call('HINCRBY', WINDOW, 'count', '-1') <= 0 then
    redis.call('DEL', WINDOW)
  end
  return true
end

turn_day()
if OPERATION == 'reserve' then return reserve() end
if OPERATION == 'settle' then return settle() end
local found = release()
-- cancel: a reserve call that is still on its way must find nothing to take.
if OPERATION == 'cancel' and not found then redis.call('HSET', DAY, 'gone:' .. ID, '1') end
return 0
