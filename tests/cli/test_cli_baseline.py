from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from running import LEAK, Leaklint

from leaklint.baseline import normalised


def fresh(ran: object) -> list[str]:
    assert hasattr(ran, "out")
    return [record["path"] for record in json.loads(ran.out)]


@pytest.fixture
def known(project: Path, leaklint: Leaklint) -> Path:
    ran = leaklint("--write-baseline", "--baseline", "base.json", "app")
    assert (ran.status, ran.err) == (0, "leaklint: base.json: 1 findings written\n"), ran
    return project


def check(leaklint: Leaklint, *more: str) -> tuple[int, list[str]]:
    ran = leaklint("--baseline", "base.json", "--output-format", "json", *more)
    return ran.status, fresh(ran)


def test_what_is_known_is_not_reported(known: Path, leaklint: Leaklint) -> None:
    assert check(leaklint) == (0, [])
    (known / "app" / "second.py").write_text(LEAK)
    assert check(leaklint) == (1, ["app/second.py"])
    assert "Baseline: 1 new, 1 unchanged, 0 gone." in leaklint("--baseline", "base.json").out


@pytest.mark.parametrize(
    "edited",
    [
        "# a header\n\n\n" + LEAK,
        LEAK.replace("sqlite3.connect(path)", "sqlite3.connect(  # why\n        path,\n    )"),
        LEAK.replace("    ", "\t"),
        LEAK.replace('"select 1"', "'select 2'"),
        LEAK.replace("row", "answer"),
    ],
)
def test_moving_and_reformatting_change_nothing(known: Path, leaklint: Leaklint, edited: str) -> None:
    assert edited != LEAK
    (known / "app" / "load.py").write_text(edited)
    assert check(leaklint) == (0, [])


def test_a_renamed_file_stays_known_and_a_copy_is_new(known: Path, leaklint: Leaklint) -> None:
    (known / "app" / "load.py").rename(known / "app" / "moved.py")
    assert check(leaklint) == (0, [])
    (known / "app" / "load.py").write_text(LEAK)
    assert check(leaklint) == (1, ["app/moved.py"])


def test_another_function_or_a_second_acquisition_is_new(known: Path, leaklint: Leaklint) -> None:
    (known / "app" / "load.py").write_text(LEAK.replace("first", "other"))
    assert check(leaklint)[0] == 1
    twice = LEAK.replace(
        "    return row", "    conn = sqlite3.connect(path)\n    conn.execute('x')\n    conn.close()\n    return row"
    )
    (known / "app" / "load.py").write_text(twice)
    assert check(leaklint) == (1, ["app/load.py"])


def test_pruning_forgets_what_is_gone_in_the_files_that_were_checked(known: Path, leaklint: Leaklint) -> None:
    (known / "app" / "load.py").write_text("")
    assert "1 gone" in leaklint("--baseline", "base.json").out
    assert leaklint("--baseline", "base.json", "--prune-baseline", "app/clean.py").status == 0
    assert len(json.loads((known / "base.json").read_text())["findings"]) == 1
    ran = leaklint("--baseline", "base.json", "--prune-baseline")
    assert ran.err == "leaklint: base.json: 1 gone, 0 left\n"
    assert json.loads((known / "base.json").read_text())["findings"] == []


def test_the_configuration_can_name_the_baseline(known: Path, leaklint: Leaklint) -> None:
    (known / "leaklint.toml").write_text('baseline = "base.json"\n')
    assert leaklint(cwd=known / "app").status == 0
    assert leaklint("--isolated").status == 1


def test_sarif_shows_known_findings_as_unchanged(known: Path, leaklint: Leaklint) -> None:
    ran = leaklint("--baseline", "base.json", "--output-format", "sarif")
    (result,) = json.loads(ran.out)["runs"][0]["results"]
    assert (ran.status, result["baselineState"]) == (0, "unchanged")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a baseline: "),
        ("[]", "not a baseline: "),
        ('{"version": 1}', "not a baseline: "),
        (
            '{"version": 2, "findings": []}',
            "baseline of a newer leaklint (format 2); update leaklint, or write",
        ),
        ("\x00\xff", "not a baseline: "),
    ],
)
def test_a_corrupt_baseline_is_one_line(known: Path, leaklint: Leaklint, text: str, message: str) -> None:
    (known / "base.json").write_text(text, encoding="latin-1")
    ran = leaklint("--baseline", "base.json")
    assert ran.status == 2
    (line,) = ran.err.splitlines()
    assert line.startswith(f"leaklint: error: base.json: {message}"), line


def test_write_baseline_takes_a_directory_for_a_path(project: Path, leaklint: Leaklint) -> None:
    assert leaklint("--write-baseline", "app").status == 0
    assert (project / ".leaklint-baseline.json").exists()
    assert leaklint("--write-baseline", "mine.json", "app").status == 0
    assert (project / "mine.json").read_text() == (project / ".leaklint-baseline.json").read_text()


def test_expressions_are_compared_by_meaning() -> None:
    assert normalised("f(a,b = 'x')") == normalised('f(  # c\n a,\n b="x",)')
    assert normalised("f((a))") == normalised("f(a)")
    assert normalised("f(a)") != normalised("f(b)")
    assert normalised("f(a") == normalised("f( a")


class TestChangedLines:
    @pytest.fixture
    def repository(self, project: Path) -> Path:
        self.git(project, "init", "-q")
        self.git(project, "add", ".")
        self.git(project, "commit", "-qm", "one")
        return project

    def git(self, cwd: Path, *arguments: str) -> None:
        identity = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)

    def found(self, leaklint: Leaklint, *more: str, **where: Path) -> list[str]:
        return fresh(leaklint("--diff-base", "HEAD", "--output-format", "json", *more, **where))

    def test_only_findings_whose_path_was_touched(self, repository: Path, leaklint: Leaklint) -> None:
        assert self.found(leaklint) == []
        (repository / "app" / "load.py").write_text("import os\n" + LEAK)
        assert self.found(leaklint) == []
        (repository / "app" / "load.py").write_text(LEAK.replace("select 1", "select 2"))
        assert self.found(leaklint) == ["app/load.py"]
        assert self.found(leaklint, cwd=repository / "app") == ["load.py"]
        assert self.found(leaklint, str(repository)) == [f"{repository}/app/load.py"]

    def test_new_files_count_as_a_whole(self, repository: Path, leaklint: Leaklint) -> None:
        (repository / "app" / "ne w\t.py").write_text(LEAK)
        assert self.found(leaklint) == ["app/ne w\t.py"]
        self.git(repository, "add", ".")
        assert self.found(leaklint) == ["app/ne w\t.py"]

    def test_an_unknown_revision_is_one_line(self, repository: Path, leaklint: Leaklint) -> None:
        ran = leaklint("--diff-base", "nosuch")
        assert (ran.status, ran.err) == (2, f"leaklint: error: --diff-base: 'nosuch' is no revision of {repository}\n")


class TestAddIgnore:
    def test_every_finding_gets_a_comment_and_is_silent(self, project: Path, leaklint: Leaklint) -> None:
        text = LEAK.replace("conn = sqlite3.connect(path)", 'conn = sqlite3.connect("""\n    """)  # open')
        (project / "app" / "two.py").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        ran = leaklint("--add-ignore", "since 2019 # long", "app")
        assert (ran.status, ran.err) == (0, "leaklint: ignore comments written to 2 files\n"), ran
        load = (project / "app" / "load.py").read_text().splitlines()
        assert load[4] == "    conn = sqlite3.connect(path)  # leaklint: ignore[LK102] since 2019  long"
        two = (project / "app" / "two.py").read_bytes().decode("utf-8-sig").split("\r\n")
        assert two[4] == "    # leaklint: ignore[LK102] since 2019  long"
        assert leaklint().status == 0

    def test_a_path_is_no_reason(self, project: Path, leaklint: Leaklint) -> None:
        assert leaklint("--add-ignore", "app/load.py").status == 0
        assert "connect(path)  # leaklint: ignore[LK102]\n" in (project / "app" / "load.py").read_text()

    def test_reasons_can_be_required(self, project: Path, leaklint: Leaklint) -> None:
        (project / "leaklint.toml").write_text("require-reason = true\n")
        leaklint("--add-ignore", "app")
        ran = leaklint("--output-format", "concise")
        assert ran.status == 1
        assert "LK901" in ran.out
        assert "gives no reason" in ran.out


def test_file_names_that_are_no_text(tmp_path: Path, leaklint: Leaklint) -> None:
    (tmp_path / os.fsdecode(b"\xff.py")).write_text(LEAK)
    assert leaklint("--write-baseline").status == 0
    assert leaklint("--baseline", ".leaklint-baseline.json").status == 0


def test_a_baseline_that_is_a_directory_or_cannot_be_read(known: Path, leaklint: Leaklint) -> None:
    (known / "made").mkdir()
    for arguments in (
        ("--baseline", "made"),
        ("--write-baseline", "made/", "--baseline", "made"),
        ("--config", "made"),
    ):
        ran = leaklint(*arguments, "app")
        assert (ran.status, ran.err.count("\n")) == (2, 1), ran
        assert "is a directory" in ran.err
