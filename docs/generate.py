"""Writes the pages that follow from the program: rules, libraries, configuration keys.

python docs/generate.py            write them
python docs/generate.py --check    status 1, and their names, where the committed ones differ
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import msgspec  # noqa: E402

from leaklint.catalog import load_catalog  # noqa: E402
from leaklint.catalog.describe import describe  # noqa: E402
from leaklint.catalog.schema import Library  # noqa: E402
from leaklint.config.options import Options  # noqa: E402
from leaklint.config.settings import default_settings  # noqa: E402
from leaklint.report.rule_page import one_line, rule_markdown  # noqa: E402
from leaklint.rules import all_rules  # noqa: E402

_GROUPS = {
    "1": "Leaks",
    "2": "Wrong releases",
    "3": "Capacity",
    "4": "Reconnecting and waiting",
    "9": "About the check itself",
}
_WIDTH = 100


def pages() -> dict[str, str]:
    """Path below docs/ -> text, of every page that is made here."""
    made = {f"rules/{rule.code}.md": rule_markdown(rule) for rule in all_rules()}
    made["rules/index.md"] = _rules()
    libraries = [one for one in load_catalog().libraries if one.resource or one.framework or one.note]
    made |= {f"libraries/{_file(library)}.md": _library(library) for library in libraries}
    made["libraries/index.md"] = _libraries(libraries)
    made["options.md"] = _options()
    return made


def _rules() -> str:
    lines = ["# Rules", "", "`leaklint rule CODE` prints the same pages in a terminal."]
    group = ""
    for rule in all_rules():
        if rule.code[2] != group:
            group = rule.code[2]
            lines += ["", f"## {_GROUPS[group]}", "", "| code | name | reports | fix |", "|---|---|---|---|"]
        summary = one_line(rule) + ("" if rule.default else " *Off by default.*")
        lines.append(f"| [{rule.code}]({rule.code}.md) | {rule.name} | {summary} | {'yes' if rule.fixes else ''} |")
    return "\n".join(lines) + "\n"


def _file(library: Library) -> str:
    return library.name.replace(".", "_").replace(" ", "_")


def _library(library: Library) -> str:
    """The page of one library: what `leaklint catalog` prints of it."""
    title, _, facts = describe(library, _WIDTH).partition("\n")
    return f"# {title}\n\n```text\n{facts.rstrip()}\n```\n"


def _libraries(libraries: list[Library]) -> str:
    lines = [
        "# Libraries",
        "",
        "What leaklint knows of each, made from the files of `leaklint/catalog/data/`; `leaklint catalog NAME` prints",
        "the same. How such a file is written, and how a project declares its own: [the catalog](../catalog.md).",
        "",
        "| library | takes | proven by running it |",
        "|---|---|---|",
    ]
    for library in sorted(libraries, key=lambda one: one.name.casefold()):
        names = ", ".join(dict.fromkeys(row.name for row in library.resource)) or "nothing of its own"
        ran = sum(row.evidence.how == "ran" for row in library.resource)
        proven = f"{ran} of {len(library.resource)}" if library.resource else ""
        off = "" if library.default else " (off by default)"
        lines.append(f"| [{library.name}]({_file(library)}.md) | {names}{off} | {proven} |")
    return "\n".join(lines) + "\n"


def _options() -> str:
    lines = [
        "# Configuration keys",
        "",
        "Keys of `[tool.leaklint]` in pyproject.toml, or of leaklint.toml, which has no prefix. How files are found",
        "and laid over each other: [Configuration](configuration.md).",
        "",
        "| key | type | default | meaning |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{key}` | {kind} | {default} | {meaning} |" for key, kind, default, meaning in _keys()]
    return "\n".join(lines) + "\n"


def _keys() -> Iterator[tuple[str, str, str, str]]:
    schema = msgspec.json.schema(Options)["$defs"]["Options"]["properties"]
    defaults = default_settings("")
    for field in msgspec.structs.fields(Options):
        described = schema[field.encode_name]
        kind = next(one for one in described["anyOf"] if one.get("type") != "null")
        yield (
            field.encode_name,
            _kind(kind),
            _default(field.name, getattr(defaults, field.name, None)),
            described.get("description", "").replace("|", "\\|"),
        )


def _kind(schema: dict[str, object]) -> str:
    if "enum" in schema:
        values = schema["enum"]
        assert isinstance(values, list)
        return " or ".join(f'`"{value}"`' for value in values)
    return {"array": "list", "object": "table"}.get(str(schema.get("type")), str(schema.get("type")))


def _default(name: str, value: object) -> str:
    if name in ("exclude", "src") or value is None or value in ((), "", {}):
        return {"exclude": "virtual environments, caches, build output", "src": '`[".", "src"]`'}.get(name, "")
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in value) + "]`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{getattr(value, "value", value)}"`'


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them; returns the exit status."""
    made = pages()
    present = {path for folder in ("rules", "libraries") for path in (HERE / folder).glob("*.md")}
    stale = sorted(present - {HERE / name for name in made})
    different = [
        name
        for name, text in made.items()
        if not (HERE / name).is_file() or (HERE / name).read_text(encoding="utf-8") != text
    ]
    if arguments == ["--check"]:
        for one in [*different, *(str(path.relative_to(HERE)) for path in stale)]:
            print(f"docs/{one}: differs from the program; run: python docs/generate.py")
        return 1 if different or stale else 0
    for name in different:
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / name).write_text(made[name], encoding="utf-8")
    for path in stale:
        path.unlink()
    print(f"{len(made)} pages, {len(different)} written, {len(stale)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
