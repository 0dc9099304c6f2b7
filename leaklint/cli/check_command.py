"""`leaklint check`: the options of a run. What a run does stands in `checking`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from leaklint.cli import config_option
from leaklint.cli.request import Request
from leaklint.config import Options

_F = TypeVar("_F", bound=Callable[..., Any])
_FORMATS_TEXT = "text, concise, json, jsonl, sarif, github, gitlab, junit, html and others"


def _selectors(name: str, text: str) -> Callable[[_F], _F]:
    return click.option(name, multiple=True, metavar="RULES", help=text)


def _patterns(name: str, text: str) -> Callable[[_F], _F]:
    return click.option(name, multiple=True, metavar="PATTERN", help=text)


@click.command("check", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("paths", nargs=-1)
@click.option("--fix", is_flag=True, help="Apply the repairs that are proven and safe.")
@click.option("--unsafe-fixes/--no-unsafe-fixes", default=None, help="Also those that may change what the code does.")
@click.option("--fix-only", is_flag=True, help="The same, and report nothing of what is left.")
@click.option("--diff", is_flag=True, help="Print the repairs as a patch and change nothing.")
@click.option("--fix-style", type=click.Choice(["try-finally", "with"]), help="The shape of repairs.")
@_selectors("--select", "Rules to report: codes, prefixes (LK1), names or ALL; commas or repeated.")
@_selectors("--extend-select", "Rules to report beside those.")
@_selectors("--ignore", "Rules not to report.")
@_selectors("--fixable", "Rules that may be repaired.")
@_selectors("--unfixable", "Rules that must not be repaired.")
@click.option("--min-severity", type=click.Choice(["error", "warning", "note"]), help="The mildest to report.")
@click.option("--min-confidence", type=click.Choice(["high", "medium", "low"]), help="The least sure to report.")
@click.option("--strict", is_flag=True, help="Take every call as able to raise; unreadable files fail the run.")
@click.option("--output-format", metavar="FORMAT", envvar="LEAKLINT_OUTPUT_FORMAT", help=f"{_FORMATS_TEXT}.")
@click.option(
    "--output-file",
    metavar="FILE",
    envvar="LEAKLINT_OUTPUT_FILE",
    help="Write the report there instead of to standard output.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of listing them.")
@click.option("--show-witness/--no-show-witness", default=None, help="Show the path of each finding (text).")
@click.option("--show-files", is_flag=True, help="List the files that would be checked, and stop.")
@click.option("--stdin-filename", metavar="NAME", help="The name of the file that is given as '-'.")
@config_option.option
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@_patterns("--exclude", "What to leave out, in place of the defaults.")
@_patterns("--extend-exclude", "What to leave out as well.")
@click.option("--force-exclude/--no-force-exclude", default=None, help="Leave it out even where it is named.")
@click.option("--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what .gitignore does.")
@click.option("--baseline", metavar="FILE", help="Report only what that baseline does not hold.")
@click.option(
    "--write-baseline",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help="Write all findings to a baseline (by default that of --baseline, or .leaklint-baseline.json).",
)
@click.option("--prune-baseline", is_flag=True, help="Take out of the baseline what is gone.")
@click.option("--diff-base", metavar="REV", help="Report only findings whose path touches lines changed since REV.")
@click.option(
    "--add-ignore",
    is_flag=False,
    flag_value="",
    metavar="[REASON]",
    help="Write an ignore comment, with this reason, for every finding.",
)
@click.option(
    "--no-cache", is_flag=True, envvar="LEAKLINT_NO_CACHE", help="Neither use nor keep results of other runs."
)
@click.option("--cache-dir", metavar="DIR", envvar="LEAKLINT_CACHE_DIR", help="Where results are kept.")
@click.option("--jobs", "-j", type=click.IntRange(min=0), default=0, metavar="N", help="Processes; 0: as many as fit.")
@click.option("--executor", metavar="URL", help="Check on a cluster that runs already: dask://HOST:PORT.")
@click.option("--no-prefilter", is_flag=True, help="Analyse every function of every file, however long it takes.")
@click.option("--exit-zero", is_flag=True, help="Findings are no failure: status 0.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Status 1 if something was repaired.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings and errors only.")
@click.option("--verbose", "-v", is_flag=True, help="Tell what is done, on standard error.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Whether to use colours.")
def command(paths: tuple[str, ...], **given: Any) -> int:
    """Find leaks in PATHS: files, directories (default: the current one), or - for standard input."""
    from leaklint.cli.checking import run

    return run(requested(paths, given))


def requested(paths: tuple[str, ...], given: dict[str, Any]) -> Request:
    """What the parameters ask for. Raises UsageError for those that exclude each other."""
    paths, given["write_baseline"] = _optional_value(paths, given["write_baseline"])
    paths, given["add_ignore"] = _optional_value(paths, given["add_ignore"])
    if given["quiet"] and given["verbose"]:
        raise click.UsageError("--quiet and --verbose exclude each other")
    given["fix"] = given["fix"] or given["fix_only"]
    _only_one(given, "fix", "diff", "add_ignore", "write_baseline")
    overrides = Options(
        select=_list(given["select"]),
        extend_select=_list(given["extend_select"]),
        extend_ignore=_list(given["ignore"]),
        fixable=_list(given["fixable"]),
        unfixable=_list(given["unfixable"]),
        min_severity=given["min_severity"],
        min_confidence=given["min_confidence"],
        strictness="strict" if given["strict"] else None,
        fix_style=given["fix_style"],
        unsafe_fixes=given["unsafe_fixes"],
        exclude=_list(given["exclude"]),
        extend_exclude=_list(given["extend_exclude"]),
        force_exclude=given["force_exclude"],
        respect_gitignore=given["respect_gitignore"],
        baseline=given["baseline"],
        output_format=given["output_format"],
        show_witness=given["show_witness"],
        cache_dir=given["cache_dir"],
    )
    return Request(
        paths=paths or (".",),
        overrides=overrides,
        cache=not given["no_cache"],
        prefilter=not given["no_prefilter"],
        **{name: given[name] for name in Request.__struct_fields__ if name in given and name != "paths"},
    )


def _list(given: Sequence[str]) -> list[str] | None:
    """Values of an option that may be repeated and take commas; None if it was not given."""
    values = [part.strip() for value in given for part in value.split(",")]
    return [value for value in values if value] if given else None


def _optional_value(paths: tuple[str, ...], value: str | None) -> tuple[tuple[str, ...], str | None]:
    """`--write-baseline src` means the directory, not a baseline of that name: an option whose value may be left out
    gives a path back."""
    if value and (os.path.isdir(value) or (value.endswith(".py") and os.path.exists(value)) or value == "-"):
        return (value, *paths), ""
    return paths, value


def _only_one(given: dict[str, Any], *names: str) -> None:
    used = [f"--{name.replace('_', '-')}" for name in names if given[name] not in (None, False)]
    if len(used) > 1:
        raise click.UsageError(f"{' and '.join(used)} exclude each other")
