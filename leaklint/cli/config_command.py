"""`leaklint config`: the settings in force for a file, and where each comes from."""

from __future__ import annotations

import json
import os
from typing import Any

import click
import msgspec

from leaklint.cli import config_option, configuring
from leaklint.cli.terminal import write_result
from leaklint.config import KEYS, Settings
from leaklint.config.settings import FileIgnores, Patterns
from leaklint.model import LeaklintError
from leaklint.source.problem import printable


@click.command("config", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("path", required=False)
@config_option.option
@click.option("--isolated", is_flag=True, help="Show the defaults: read no configuration file.")
@click.option("--json", "as_json", is_flag=True, help="Show them as JSON.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of the configuration instead.")
def command(path: str | None, config: tuple[str, ...], isolated: bool, as_json: bool, schema: bool) -> int:
    """Show the settings in force for PATH (a file or a directory; by default the current one)."""
    if schema:
        from leaklint.config.json_schema import schema_text

        write_result(schema_text())
        return 0
    where = os.path.abspath(path or ".")
    if not os.path.exists(where):
        raise LeaklintError(f"{printable(path or '.')}: no such file or directory")
    finder = configuring.finder_of(config, isolated=isolated)
    settings = finder.for_directory(where) if os.path.isdir(where) else finder.for_file(where)
    write_result(_as_json(settings) if as_json else _as_text(settings))
    return 0


def _values(settings: Settings) -> dict[str, tuple[Any, str]]:
    """Key -> value in plain types, and origin; in the order in which keys are declared."""
    values = {}
    for key, name in KEYS.items():
        origin = settings.provenance.get(key)
        if origin is not None:
            value = getattr(settings, name)
            values[key] = ({} if value == () and key == "per-file-ignores" else _plain(value), origin)
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], Patterns):
        return [pattern for group in value for pattern in group.patterns]
    if isinstance(value, tuple) and value and isinstance(value[0], FileIgnores):
        return {one.pattern: list(one.selectors) for one in value}
    return msgspec.to_builtins(value)


def _as_text(settings: Settings) -> str:
    lines = [f"# {'extends ' if index else ''}{printable(path)}" for index, path in enumerate(settings.files)]
    lines = lines or ["# no configuration file: the defaults"]
    here = os.path.dirname(settings.files[0]) if settings.files else settings.root
    rows = [(f"{key} = {_toml(value)}", origin) for key, (value, origin) in _values(settings).items()]
    widest = min(max((len(text) for text, _ in rows), default=0), 60)
    for text, origin in rows:
        place = os.path.relpath(origin, here) if origin.startswith("/") else origin
        lines.append(f"{text:{widest}}  # {printable(place)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A value as TOML writes it in one line; what is not set is empty."""
    if value is None:
        return '"the default rules"'
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {_toml(item)}' for key, item in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _as_json(settings: Settings) -> str:
    values = {key: {"value": value, "from": origin} for key, (value, origin) in _values(settings).items()}
    return json.dumps({"files": settings.files, "root": settings.root, "settings": values}, indent=2) + "\n"
