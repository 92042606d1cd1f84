"""From the engine's answer to the citizen's: placeholders become values again, everything else goes on at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deid import Restorer, Session

Body = dict[str, Any]


@dataclass(slots=True)
class _Call:
    """A tool call being streamed: the model's own text, and what of its arguments is held back."""

    restorer: Restorer
    name: str = ""
    raw: list[str] = field(default_factory=list, repr=False)


@dataclass(slots=True)
class _Choice:
    """One of the answers being streamed."""

    restorer: Restorer
    raw: list[str] = field(default_factory=list, repr=False)
    calls: dict[int, _Call] = field(default_factory=dict, repr=False)
    begun: bool = False


class AnswerRestorer:
    """Restores one request's answers, streamed or whole, and keeps the placeholder form for the journal.

    Only known fields go on: an answer is built anew, so that no field of the engine that could hold text
    (prompt echoes, token strings) passes unseen.
    """

    def __init__(self, session: Session, prefix: str = "") -> None:
        self._session = session
        self._prefix = prefix
        self._choices: dict[int, _Choice] = {}

    def chat_delta(self, choice: Mapping[str, Any]) -> Body | None:
        """One choice of a chat chunk restored; None where everything in it is held back for now."""
        state = self._choice(choice["index"])
        finish = choice.get("finish_reason")
        delta: Mapping[str, Any] = choice.get("delta") or {}
        restored: Body = {"role": delta["role"]} if delta.get("role") else {}
        content = self._text(state, delta.get("content"), ended=finish is not None)
        if content or (restored and not delta.get("tool_calls")):
            restored["content"] = content
        if calls := self._calls(state, delta.get("tool_calls") or (), ended=finish is not None):
            restored["tool_calls"] = calls
        if not restored and finish is None:
            return None
        return {"index": choice["index"], "delta": restored, "logprobs": None, "finish_reason": finish}

    def text_delta(self, choice: Mapping[str, Any]) -> Body | None:
        """One choice of a completion chunk restored; None where everything in it is held back for now."""
        finish = choice.get("finish_reason")
        text = self._text(self._choice(choice["index"]), choice.get("text"), ended=finish is not None)
        if not text and finish is None:
            return None
        return {"index": choice["index"], "text": text, "logprobs": None, "finish_reason": finish}

    def chat_choice(self, choice: Mapping[str, Any]) -> Body:
        """One choice of a whole chat answer, restored."""
        message: Mapping[str, Any] = choice["message"]
        calls = [{**call, "index": place} for place, call in enumerate(message.get("tool_calls") or ())]
        whole = self.chat_delta(
            {**choice, "delta": {**message, "tool_calls": calls}, "finish_reason": "stop"}
        )
        assert whole is not None
        restored: Body = {
            "role": "assistant",
            "content": whole["delta"].get("content") or None,
            "refusal": None,
        }
        if calls:
            restored["tool_calls"] = [
                {name: call[name] for name in ("id", "type", "function")}
                for call in whole["delta"]["tool_calls"]
            ]
        else:
            restored["content"] = restored["content"] or ""
        return {
            "index": choice["index"],
            "message": restored,
            "logprobs": None,
            "finish_reason": choice.get("finish_reason"),
        }

    def text_choice(self, choice: Mapping[str, Any]) -> Body:
        """One choice of a whole completion, restored."""
        restored = self.text_delta({**choice, "finish_reason": "stop"})
        assert restored is not None
        return {**restored, "finish_reason": choice.get("finish_reason")}

    def for_journal(self, session: Session) -> list[Body]:
        """The answers with placeholders, concealed again: a model can invent or remember personal data."""
        kept: list[Body] = []
        for index, state in sorted(self._choices.items()):
            answer: Body = {"index": index, "content": session.conceal_answer("".join(state.raw))}
            if state.calls:
                answer["tool_calls"] = [
                    {
                        "name": session.conceal_answer(call.name),
                        "arguments": session.conceal_answer("".join(call.raw)),
                    }
                    for _, call in sorted(state.calls.items())
                ]
            kept.append(answer)
        return kept

    @property
    def pieces(self) -> int:
        """How many pieces of text the engine sent: a lower bound of the tokens, where it told none."""
        return sum(
            len(state.raw) + sum(len(call.raw) for call in state.calls.values())
            for state in self._choices.values()
        )

    def _choice(self, index: int) -> _Choice:
        if index not in self._choices:
            self._choices[index] = _Choice(self._session.restorer())
        return self._choices[index]

    def _text(self, state: _Choice, text: str | None, *, ended: bool) -> str:
        ready = ""
        if text:
            state.raw.append(text)
            ready = state.restorer.feed(text)
        if ended:
            ready += state.restorer.flush()
        if ready and not state.begun:
            state.begun = True
            ready = self._prefix + ready
        return ready

    def _calls(self, state: _Choice, deltas: Any, *, ended: bool) -> list[Body]:
        ready: dict[int, Body] = {}
        for delta in deltas:
            index = int(delta.get("index", 0))
            call = state.calls.setdefault(index, _Call(self._session.restorer(json_escaped=True)))
            asked: Mapping[str, Any] = delta.get("function") or {}
            piece: Body = {"index": index, "function": {}}
            if delta.get("id"):
                piece |= {"id": delta["id"], "type": "function"}
            if asked.get("name"):
                call.name = piece["function"]["name"] = asked["name"]
            if asked.get("arguments"):
                call.raw.append(asked["arguments"])
                piece["function"]["arguments"] = call.restorer.feed(asked["arguments"])
            ready[index] = piece
        if ended:
            for index, call in state.calls.items():
                if tail := call.restorer.flush():
                    function = ready.setdefault(index, {"index": index, "function": {}})["function"]
                    function["arguments"] = function.get("arguments", "") + tail
        return list(ready.values())
