"""What the page on editors tells people to paste is well formed, and reads what leaklint prints."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tomli

from leaklint.lsp import actions

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
LEAK = "import sqlite3\n\n\ndef f(p):\n    conn = sqlite3.connect(p)\n    conn.execute('select 1')\n    conn.close()\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def printed(tmp_path: Path) -> str:
    """What `leaklint --output-format concise` prints of a file `sub dir/app.py` with a leak in line 5."""
    directory = tmp_path / "sub dir"
    directory.mkdir()
    (directory / "app.py").write_text(LEAK)
    command = [sys.executable, "-m", "leaklint", "--output-format", "concise", "."]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT), "PATH": ""}, timeout=60
    )
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_what_is_json_and_toml_is_well_formed() -> None:
    settings, tasks = map(json.loads, blocks("json"))
    assert settings["glspc.server.command"] == "leaklint"
    assert settings["glspc.server.commandArguments"] == ["lsp"]
    kinds = actions.KINDS
    assert set(settings["editor.codeActionsOnSave"]) <= {str(getattr(kind, "value", kind)) for kind in kinds}
    assert tasks["tasks"][0]["command"] == "leaklint --output-format concise"
    (helix,) = map(tomli.loads, blocks("toml"))
    assert helix["language-server"]["leaklint"] == {"command": "leaklint", "args": ["lsp"]}


def test_the_problem_matcher_reads_the_concise_format(printed: str) -> None:
    pattern = json.loads(blocks("json")[1])["tasks"][0]["problemMatcher"]["pattern"]
    match = re.match(pattern["regexp"], printed.splitlines()[0])
    assert match is not None
    named = {name: match[number] for name, number in pattern.items() if isinstance(number, int)}
    assert (named["file"], named["line"], named["column"], named["code"]) == ("sub dir/app.py", "5", "12", "LK102")


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_vims_errorformat_reads_the_concise_format(printed: str, tmp_path: Path) -> None:
    option = re.search(r"errorformat=(\S*(?:\\ \S*)*)`", PAGE)
    assert option is not None
    (tmp_path / "printed").write_text(printed)
    commands = [
        f"set errorformat={option[1]}",
        "cgetfile printed",
        "let read = map(getqflist(), '[bufname(v:val.bufnr), v:val.lnum, v:val.col, v:val.text]')",
        "call writefile(map(read, 'join(v:val, \"|\")'), 'read')",
        "qa!",
    ]
    given = [word for command in commands for word in ("-c", command)]
    subprocess.run(
        ["vim", "-u", "NONE", "-N", "-es", *given], cwd=tmp_path, timeout=60, stdin=subprocess.DEVNULL, check=False
    )
    first = (tmp_path / "read").read_text().splitlines()[0]
    assert first.startswith("sub dir/app.py|5|12|LK102 ")


@pytest.mark.skipif(shutil.which("emacs") is None, reason="emacs is not installed")
def test_emacs_reads_the_lisp_and_the_concise_format(printed: str, tmp_path: Path) -> None:
    (tmp_path / "snippet.el").write_text(blocks("lisp")[0])
    (tmp_path / "printed").write_text(printed)
    program = """
(require 'compile)
(let (forms) (with-temp-buffer (insert-file-contents "snippet.el")
  (condition-case nil (while t (push (read (current-buffer)) forms)) (end-of-file nil)))
  (princ (format "%d forms\\n" (length forms))))
(with-temp-buffer (insert-file-contents "printed") (compilation-mode) (font-lock-ensure)
  (goto-char (point-min)) (compilation-next-error 0 nil (point-min))
  (let* ((loc (compilation--message->loc (get-text-property (point) 'compilation-message))))
    (princ (format "%s|%s|%s" (caar (compilation--loc->file-struct loc)) (compilation--loc->line loc)
                   (compilation--loc->col loc)))))
"""
    (tmp_path / "run.el").write_text(program)
    done = subprocess.run(
        ["emacs", "-Q", "--batch", "-l", "run.el"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("1 forms\n"), done.stderr
    assert "app.py|5|" in done.stdout, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("luac5.4") is None and shutil.which("luac") is None, reason="lua is not installed")
def test_what_is_lua_is_well_formed(tmp_path: Path) -> None:
    compiler = shutil.which("luac5.4") or shutil.which("luac")
    assert compiler is not None
    for number, text in enumerate(blocks("lua")):
        (tmp_path / f"{number}.lua").write_text(text)
        done = subprocess.run([compiler, "-p", f"{number}.lua"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
