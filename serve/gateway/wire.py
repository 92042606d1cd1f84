"""What a client may send: OpenAI's request bodies, every field known by name.

A field that isn't here is refused, since text in a field nobody looks at would reach the model unseen. Fields that
are refused on purpose are named in REFUSED with the reason. Source: OpenAI API reference, `POST /v1/chat/completions`
and `POST /v1/completions`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from serve.gateway.nesting import check_json_text, check_tree

Text = Annotated[str, Field(max_length=1_000_000)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Json = Any
JsonObject = Annotated[dict[str, Json], AfterValidator(check_tree)]
JsonText = Annotated[Text, AfterValidator(check_json_text)]

_PLACEHOLDERS_SHOW = "it would reveal what stands beside a concealed value"
REFUSED: dict[str, str] = {
    "logprobs": f"logprobs is refused: {_PLACEHOLDERS_SHOW}.",
    "top_logprobs": f"top_logprobs is refused: {_PLACEHOLDERS_SHOW}.",
    "logit_bias": "logit_bias is refused: it acts on the tokens of placeholders.",
    "functions": "functions is refused: use tools.",
    "function_call": "function_call is refused: use tool_choice.",
    "modalities": "modalities is refused: this service answers in text.",
    "audio": "audio is refused: this service answers in text.",
    "prediction": "prediction is refused.",
    "web_search_options": "web_search_options is refused: nothing leaves the government's network.",
    "echo": "echo is refused.",
    "best_of": "best_of is refused: use n.",
    "suffix": "suffix is refused.",
}


class Wire(BaseModel):
    """Base of everything on the wire."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TextPart(Wire):
    """One part of a message's content. Only text is served."""

    type: Literal["text"]
    text: Text


Content = Text | Annotated[list[TextPart], Field(max_length=256)]


class FunctionCall(Wire):
    """A function the model asked for, its arguments as JSON text."""

    name: Name
    arguments: JsonText


class ToolCall(Wire):
    """A tool call of an earlier assistant turn."""

    id: Annotated[str, Field(max_length=256)]
    type: Literal["function"] = "function"
    function: FunctionCall
    index: int | None = None


class SystemMessage(Wire):
    """An instruction of the agency's own bot."""

    role: Literal["system", "developer"]
    content: Content
    name: Annotated[str, Field(max_length=256)] | None = None


class UserMessage(Wire):
    """What the citizen wrote."""

    role: Literal["user"]
    content: Content
    name: Annotated[str, Field(max_length=256)] | None = None


class AssistantMessage(Wire):
    """An earlier answer. Fields that clients send back empty are accepted only when empty."""

    role: Literal["assistant"]
    content: Content | None = None
    name: Annotated[str, Field(max_length=256)] | None = None
    refusal: Text | None = None
    tool_calls: Annotated[list[ToolCall], Field(max_length=128)] | None = None
    annotations: Annotated[list[Json], Field(max_length=0)] | None = None
    audio: None = None
    function_call: None = None


class ToolMessage(Wire):
    """A tool's result."""

    role: Literal["tool"]
    content: JsonText | Annotated[list[TextPart], Field(max_length=256)]
    tool_call_id: Annotated[str, Field(max_length=256)]
    name: Annotated[str, Field(max_length=256)] | None = None


Message = Annotated[SystemMessage | UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")]


class FunctionSpec(Wire):
    """A function the model may ask for; `parameters` is a JSON schema."""

    name: Name
    description: Text | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None


class Tool(Wire):
    """A tool the model may ask for."""

    type: Literal["function"]
    function: FunctionSpec


class NamedFunction(Wire):
    """The function that must be called."""

    name: Name


class NamedTool(Wire):
    """The tool that must be called."""

    type: Literal["function"]
    function: NamedFunction


class JsonSchema(Wire):
    """A schema that the answer must follow."""

    name: Name
    description: Text | None = None
    schema_: JsonObject | None = Field(None, alias="schema")
    strict: bool | None = None


class ResponseFormat(Wire):
    """The form of the answer."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class StreamOptions(Wire):
    """What a stream also carries."""

    include_usage: bool = False
    include_obfuscation: Literal[False] | None = None


class Sampling(Wire):
    """What both endpoints share. `user` and `metadata` are accepted and dropped: the model never sees them."""

    model: Annotated[str, Field(max_length=256)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    n: Annotated[int, Field(ge=1, le=8)] | None = None
    stop: Text | Annotated[list[Text], Field(max_length=16)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), le=2**63 - 1)] | None = None
    user: Annotated[str, Field(max_length=1024)] | None = None
    logprobs: Literal[False] | None = None
    top_logprobs: Literal[0] | None = None
    logit_bias: None = None


SAMPLING_FIELDS = ("temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "n")


class ChatRequest(Sampling):
    """Body of `POST /v1/chat/completions`."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=1024)]
    max_completion_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    tools: Annotated[list[Tool], Field(max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    metadata: dict[str, Json] | None = None
    store: Literal[False] | None = None
    service_tier: Literal["auto", "default"] | None = None
    modalities: list[Literal["text"]] | None = None
    functions: None = None
    function_call: None = None
    audio: None = None
    prediction: None = None
    web_search_options: None = None


class CompletionRequest(Sampling):
    """Body of `POST /v1/completions`. Token ids instead of text are refused: they can't be concealed."""

    prompt: Text | Annotated[list[Text], Field(min_length=1, max_length=64)]
    echo: Literal[False] | None = None
    best_of: Literal[1] | None = None
    suffix: None = None


FIELD_NAMES: frozenset[str] = frozenset(
    name
    for model in (
        ChatRequest, CompletionRequest, TextPart, FunctionCall, ToolCall, SystemMessage, UserMessage,
        AssistantMessage, ToolMessage, FunctionSpec, Tool, JsonSchema, ResponseFormat, StreamOptions,
    )
    for name in model.model_fields
) | {"schema"}  # fmt: skip
