"""The OpenAPI description of bodies that are parsed by hand (once, from bytes) for speed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_ERROR = {
    "description": "An error in OpenAI's shape",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {
                    "error": {
                        "type": "object",
                        "required": ["message", "type", "code", "param"],
                        "properties": {
                            "message": {"type": "string"},
                            "type": {"type": "string"},
                            "code": {"type": "string"},
                            "param": {"type": ["string", "null"]},
                        },
                    }
                },
            }
        }
    },
}


def document_body(model: type[BaseModel]) -> dict[str, Any]:
    """Keyword arguments for a path operation whose JSON body follows the model."""
    schema = model.model_json_schema(ref_template="#/components/schemas/" + model.__name__ + "_{model}")
    parts = schema.pop("$defs", {})
    return {
        "responses": {
            200: {"description": "The answer, or its stream", "content": {"application/json": {}}},
            **{status: _ERROR for status in (400, 401, 404, 413, 429, 503)},
        },
        "openapi_extra": {
            "security": [{"bearer": []}],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _inlined(schema, parts)}},
            },
        },
    }


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """Put every referenced part in its place: none of the wire's models refers to itself."""
    if isinstance(schema, dict):
        if reference := schema.get("$ref"):
            return _inlined(parts[reference.rsplit("_", 1)[-1]], parts)
        return {key: _inlined(value, parts) for key, value in schema.items() if key != "discriminator"}
    if isinstance(schema, list):
        return [_inlined(item, parts) for item in schema]
    return schema
