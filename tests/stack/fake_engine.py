"""An engine's HTTP face without an engine: vLLM's models, adapters, metrics and answers, and the ways it can fail.

Each fault counts how often it fired, so that no test passes because its fault never happened.
"""

from __future__ import annotations

import json
import socket
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BASE, BASE_ROOT = "base-1", "/models/base"


class FakeEngine:
    """One replica on a real socket. Faults are set by name; `hang` names paths that don't answer until `calm`."""

    def __init__(self) -> None:
        self.adapters: dict[str, str] = {}
        self.seen: list[tuple[str, str]] = []  # every load and unload: what, name
        self.looks = 0  # how often its models were listed
        self.keys: set[str] = set()
        self.busy: set[str] = set()
        self.faults: set[str] = set()
        self.hanging: set[str] = set()
        self.fired: Counter[str] = Counter()
        self._calm = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Its address, the same after a restart."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen. A started engine holds no adapter."""
        self.adapters.clear()
        self._calm.clear()
        self._server = _Server(self._port, self)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def die(self) -> None:
        """Stop answering; what hung is let go."""
        self._calm.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.cut()
        self._server = None

    def hang(self, *paths: str) -> None:
        """Let requests for these paths wait."""
        self._calm.clear()
        self.hanging |= set(paths)

    def calm(self) -> None:
        """Answer again; requests that waited go on."""
        self.hanging.clear()
        self._calm.set()

    def strikes(self, fault: str) -> bool:
        """Whether the fault is set; it has fired then."""
        if fault not in self.faults:
            return False
        self.fired[fault] += 1
        return True

    def wait_if_hanging(self, path: str) -> None:
        """Wait until `calm`."""
        if path in self.hanging:
            self.fired[f"hang {path}"] += 1
            self._calm.wait()

    def listing(self) -> dict[str, str]:
        """Names and paths as /v1/models shows them."""
        self.looks += 1
        root = "/somewhere/else"
        wrong = self.strikes("wrong root") and bool(self.adapters)
        return {
            BASE: BASE_ROOT,
            "base": BASE_ROOT,
            **{name: root if wrong else path for name, path in list(self.adapters.items())},
        }

    def load(self, name: str, path: str) -> int:
        """The status that vLLM would answer with."""
        self.seen.append(("load", name))
        if self.strikes("refuse load") or name in self.adapters:
            return 500
        if not self.strikes("forget"):
            self.adapters[name] = path
        return 200

    def unload(self, name: str) -> int:
        """The status that vLLM would answer with."""
        self.seen.append(("unload", name))
        if self.strikes("refuse unload") or name not in self.adapters:
            return 404
        if not self.strikes("ghost"):
            del self.adapters[name]
        return 200

    def logprobs(self, model: str) -> dict[str, float]:
        """Next tokens: each path has its own, the base those of nothing."""
        path = self.adapters.get(model, "")
        if path and self.strikes("no effect"):
            path = ""
        shift = (1 + zlib.crc32(path.encode()) % 97) / 97 if path else 0.0
        return {f"token_id:{number}": -0.5 - number - shift for number in range(5)}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, engine: FakeEngine) -> None:
        self.engine = engine
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection: one that is kept alive would outlive a dead engine."""
        self._open.add(request)
        super().process_request(request, client_address)

    def cut(self) -> None:
        """Break every connection off."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """A client that gave up is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def engine(self) -> FakeEngine:
        """Whose face this is."""
        assert isinstance(self.server, _Server)
        return self.server.engine

    def do_GET(self) -> None:
        self.engine.keys.add(self.headers.get("Authorization", ""))
        self.engine.wait_if_hanging(self.path)
        if self.path == "/metrics":
            self._answer(_exposition(self.engine).encode(), "text/plain")
        elif self.path == "/v1/models":
            data = [
                {"id": name, "object": "model", "root": root} for name, root in self.engine.listing().items()
            ]
            self._answer(json.dumps({"object": "list", "data": data}).encode(), "application/json")
        else:
            self._answer(b"{}", "application/json")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.engine.wait_if_hanging(self.path)
        if self.path == "/v1/load_lora_adapter":
            self._answer(b"{}", "application/json", self.engine.load(body["lora_name"], body["lora_path"]))
        elif self.path == "/v1/unload_lora_adapter":
            self._answer(b"{}", "application/json", self.engine.unload(body["lora_name"]))
        elif body.get("logprobs") and self.path == "/v1/completions":
            tokens = self.engine.logprobs(body["model"])
            choices = [
                {"index": number, "text": "", "logprobs": {"top_logprobs": [tokens]}}
                for number in range(len(body["prompt"]))
            ]
            self._answer(json.dumps({"choices": choices}).encode(), "application/json")
        else:
            self._chat(body)

    def _chat(self, body: dict[str, Any]) -> None:
        text = "您說：" + body["messages"][-1]["content"]
        deltas = [{"role": "assistant", "content": ""}, *({"content": char} for char in text), {}]
        events = [self._event(body["model"], delta, last=not delta) for delta in deltas]
        usage = {"prompt_tokens": 9, "completion_tokens": len(text), "total_tokens": 9 + len(text)}
        events.append({**events[-1], "choices": [], "usage": usage})
        lines = [f"data: {json.dumps(event)}\n\n" for event in events]
        self._answer("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")

    def _event(self, model: str, delta: dict[str, Any], *, last: bool) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": "stop" if last else None}
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
        return {**head, "choices": [choice]}

    def _answer(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


def _exposition(engine: FakeEngine) -> str:
    """vLLM's gauges as it writes them: one series for each combination of busy adapters, with its time as value."""
    busy, count = ",".join(sorted(engine.busy)), float(len(engine.busy))
    info = 'vllm:lora_requests_info{{max_lora="4",running_lora_adapters="{}",waiting_lora_adapters=""}} {}'
    return "\n".join(
        [
            "# TYPE vllm:num_requests_running gauge",
            f'vllm:num_requests_running{{engine="0",model_name="{BASE}"}} {count}',
            "# TYPE vllm:num_requests_waiting gauge",
            f'vllm:num_requests_waiting{{engine="0",model_name="{BASE}"}} 0.0',
            "# TYPE vllm:kv_cache_usage_perc gauge",
            f'vllm:kv_cache_usage_perc{{engine="0",model_name="{BASE}"}} 0.25',
            "# TYPE vllm:lora_requests_info gauge",
            info.format("long-gone", 1.0),
            info.format(busy, 2.0),
            "",
        ]
    )


@contextmanager
def fake_engine() -> Iterator[str]:
    """Its address while it runs."""
    engine = FakeEngine()
    engine.start()
    try:
        yield engine.url
    finally:
        engine.die()
