"""The JSON schema of the configuration, for editors; made from the options.

`leaklint config --schema > leaklint/config/leaklint.schema.json` writes the file that the package carries.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from leaklint.config.options import Options

_SELECTORS = ("select", "extend-select", "ignore", "extend-ignore", "fixable", "extend-fixable", "unfixable")
_SELECTOR = r"^(ALL|[Ll][Kk][0-9]{0,3}|[a-z]+(-[a-z]+)*)$"


def schema() -> dict[str, Any]:
    """The schema of leaklint.toml, which is also that of `[tool.leaklint]`."""
    properties = msgspec.json.schema(Options)["$defs"]["Options"]["properties"]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "leaklint",
        "description": "[tool.leaklint] in pyproject.toml, or leaklint.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _set(key, value) for key, value in properties.items()},
    }


def _set(key: str, value: dict[str, Any]) -> dict[str, Any]:
    """A key's schema without the null that stands for a key that is not there."""
    kept = {name: part for name, part in value.items() if name not in ("default", "anyOf")}
    for part in value.get("anyOf", [value]):
        if part.get("type") != "null":
            kept.update(part)
    if "enum" in kept:
        kept["enum"] = [choice for choice in kept["enum"] if choice is not None]
    if key in _SELECTORS:
        kept["items"] = {"type": "string", "pattern": _SELECTOR}
    return kept


def schema_text() -> str:
    """The schema as the package carries it."""
    return json.dumps(schema(), indent=2) + "\n"
