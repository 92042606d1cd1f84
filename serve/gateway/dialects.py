"""What differs between `/v1/chat/completions` and `/v1/completions`, so that one path serves both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deid import Session
from serve.gateway.answers import AnswerRestorer
from serve.gateway.clean import Cleaned, clean_chat, clean_completion
from serve.gateway.wire import Sampling

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One endpoint's shape: where it goes, how it's concealed, how its pieces are restored and named."""

    path: str
    id_prefix: str
    whole_object: str
    chunk_object: str
    conceal: Callable[[Session, Any], Cleaned]
    restore_delta: Callable[[AnswerRestorer, Mapping[str, Any]], Body | None]
    restore_choice: Callable[[AnswerRestorer, Mapping[str, Any]], Body]


CHAT = Dialect(
    path="/v1/chat/completions",
    id_prefix="chatcmpl-",
    whole_object="chat.completion",
    chunk_object="chat.completion.chunk",
    conceal=lambda session, request: clean_chat(request, session),
    restore_delta=AnswerRestorer.chat_delta,
    restore_choice=AnswerRestorer.chat_choice,
)
COMPLETION = Dialect(
    path="/v1/completions",
    id_prefix="cmpl-",
    whole_object="text_completion",
    chunk_object="text_completion",
    conceal=lambda session, request: clean_completion(request, session),
    restore_delta=AnswerRestorer.text_delta,
    restore_choice=AnswerRestorer.text_choice,
)

_ANSWER_ALLOWANCE = 512


def estimate_tokens(request: Sampling, body_bytes: int) -> int:
    """Tokens to reserve before the answer is known: a token for each Chinese character (three bytes), and the
    answer's limit, or 512 where the client set none, times the number of answers."""
    limit = getattr(request, "max_completion_tokens", None) or request.max_tokens or _ANSWER_ALLOWANCE
    return body_bytes // 3 + limit * (request.n or 1)
