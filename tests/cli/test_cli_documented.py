"""The documentation of the command line names every option and format, and no other."""

from __future__ import annotations

import re

from running import ROOT

from leaklint.cli.check_command import command


def test_every_option_of_check_is_documented() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text()
    check = text[: text.index("## Other commands")]
    documented = set(re.findall(r"--[a-z][a-z-]+", check))
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")}
    assert documented == options


def test_every_format_is_documented() -> None:
    from leaklint.report import FORMATS

    text = (ROOT / "docs" / "command-line.md").read_text()
    row = re.search(r"^\| `--output-format FORMAT` \| (.*) \|$", text, re.MULTILINE)
    assert row is not None
    assert sorted(row.group(1).split(", ")) == sorted(FORMATS)
