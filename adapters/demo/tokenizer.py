"""The demonstration model's tokenizer: one token per character, bytes for everything else.

Every string encodes and decodes to itself. Digits and the brackets 〔〕 are tokens of their own, so a
placeholder spans several tokens, as it does with the large models a ministry would really use.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import AddedToken, Tokenizer, decoders
from tokenizers.models import BPE
from transformers import PreTrainedTokenizerFast

PAD, SYSTEM, USER, ASSISTANT, TOOL, END = SPECIAL = (
    "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|end|>",
)  # fmt: skip
VOCABULARY_MULTIPLE = 128
# A role mark typed by a citizen must not open a turn: "<|" inside content becomes "< |".
CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{%- if message['role'] in ['system', 'user', 'assistant', 'tool'] -%}"
    "{{- '<|' + message['role'] + '|>' + (message['content'] or '') | replace('<|', '< |') + '<|end|>' -}}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)


def common_characters() -> list[str]:
    """ASCII, full-width punctuation and the 5,401 frequent characters of Big5 (CNS 11643 plane 1)."""
    ascii_characters = [chr(code) for code in range(0x20, 0x7F)] + ["\n"]
    rows = [*range(0xA1, 0xA4), *range(0xA4, 0xC7)]
    columns = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    decoded = (bytes((row, column)).decode("big5", "ignore") for row in rows for column in columns)
    return ascii_characters + [character for character in decoded if character]


def build_tokenizer(extra_characters: Iterable[str]) -> PreTrainedTokenizerFast:
    """A tokenizer over the common characters and those of the corpus, padded to a round vocabulary."""
    characters = sorted({*common_characters(), *extra_characters})
    vocabulary = {token: place for place, token in enumerate(SPECIAL)}
    for token in [*(f"<0x{byte:02X}>" for byte in range(256)), *characters]:
        vocabulary.setdefault(token, len(vocabulary))
    core = Tokenizer(BPE(vocab=vocabulary, merges=[], byte_fallback=True, fuse_unk=False))
    core.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    core.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=PAD,
        eos_token=END,
        extra_special_tokens=[SYSTEM, USER, ASSISTANT, TOOL],
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
        model_max_length=1024,
        padding_side="left",
    )


def padded_vocabulary(tokenizer: PreTrainedTokenizerFast) -> int:
    """Vocabulary size rounded up, so that tensor parallelism splits it evenly."""
    return -(-len(tokenizer) // VOCABULARY_MULTIPLE) * VOCABULARY_MULTIPLE
