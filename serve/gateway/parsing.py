"""From bytes to a checked request, and from a failed check to an error that never quotes the input."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from serve.errors import InvalidRequest, UnsupportedParameter
from serve.gateway.wire import FIELD_NAMES, REFUSED, Sampling

R = TypeVar("R", bound=Sampling)


def parse(model: type[R], body: bytes) -> R:
    """Parse and check a body. Raises InvalidRequest or UnsupportedParameter; `param` names only our own fields."""
    try:
        return model.model_validate_json(body)
    except ValidationError as exc:
        error = exc.errors(include_url=False, include_context=False, include_input=False)[0]
    kind, place = error["type"], error["loc"]
    if kind == "json_invalid":
        raise InvalidRequest("The request body is not valid JSON.")
    if place and place[0] in REFUSED:
        raise UnsupportedParameter(REFUSED[str(place[0])], param=str(place[0]))
    # Parts of a place that aren't our own field names can be keys which the caller chose.
    param = ".".join(str(part) for part in place if isinstance(part, int) or part in FIELD_NAMES) or None
    if kind == "extra_forbidden":
        raise UnsupportedParameter("The body has a field that this service doesn't know.", param=param)
    raise InvalidRequest("A field is missing or has a value that can't be used.", param=param)
