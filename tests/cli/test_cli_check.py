from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest
from running import CLEAN, LEAK, ROOT, Leaklint

from leaklint.report import FORMATS


@pytest.mark.parametrize("arguments", [(), (".",), ("app",), ("check", "app"), ("check",), ("--quiet", "app")])
def test_check_is_the_default(project: Path, leaklint: Leaklint, arguments: tuple[str, ...]) -> None:
    ran = leaklint(*arguments)
    assert ran.status == 1, ran
    assert ran.out.startswith("app/load.py:5:12: LK102 "), ran
    assert ran.err == ""


def test_nothing_found_is_status_zero(project: Path, leaklint: Leaklint) -> None:
    ran = leaklint("app/clean.py")
    assert (ran.status, ran.err) == (0, ""), ran
    assert leaklint("--quiet", "app/clean.py").out == ""


def test_exit_zero(project: Path, leaklint: Leaklint) -> None:
    assert leaklint("--exit-zero").status == 0
    assert leaklint("--exit-zero", "absent").status == 2


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("absent.py",), "absent.py: no such file or directory"),
        (("--select", "LK999"), "command line: 'select': no rule 'LK999'; did you mean 'LK"),
        (
            ("--ignore", "leaked-on-exeption"),
            "command line: 'ignore': no rule 'leaked-on-exeption'; did you mean 'leaked",
        ),
        (("--selct", "LK1"), "no such option --selct; did you mean --select?"),
        (("--zzzzzz",), "no such option --zzzzzz; 'leaklint check --help' lists the options"),
        (("--jobs", "many"), "invalid value for '--jobs' / '-j': 'many' is not a valid integer range"),
        (
            ("--min-severity", "bad"),
            "invalid value for '--min-severity': 'bad' is not one of 'error', 'warning'",
        ),
        (("--output-format", "yaml"), "--output-format: no format 'yaml'; choose one of text, "),
        (("--config", "absent.toml"), "absent.toml: no such file; name a leaklint.toml or a pyproject.toml"),
        (("--config", "app"), "app: is a directory; name a leaklint.toml or a pyproject.toml"),
        (("--baseline", "absent.json"), "absent.json: no such baseline; write it anew with --write-baseline"),
        (("--baseline", "app"), "app: is a directory; name a baseline file"),
        (("--prune-baseline",), "--prune-baseline needs --baseline FILE"),
        (("--write-baseline", "--fix"), "--fix and --write-baseline exclude each other"),
        (("--quiet", "--verbose"), "--quiet and --verbose exclude each other"),
        (("-", "app"), "'-' (standard input) cannot stand beside other paths"),
        (("--stdin-filename", "x.py"), "--stdin-filename names the file that is given as '-'; give '-' as the path"),
        (("--watch", "-"), "standard input can be neither watched nor changed"),
        (("--diff-base", "HEAD"), "--diff-base: fatal: not a git repository"),
        (("--diff-base", "--output=x"), "--diff-base: '--output=x' is no revision"),
        (("rule", "LK000"), "there is no rule 'LK000'"),
        (("config", "absent"), "absent: no such file or directory"),
        (("--output-file", "app"), "app: not written: it is no regular file"),
        (("no\nline",), "no\\nline: no such file or directory"),
        (("\x1b[31mred",), "\\x1b[31mred: no such file or directory"),
    ],
)
def test_bad_input_is_one_line_and_status_two(
    project: Path, leaklint: Leaklint, arguments: tuple[str, ...], line: str
) -> None:
    ran = leaklint(*arguments)
    assert ran.status == 2, ran
    (first,) = ran.err.splitlines()
    assert first.replace(f"{project}/", "").startswith(f"leaklint: error: {line}"), ran


def test_a_missing_path_among_several_leaves_the_others_checked(project: Path, leaklint: Leaklint) -> None:
    ran = leaklint("absent", "app")
    assert ran.status == 2
    assert ran.err == "leaklint: error: absent: no such file or directory\n"
    assert ran.out.startswith("app/load.py:5:12: LK102 ")


def test_a_broken_configuration_says_where(project: Path, leaklint: Leaklint) -> None:
    (project / "pyproject.toml").write_text('[tool.leaklint]\nselct = []\nignore = ["LK1", 2]\n')
    ran = leaklint()
    assert ran.status == 2
    assert ran.err.replace(f"{project}/", "") == (
        "leaklint: error: pyproject.toml:2:1: unknown key 'selct'; did you mean 'select'?\n"
        "leaklint: error: pyproject.toml:3:18: 'ignore[1]' must be a string, not a number\n"
    )
    assert leaklint("--isolated").status == 1


def test_files_that_cannot_be_read_are_told_and_the_others_checked(project: Path, leaklint: Leaklint) -> None:
    (project / "app" / "broken.py").write_text("import sqlite3\nsqlite3.connect(\n")
    (project / "app" / "nulls.py").write_bytes(b"x = 1\0\n")
    (project / "app" / "coding.py").write_bytes(b"# coding: klingon\n")
    (project / "app" / "bytes.py").write_bytes(b"'\xff'\n")
    (project / "app" / "empty.py").write_bytes(b"")
    (project / "app" / "vanished.py").symlink_to("nowhere")
    (project / "app" / "loop").symlink_to(".")
    ran = leaklint("--output-format", "concise", "--ignore", "LK102")
    assert ran.status == 0, ran
    assert [line.split(" warning")[0].split(": LK902")[0] for line in ran.out.splitlines()] == [
        "app/broken.py:2:16",
        "app/bytes.py:1:2",
        "app/coding.py:1:11",
        "app/nulls.py:1:6",
    ]
    assert ran.err.splitlines() == [
        "leaklint: warning: app/loop: symbolic link to a directory around it; not followed",
        "leaklint: warning: app/vanished.py: dangling symbolic link; skipped",
    ]
    assert leaklint("--ignore", "LK102", "--strict").status == 1
    assert leaklint("--quiet", "--ignore", "LK102").err == ""


def test_standard_input(project: Path, leaklint: Leaklint) -> None:
    ran = leaklint("-", stdin=LEAK.encode())
    assert (ran.status, ran.out.split(" ")[0]) == (1, "<stdin>:5:12:"), ran
    ran = leaklint("--output-format", "json", "--stdin-filename", "app/new.py", "-", stdin=LEAK.encode())
    assert [record["path"] for record in json.loads(ran.out)] == ["app/new.py"]
    assert leaklint("-", stdin=CLEAN.encode()).status == 0
    assert leaklint("-", stdin=b"").status == 0
    (project / "leaklint.toml").write_text('[per-file-ignores]\n"app/*" = ["LK1"]\n')
    assert leaklint("--stdin-filename", "app/new.py", "-", stdin=LEAK.encode()).status == 0


def test_standard_input_knows_the_helpers_on_disk(project: Path, leaklint: Leaklint) -> None:
    (project / "helper.py").write_text("import sqlite3\n\n\ndef get():\n    return sqlite3.connect('x')\n")
    text = b"from helper import get\n\n\ndef f():\n    conn = get()\n    conn.execute('x')\n    conn.close()\n"
    ran = leaklint("--output-format", "json", "--stdin-filename", "user.py", "-", stdin=text)
    assert [(record["line"], record["code"]) for record in json.loads(ran.out)] == [(5, "LK102")]


def test_the_answer_for_a_file_is_the_same_however_it_is_asked_for(project: Path, leaklint: Leaklint) -> None:
    (project / "helper.py").write_text("import sqlite3\n\n\ndef get():\n    return sqlite3.connect('x')\n")
    for number in range(40):
        text = "from helper import get\n\n\ndef f():\n    conn = get()\n    conn.execute('x')\n    conn.close()\n"
        (project / "app" / f"user{number:02}.py").write_text(text)
    whole = leaklint("--output-format", "json", "--jobs", "1").out
    assert len(json.loads(whole)) == 41
    assert leaklint("--output-format", "json", "--jobs", "3").out == whole
    assert leaklint("--output-format", "json", "app", "helper.py", "app/user03.py").out == whole
    one = leaklint("--output-format", "json", "app/user03.py").out
    assert json.loads(one) == [record for record in json.loads(whole) if record["path"] == "app/user03.py"]


def test_reports_go_to_files_too(project: Path, leaklint: Leaklint) -> None:
    ran = leaklint("--output-format", "json", "--output-file", "out/report.json")
    assert (ran.status, ran.out) == (1, "")
    assert json.loads((project / "out" / "report.json").read_text())[0]["code"] == "LK102"


def test_statistics_and_files(project: Path, leaklint: Leaklint) -> None:
    assert leaklint("--statistics").out.startswith("1  LK102  leaked-on-exception")
    ran = leaklint("--show-files", "app", "absent")
    assert (ran.status, ran.out) == (2, "app/clean.py\napp/load.py\n")


def test_colours_only_where_they_are_wanted(project: Path, leaklint: Leaklint) -> None:
    assert "\x1b[" not in leaklint().out
    assert "\x1b[" in leaklint("--color", "always").out
    assert "\x1b[" in leaklint(FORCE_COLOR="1").out
    assert "\x1b[" not in leaklint(FORCE_COLOR="1", NO_COLOR="1").out


def test_a_closed_pipe_is_no_traceback(project: Path) -> None:
    for number in range(200):
        (project / "app" / f"load{number}.py").write_text(LEAK)
    command = f"{sys.executable} -m leaklint --output-format text | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(["sh", "-c", command], cwd=project, capture_output=True, text=True, env=environment)
    assert ran.stderr == ""
    assert ran.stdout.startswith("app/load.py:5:12")


COMMANDS = [
    *(("--output-format", name) for name in FORMATS),
    *(("--statistics",), ("--show-files",), ("--diff",), ("config",), ("catalog",), ("rule", "--all"), ("--help",)),
    *(("capacity", "--output-format", name) for name in ("text", "json", "svg")),
]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_disk_is_one_line(project: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        ran = into(full, project, *arguments)
    assert ran.returncode == 2
    assert ran.stderr == b"leaklint: error: output: no space left on device\n"


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_pipe_that_nobody_reads_is_no_error(project: Path, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        ran = into(closed, project, *arguments)
    assert ran.stderr == b""
    assert ran.returncode == 128 + signal.SIGPIPE


def into(stream: BinaryIO, directory: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command with its results going to a stream."""
    command = [sys.executable, "-m", "leaklint", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=directory, stdout=stream, stderr=subprocess.PIPE, env=environment, timeout=60, check=False
    )


def test_paths_are_shown_as_they_were_named(project: Path, leaklint: Leaklint) -> None:
    def shown(*paths: str, cwd: Path = project) -> list[str]:
        records = json.loads(leaklint("--output-format", "json", *paths, cwd=cwd).out)
        assert all(step["path"] == record["path"] for record in records for step in record["witness"])
        return [record["path"] for record in records]

    assert shown("./app/") == ["app/load.py"]
    assert shown(str(project / "app")) == [f"{project}/app/load.py"]
    assert shown("load.py", cwd=project / "app") == ["load.py"]
    (project / "other").mkdir()
    assert shown("../app", cwd=project / "other") == ["../app/load.py"]


def test_watching_checks_again_after_a_change(project: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "leaklint", "--watch", "--output-format", "concise", "app"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        assert process.stdout.readline().startswith(b"app/load.py:5:12")
        assert process.stderr.readline() == b"leaklint: watching for changes; Ctrl-C ends\n"
        (project / "app" / "clean.py").write_text("\n" + LEAK)
        assert process.stdout.readline().startswith(b"app/clean.py:6:12")
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_the_version_costs_no_imports() -> None:
    code = "import sys; from leaklint.cli import main; main(['--version']); print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    version, modules = ran.stdout.splitlines()
    assert version.startswith("leaklint 0.")
    assert not {"click", "msgspec", "pathspec", "libcst", "tomli"} & set(modules.split())


def test_a_plain_run_does_not_load_what_it_does_not_need(project: Path) -> None:
    code = (
        "import sys; from leaklint.cli import main; main(['--isolated', 'app/clean.py']); "
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=project, env=environment, check=True
    )
    loaded = set(ran.stderr.split())
    unwanted = {"libcst", "concurrent.futures.process", "leaklint.baseline", "leaklint.fixes", "leaklint.lsp"}
    assert not unwanted & loaded
