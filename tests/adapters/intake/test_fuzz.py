"""Whatever bytes come in: the adapter is accepted or refused, and nothing else ever happens."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import cards
from adapters.intake import BaseSpec, Inspected, IntakeRefused, inspect, unpack
from adapters.intake.header import Header, read_header
from adapters.intake.peftconfig import PeftConfig, read_config
from tests.adapters import hostile

FUZZ = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
# Places are shares of the file's length: they reach headers and data alike.
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1), st.sampled_from(["set", "insert", "cut", "flip"]), st.binary(min_size=1, max_size=12)
    ),
    min_size=1,
    max_size=6,
)


def mutated(content: bytes, edits: list[tuple[float, str, bytes]], span: int | None = None) -> bytes:
    """The bytes with edits made within the first `span` of them."""
    changed = bytearray(content)
    for share, kind, piece in edits:
        place = int(share * min(span or len(changed), len(changed)))
        if kind == "set":
            changed[place : place + len(piece)] = piece
        elif kind == "insert":
            changed[place:place] = piece
        elif kind == "cut":
            del changed[place : place + len(piece)]
        elif place < len(changed):
            changed[place] ^= piece[0]
    return bytes(changed)


def outcome(judge: Callable[[], Any], accepted: type) -> str:
    """What the intake says: an acceptance, or a refusal with a code and a line that can be printed."""
    try:
        answer = judge()
    except IntakeRefused as refusal:
        assert refusal.code.isidentifier() and refusal.message.isprintable()
        return refusal.code
    assert isinstance(answer, accepted)
    return "accepted"


@pytest.fixture(scope="module")
def parts(base: BaseSpec, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a valid adapter."""
    folder = hostile.write_valid(base, tmp_path_factory.mktemp("fuzz") / "adapter")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def judged(base: BaseSpec, parts: dict[str, bytes], *, sealed: bool) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, content in parts.items():
            (folder / name).write_bytes(content)
        if sealed:
            hostile.reseal(folder)
        return outcome(lambda: inspect(folder, base, hostile.nothing_denied), Inspected)


@given(content=st.binary(max_size=600))
@FUZZ
def test_any_bytes_as_a_header(content: bytes) -> None:
    stream = io.BytesIO(content)
    outcome(lambda: read_header(stream, "x.safetensors", len(content), 1 << 20), Header)


@given(header=JSON | st.dictionaries(st.text(max_size=8), JSON, max_size=3), data=st.binary(max_size=64))
@FUZZ
def test_any_json_as_a_header(header: Any, data: bytes) -> None:
    text = json.dumps(header).encode()
    content = len(text).to_bytes(8, "little") + text + data
    outcome(lambda: read_header(io.BytesIO(content), "x.safetensors", len(content), 1 << 20), Header)


@given(edits=EDITS)
@FUZZ
def test_a_mutated_weights_file(base: BaseSpec, parts: dict[str, bytes], edits: Any) -> None:
    content = parts[hostile.WEIGHTS]
    header_bytes = 8 + int.from_bytes(content[:8], "little")
    changed = {**parts, hostile.WEIGHTS: mutated(content, edits, header_bytes)}
    judged(base, changed, sealed=True)


@given(
    name=st.integers(0, 27),
    key=st.sampled_from(["dtype", "shape", "data_offsets", "more"]),
    value=JSON | st.lists(st.integers(-2, 1 << 33), max_size=3),
)
@FUZZ
def test_a_header_with_one_field_replaced(
    base: BaseSpec, parts: dict[str, bytes], name: int, key: str, value: Any
) -> None:
    content = parts[hostile.WEIGHTS]
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header[sorted(header)[name]][key] = value
    text = json.dumps(header).encode()
    changed = len(text).to_bytes(8, "little") + text + content[8 + length :]
    judged(base, {**parts, hostile.WEIGHTS: changed}, sealed=True)


@given(content=st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
@FUZZ
def test_anything_as_a_configuration(base: BaseSpec, content: bytes) -> None:
    outcome(lambda: read_config(content, base), PeftConfig)


@given(name=st.text(max_size=12), value=JSON, known=st.integers(0, 60))
@FUZZ
def test_a_configuration_with_one_field_replaced(
    base: BaseSpec, parts: dict[str, bytes], name: str, value: Any, known: int
) -> None:
    config = json.loads(parts[hostile.CONFIG])
    demo = Path(__file__).parents[3] / "deploy" / "demo" / "adapters" / "mof" / hostile.CONFIG
    names = sorted({*json.loads(demo.read_text(encoding="utf-8")), *config})
    config[names[known] if known < len(names) else name] = value
    outcome(lambda: read_config(json.dumps(config).encode(), base), PeftConfig)


@given(edits=EDITS, name=st.sampled_from([cards.CARD_FILE, hostile.CONFIG, "questions.jsonl", "report.json"]))
@FUZZ
def test_a_mutated_small_file(base: BaseSpec, parts: dict[str, bytes], edits: Any, name: str) -> None:
    judged(base, {**parts, name: mutated(parts[name], edits)}, sealed=False)


@pytest.fixture(scope="module")
def archives(parts: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("archives")
    source = folder / "adapter"
    source.mkdir()
    for name, content in parts.items():
        (source / name).write_bytes(content[:2_000])
    return {
        "tar": hostile.tar_of(source, folder / "a", "w").read_bytes(),
        "gzip": hostile.tar_of(source, folder / "b").read_bytes(),
        "zip": hostile.zip_of(source, folder / "c").read_bytes(),
    }


@given(edits=EDITS, kind=st.sampled_from(["tar", "gzip", "zip"]))
@FUZZ
def test_a_mutated_archive(archives: dict[str, bytes], edits: Any, kind: str) -> None:
    _unpacked(mutated(archives[kind], edits))


@given(edits=EDITS)
@FUZZ
def test_a_mutated_zip_directory(archives: dict[str, bytes], edits: Any) -> None:
    content = archives["zip"]
    start = content.index(b"PK\1\2")
    _unpacked(content[:start] + mutated(content[start:], edits))


@given(content=st.binary(max_size=2_000), magic=st.sampled_from([b"", b"PK\3\4", b"\x1f\x8b\x08"]))
@FUZZ
def test_any_bytes_as_an_archive(content: bytes, magic: bytes) -> None:
    assert _unpacked(magic + content) != "accepted"


def test_the_unchanged_material_is_accepted(
    base: BaseSpec, parts: dict[str, bytes], archives: dict[str, bytes]
) -> None:
    assert judged(base, parts, sealed=False) == "accepted"
    assert {_unpacked(content) for content in archives.values()} == {"accepted"}


def _unpacked(content: bytes) -> str:
    """Unpack in a folder of its own; whatever happens, nothing is written outside `taken`."""
    with tempfile.TemporaryDirectory() as scratch:
        archive, taken = Path(scratch) / "upload", Path(scratch) / "taken"
        archive.write_bytes(content)
        answer = outcome(lambda: unpack(archive, taken), Path)
        assert {path.name for path in Path(scratch).iterdir()} <= {"upload", "taken"}
        assert taken.exists() == (answer == "accepted") and answer != "intake_unavailable"
        return answer
