"""The settings in force for a file: what its configuration files and the command line say, laid over the defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leaklint import __version__
from leaklint.config.options import KEYS, FixStyle, Options, Strictness
from leaklint.config.read import ConfigFile
from leaklint.config.versions import satisfies
from leaklint.model import Confidence, Severity

DEFAULT_EXCLUDE: tuple[str, ...] = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".leaklint_cache",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
_BY_DEFAULT = "default"
_EXTENDING = {
    "extend_select": "extend_select",
    "extend_ignore": "ignore",
    "extend_fixable": "extend_fixable",
    "extend_exclude": "extend_exclude",
    "extend_per_file_ignores": "per_file_ignores",
}


class Patterns(msgspec.Struct, frozen=True, array_like=True):
    """Patterns of .gitignore, relative to the directory `base`."""

    base: str
    patterns: tuple[str, ...]


class FileIgnores(msgspec.Struct, frozen=True, array_like=True):
    """In files under `base` that match `pattern` (a leading "!": that do not), the rules `selectors` are off."""

    base: str
    pattern: str
    selectors: tuple[str, ...]


class Settings(msgspec.Struct, frozen=True):
    """All settings, each with a value. Compares by value, so files can share what is built from equal ones.

    root         directory that the configuration stands in; else that of the project, or the working directory.
    makeshift    the root is only the working directory, and no project: those below it are no part of one another.
    parts        of a makeshift root, those that files are checked in: no others are looked into. None: all of it.
    files        the configuration files read, the nearest first; empty if there is none.
    select       None: the rules that are on by default.
    resource, capacity   tables as written, for the stages that understand them.
    baseline, cache_dir  absolute paths, or "".
    target_versions      of Python ("py310", "3.12") and of libraries ("PyMySQL==0.9.3").
    provenance   key as written -> where its value came from: "default", "command line" or "file:line".
    """

    root: str
    makeshift: bool = False
    parts: tuple[str, ...] | None = None
    files: tuple[str, ...] = ()
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[FileIgnores, ...] = ()
    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.MEDIUM
    strictness: Strictness = "default"
    fixable: tuple[str, ...] = ("ALL",)
    extend_fixable: tuple[str, ...] = ()
    unfixable: tuple[str, ...] = ()
    fix_style: FixStyle = "try-finally"
    unsafe_fixes: bool = False
    exclude: tuple[Patterns, ...] = (Patterns("", DEFAULT_EXCLUDE),)
    extend_exclude: tuple[Patterns, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    src: tuple[str, ...] = ()
    target_versions: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    require_reason: bool = False
    baseline: str = ""
    output_format: str = "text"
    show_witness: bool = True
    cache_dir: str = ""
    resource: tuple[dict[str, Any], ...] = ()
    capacity: dict[str, Any] = {}
    provenance: dict[str, str] = {}

    @property
    def strict(self) -> bool:
        """Whether `strictness` is "strict"."""
        return self.strictness == "strict"


def default_settings(root: str, *, makeshift: bool = False) -> Settings:
    """The settings where nothing is configured; imports start from `root` and from its `src`."""
    return Settings(
        root=root,
        makeshift=makeshift,
        exclude=(Patterns(root, DEFAULT_EXCLUDE),),
        src=(root, os.path.join(root, "src")),
        provenance=dict.fromkeys((key for key in KEYS if not _adds_only(key)), _BY_DEFAULT),
    )


def _adds_only(key: str) -> bool:
    return key in ("extend", "required-version", "extend-ignore", "extend-per-file-ignores")


def settings_from(chain: Sequence[ConfigFile], root: str) -> Settings:
    """Settings of a chain of files, the nearest first, each extending the next. Raises ConfigError."""
    settings = default_settings(root)
    for file in reversed(chain):
        _check_version(file)
        origins = {key: f"{file.path}:{file.place(key)[0]}" for key in file.keys_set}
        settings = overlay(settings, file.options, file.directory, origins)
    return msgspec.structs.replace(settings, files=tuple(file.path for file in chain))


def _check_version(file: ConfigFile) -> None:
    required = file.options.required_version
    if required is None:
        return
    try:
        suits = satisfies(__version__, required)
    except ValueError as error:
        raise file.error(f"'required-version': {error}", "required-version") from error
    if not suits:
        raise file.error(
            f"this project requires leaklint {required}, and this is {__version__}; "
            f"install with: pip install 'leaklint-db{required if required[:1] in '<>=!~' else '==' + required}'",
            "required-version",
        )


def overlay(settings: Settings, options: Options, base: str, origins: Mapping[str, str]) -> Settings:
    """`settings` with what `options` say on top; their relative paths and patterns are relative to `base`.

    A list replaces the one below it; an `extend-` list adds to it. `select` and `exclude` end what was added below.
    """
    values: dict[str, Any] = {}
    for name in KEYS.values():
        value = getattr(options, name)
        if value is not None and name not in _EXTENDING and name not in ("extend", "required_version"):
            values[name] = _setting(name, value, base)
    if options.select is not None:
        values["extend_select"] = ()
    if options.exclude is not None:
        values["extend_exclude"] = ()
    for name, target in _EXTENDING.items():
        value = getattr(options, name)
        if value is not None:
            values[target] = (*values.get(target, getattr(settings, target)), *_added(name, value, base))
    values["provenance"] = {**settings.provenance, **_described(origins)}
    return msgspec.structs.replace(settings, **values)


def _setting(name: str, value: Any, base: str) -> Any:
    if name == "min_severity":
        return Severity(value)
    if name == "min_confidence":
        return Confidence(value)
    if name == "exclude":
        return (Patterns(base, tuple(value)),)
    if name == "per_file_ignores":
        return _file_ignores(value, base)
    if name == "src":
        return tuple(os.path.normpath(os.path.join(base, directory)) for directory in value)
    if name in ("baseline", "cache_dir"):
        return os.path.normpath(os.path.join(base, os.path.expanduser(value))) if value else ""
    return tuple(value) if isinstance(value, list) else value


def _added(name: str, value: Any, base: str) -> tuple[Any, ...]:
    if name == "extend_exclude":
        return (Patterns(base, tuple(value)),)
    if name == "extend_per_file_ignores":
        return _file_ignores(value, base)
    return tuple(value)


def _file_ignores(table: Mapping[str, Sequence[str]], base: str) -> tuple[FileIgnores, ...]:
    return tuple(FileIgnores(base, pattern, tuple(selectors)) for pattern, selectors in table.items())


def _described(origins: Mapping[str, str]) -> dict[str, str]:
    """Keys that only add are told under the key that they add to."""
    shown = {"extend-ignore": "ignore", "extend-per-file-ignores": "per-file-ignores"}
    return {shown.get(key, key): origin for key, origin in origins.items() if key not in ("extend", "required-version")}
