"""A server that speaks as vLLM does, over a real socket."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

END = 3


class Engine:
    """Speaks as vLLM does; a token is a character's code, and a token's likelihood is its place in the prompt."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.status = 200
        self.rewrites = False
        self.models = {"moe@1"}
        self.key = ""

    async def handle(self, request: web.Request) -> web.Response:
        body = json.loads(await request.text())
        self.bodies.append((request.path, body))
        self.key = request.headers.get("Authorization", "")
        if self.status != 200:
            return web.json_response({"error": {"message": "秘密"}}, status=self.status)
        if body["model"] not in self.models:
            return web.json_response({}, status=404)
        answer = {"/tokenize": self._tokenize, "/v1/completions": self._complete}.get(
            request.path, self._chat
        )
        return web.json_response(answer(body))

    def _tokenize(self, body: dict[str, Any]) -> dict[str, Any]:
        tokens: list[int] = [len(body["messages"])] if self.rewrites else []
        for message in body["messages"]:
            tokens += [1 if message["role"] == "user" else 2, *map(ord, message["content"]), END]
        if body["add_generation_prompt"]:
            tokens.append(2)
        return {"tokens": tokens[:-1] if body["continue_final_message"] else tokens}

    def _complete(self, body: dict[str, Any]) -> dict[str, Any]:
        choices = [
            {
                "index": place,
                "logprobs": {
                    "top_logprobs": [
                        {f"token_id:{one}": -len(prompt) - one / 1e6 for one in body["logprob_token_ids"]}
                    ]
                },
            }
            for place, prompt in enumerate(body["prompt"])
        ]
        return {"choices": choices[::-1]}

    def _chat(self, body: dict[str, Any]) -> dict[str, Any]:
        cut = body["max_tokens"] < 5
        choice = {"message": {"content": "請洽學校"}, "finish_reason": "length" if cut else "stop"}
        return {"choices": [choice], "usage": {"completion_tokens": 5}}
