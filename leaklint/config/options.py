"""The keys of `[tool.leaklint]` and of leaklint.toml: their names, types and meaning.

This struct is the one place that knows them; reading, the JSON schema, `leaklint config` and the documentation follow.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Strictness = Literal["default", "strict"]
FixStyle = Literal["try-finally", "with"]
SeverityName = Literal["error", "warning", "note"]
ConfidenceName = Literal["high", "medium", "low"]
VERSION = r"^(py3[0-9]{1,2}|3\.[0-9]{1,2}|[A-Za-z0-9][A-Za-z0-9._-]* ?== ?[0-9][0-9A-Za-z.+!-]*)$"
TargetVersion = Annotated[str, Meta(pattern=VERSION)]
Names = list[str]
RulesByPattern = dict[str, Names]
Table = dict[str, Any]


class Options(msgspec.Struct, frozen=True, rename="kebab", omit_defaults=True):
    """What one configuration file says. None: it does not say.

    Rules are named by code (`LK102`), by prefix (`LK1`), by name (`leaked-on-exception`) or as `ALL`. Patterns are
    those of .gitignore, relative to the file that they stand in.
    """

    extend: Annotated[
        str | None, Meta(description="Another configuration file that this one starts from, relative to this one.")
    ] = None
    required_version: Annotated[
        str | None, Meta(description='The versions of leaklint that may run here, such as ">=0.1,<1".')
    ] = None
    select: Annotated[Names | None, Meta(description="The rules to report, in place of the default ones.")] = None
    extend_select: Annotated[Names | None, Meta(description="Rules to report beside those selected.")] = None
    ignore: Annotated[Names | None, Meta(description="Rules not to report.")] = None
    extend_ignore: Annotated[Names | None, Meta(description="Rules not to report beside those ignored.")] = None
    per_file_ignores: Annotated[
        RulesByPattern | None,
        Meta(description='Pattern -> rules not to report in files that match it; a leading "!" means all other files.'),
    ] = None
    extend_per_file_ignores: Annotated[
        RulesByPattern | None, Meta(description="The same, beside those of the file that this one extends.")
    ] = None
    min_severity: Annotated[SeverityName | None, Meta(description="The mildest severity that is reported.")] = None
    min_confidence: Annotated[ConfidenceName | None, Meta(description="The least confidence that is reported.")] = None
    strictness: Annotated[
        Strictness | None,
        Meta(
            description='"strict" takes every call as able to raise, counts KeyboardInterrupt and cancellation as '
            "paths, and lets unreadable files fail the run."
        ),
    ] = None
    fixable: Annotated[Names | None, Meta(description="The rules whose findings may be repaired.")] = None
    extend_fixable: Annotated[Names | None, Meta(description="Rules that may be repaired beside those.")] = None
    unfixable: Annotated[Names | None, Meta(description="The rules whose findings must not be repaired.")] = None
    fix_style: Annotated[FixStyle | None, Meta(description="The shape of a repair where both are possible.")] = None
    unsafe_fixes: Annotated[
        bool | None, Meta(description="Also apply the repairs that may change what the code does.")
    ] = None
    exclude: Annotated[
        Names | None, Meta(description="Files and directories not to look into, in place of the default ones.")
    ] = None
    extend_exclude: Annotated[Names | None, Meta(description="Files and directories to leave out as well.")] = None
    force_exclude: Annotated[
        bool | None, Meta(description="Leave excluded files out even where they are named on the command line.")
    ] = None
    respect_gitignore: Annotated[bool | None, Meta(description="Leave out what .gitignore leaves out.")] = None
    src: Annotated[Names | None, Meta(description="Directories that imports start from, relative to this file.")] = None
    target_versions: Annotated[
        list[TargetVersion] | None,
        Meta(
            description='What the code runs on: versions of Python ("py310", "3.12"), and of libraries where those '
            'stated in requirements and lock files are not the ones ("PyMySQL==0.9.3").'
        ),
    ] = None
    libraries: Annotated[
        Names | None,
        Meta(
            description="Libraries of the catalog to look at beside those of databases; they hold sockets, HTTP or SSH "
            'connections and are off by default: "requests", "paramiko".'
        ),
    ] = None
    require_reason: Annotated[bool | None, Meta(description="Report ignore comments that give no reason.")] = None
    baseline: Annotated[
        str | None, Meta(description="A baseline file; the findings that it holds are not reported.")
    ] = None
    output_format: Annotated[str | None, Meta(description="The format of the report.")] = None
    show_witness: Annotated[bool | None, Meta(description="Show the path of each finding in text.")] = None
    cache_dir: Annotated[str | None, Meta(description="Where results are kept from run to run.")] = None
    resource: Annotated[
        list[Table] | None, Meta(description="Resources of this project, in the words of the catalog.")
    ] = None
    capacity: Annotated[
        Table | None, Meta(description="Servers, processes and the database's limit, for the pool rules.")
    ] = None


KEYS: dict[str, str] = {field.encode_name: field.name for field in msgspec.structs.fields(Options)}
"""Key as written -> attribute of `Options`."""
