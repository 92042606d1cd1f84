"""What a ready stack tells: on the screen for a person, in endpoints.json for scripts."""

from __future__ import annotations

import json
import os
from typing import Any

from serve.records.demo import AGENCY
from serve.stack.stages import Started

_QUESTION = "我想辦戶籍謄本，要帶什麼證件？"


def endpoints(started: Started) -> dict[str, Any]:
    """The content of endpoints.json."""
    layout = started.layout
    return {
        "public": layout.public_url,
        "admin": layout.admin_url,
        "engine": {"url": layout.engine_url, "api_key": layout.engine_key},
        "replicas": {replica.name: replica.url for replica in layout.replicas},
        "redis": layout.settings.redis_url,
        "records": layout.settings.records_url,
        "spool": str(layout.settings.spool_dir),
        "keys": dict(started.keys),
        "admin_token": layout.admin_token,
        "pid": os.getpid(),
    }


def ready_text(content: dict[str, Any], model: str) -> str:
    """Addresses, a key, and two ways to ask, ready to paste."""
    key = content["keys"].get(AGENCY, "bm_…")
    body = json.dumps(
        {"model": model, "messages": [{"role": "user", "content": _QUESTION}]}, ensure_ascii=False
    )
    return f"""
Ready.
  public   {content["public"]}/v1
  API docs {content["public"]}/docs
  admin    {content["admin"]}
  key      {key}   (tenant {AGENCY}; the others and the admin token are in endpoints.json)

curl {content["public"]}/v1/chat/completions -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/json' -d '{body}'

from openai import OpenAI
client = OpenAI(base_url="{content["public"]}/v1", api_key="{key}")
answer = client.chat.completions.create(model="{model}", messages=[{{"role": "user", "content": "{_QUESTION}"}}])
print(answer.choices[0].message.content)

Ask with `make ask`; stop with Ctrl-C or `make down`."""
