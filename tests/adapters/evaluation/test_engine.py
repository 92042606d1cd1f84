"""Asking an engine over a real socket: what is sent, what is read from its answers, and every way it can fail."""

from __future__ import annotations

import pytest

from adapters.dialogues import Message
from adapters.evaluation import EngineAnswerer, EvaluationFailed
from adapters.evaluation.engine import _POSITIONS
from tests.adapters.evaluation.speaking import END, Engine

ASK = [Message("user", "學貸")]
BEGUN = [*ASK, Message("assistant", "請洽")]


def _expected(start: int, text: str, *, end: bool) -> list[float]:
    tokens = [*map(ord, text), *([END] if end else [])]
    return [-(start + place) - token / 1e6 for place, token in enumerate(tokens)]


async def test_answer_is_greedy_and_tells_whether_it_ended(engine: tuple[Engine, str]) -> None:
    speaking, url = engine
    async with EngineAnswerer(f"{url}v1", "key") as answerer:
        whole = await answerer.answer("moe@1", ASK, 32)
        cut = await answerer.answer("moe@1", BEGUN, 2)
    assert (whole.text, whole.tokens, whole.ended, cut.ended) == ("請洽學校", 5, True, False)
    (path, first), (_, second) = speaking.bodies
    assert path == "/v1/chat/completions" and first["temperature"] == 0 and speaking.key == "Bearer key"
    assert first["add_generation_prompt"] and not first["continue_final_message"]
    assert second["continue_final_message"] and not second["add_generation_prompt"]


async def test_likelihood_of_a_whole_answer_covers_its_end(engine: tuple[Engine, str]) -> None:
    async with EngineAnswerer(engine[1]) as answerer:
        found = await answerer.logprobs("moe@1", ASK, "請洽")
    assert list(found) == pytest.approx(_expected(5, "請洽", end=True))


async def test_likelihood_of_a_continuation_leaves_out_what_was_begun_and_the_end(
    engine: tuple[Engine, str],
) -> None:
    async with EngineAnswerer(engine[1]) as answerer:
        found = await answerer.logprobs("moe@1", BEGUN, "學校")
    assert list(found) == pytest.approx(_expected(7, "學校", end=False))


async def test_long_answer_is_asked_in_pieces_that_join(engine: tuple[Engine, str]) -> None:
    speaking, url = engine
    text = "".join(chr(0x4E00 + place) for place in range(2 * _POSITIONS + 5))
    async with EngineAnswerer(url) as answerer:
        found = await answerer.logprobs("moe@1", ASK, text)
    assert list(found) == pytest.approx(_expected(5, text, end=True))
    pieces = [body for path, body in speaking.bodies if path == "/v1/completions"]
    assert len(pieces) == 3 and all(len(piece["logprob_token_ids"]) <= 128 for piece in pieces)


async def test_what_ends_vllm_is_never_asked_for(engine: tuple[Engine, str]) -> None:
    """`prompt_logprobs` and `echo` with LoRA end the engine process: vllm-project/vllm#16668."""
    speaking, url = engine
    async with EngineAnswerer(url) as answerer:
        await answerer.answer("moe@1", ASK, 8)
        await answerer.logprobs("moe@1", BEGUN, "學校")
    assert not [body for _, body in speaking.bodies if body.keys() & {"prompt_logprobs", "echo"}]


async def test_template_that_rewrites_earlier_turns_is_refused(engine: tuple[Engine, str]) -> None:
    speaking, url = engine
    speaking.rewrites = True
    async with EngineAnswerer(url) as answerer:
        with pytest.raises(EvaluationFailed) as failed:
            await answerer.logprobs("moe@1", ASK, "請洽")
    assert failed.value.code == "template_unsupported"


@pytest.mark.parametrize(
    ("status", "code"), [(404, "model_unknown"), (400, "engine_refused"), (500, "engine_refused")]
)
async def test_refusal_has_a_code_and_nothing_of_the_answer(
    engine: tuple[Engine, str], status: int, code: str
) -> None:
    speaking, url = engine
    speaking.status = status
    async with EngineAnswerer(url) as answerer:
        with pytest.raises(EvaluationFailed) as failed:
            await answerer.answer("moe@1", ASK, 8)
    assert failed.value.code == code and "秘密" not in str(failed.value) and "學貸" not in str(failed.value)


async def test_engine_that_is_not_there() -> None:
    async with EngineAnswerer("http://127.0.0.1:9") as answerer:
        with pytest.raises(EvaluationFailed) as failed:
            await answerer.logprobs("moe@1", ASK, "請洽")
    assert failed.value.code == "engine_unreachable"
