"""The language server, as an editor sees it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="pygls, of the extra [lsp], is not installed")

from lsprotocol import types

from leaklint.api import check_source
from tests.lsp.editor import COMMAND, PATIENCE, ROOT, Editor, applied, environment

LEAK = """\
import sqlite3


def first(path):
    conn = sqlite3.connect(path)
    row = conn.execute("select 1").fetchone()
    conn.close()
    return row
"""
CLEAN = """\
import sqlite3


def first(path):
    conn = sqlite3.connect(path)
    try:
        return conn.execute("select 1").fetchone()
    finally:
        conn.close()
"""
EVERYTHING = types.Range(types.Position(0, 0), types.Position(1000, 0))


def session(
    body: Callable[[Editor], Awaitable[None]], *folders: Path, encodings: list[types.PositionEncodingKind] | None = None
) -> None:
    """Run a test with an editor that has opened some folders."""

    async def run() -> None:
        editor = Editor(encodings)
        await editor.start(*folders)
        await body(editor)
        await editor.stop()

    asyncio.run(run())


def test_findings_follow_the_text_that_is_not_saved(tmp_path: Path) -> None:
    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", LEAK)
        (found,) = await editor.diagnostics(uri)
        assert (found.code, found.source) == ("LK102", "leaklint")
        line = LEAK.splitlines()[4]
        assert (found.range.start.line, found.range.start.character) == (4, line.index("sqlite3"))
        editor.edit(uri, CLEAN)
        assert await editor.codes(uri) == []
        editor.edit(uri, "\n" + LEAK)
        (found,) = await editor.diagnostics(uri)
        assert found.range.start.line == 5
        editor.close(uri)
        await editor.until(lambda: not editor.shown[uri].diagnostics)

    session(body, tmp_path)


def test_the_path_is_related_information_across_files(tmp_path: Path) -> None:
    (tmp_path / "db.py").write_text("import sqlite3\n\n\ndef take():\n    return sqlite3.connect('a')\n")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'p'\n")
    user = "from db import take\n\n\ndef run(work):\n    conn = take()\n    work(conn)\n    conn.close()\n"

    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "user.py", user)
        (found,) = await editor.diagnostics(uri)
        assert found.related_information
        places = [
            (one.location.uri.rpartition("/")[2], one.location.range.start.line) for one in found.related_information
        ]
        assert ("db.py", 4) in places
        assert ("user.py", 5) in places

    session(body, tmp_path)


def test_a_helper_edited_in_another_document_counts_before_it_is_saved(tmp_path: Path) -> None:
    taking = "import sqlite3\n\n\ndef take():\n    return sqlite3.connect('a')\n"
    (tmp_path / "db.py").write_text("def take():\n    return 1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'p'\n")
    user = "from db import take\n\n\ndef run(work):\n    conn = take()\n    work(conn)\n"

    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "user.py", user)
        helper = editor.open(tmp_path / "db.py", "def take():\n    return 1\n")
        assert await editor.codes(uri) == []
        editor.edit(helper, taking)
        await editor.until(lambda: [one.code for one in editor.shown[uri].diagnostics] == ["LK101"])
        editor.close(helper)
        await editor.until(lambda: not editor.shown[uri].diagnostics)

    session(body, tmp_path)


def test_a_quick_fix_repairs_and_a_comment_silences(tmp_path: Path) -> None:
    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", LEAK)
        (found,) = await editor.diagnostics(uri)
        assert await editor.actions(uri, types.Range(types.Position(0, 0), types.Position(0, 1))) == []
        fix, ignore = await editor.actions(uri, found.range)
        assert fix.is_preferred
        assert fix.kind == types.CodeActionKind.QuickFix
        for action in (fix, ignore):
            assert [one.code for one in action.diagnostics or ()] == ["LK102"]
            assert check_source(applied(LEAK, action.edit, uri)) == []
        assert "leaklint: ignore[LK102]" in applied(LEAK, ignore.edit, uri)

    session(body, tmp_path)


def test_all_fixes_at_once(tmp_path: Path) -> None:
    text = LEAK + "\n\n" + LEAK.split("\n\n\n")[1].replace("first", "second")

    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", text)
        assert await editor.codes(uri) == ["LK102", "LK102"]
        for kind in ("source.fixAll", "source.fixAll.leaklint"):
            (action,) = await editor.actions(uri, EVERYTHING, kind)
            assert action.kind == "source.fixAll.leaklint"
            repaired = applied(text, action.edit, uri)
            assert check_source(repaired) == []
        assert await editor.actions(uri, EVERYTHING, "refactor") == []
        editor.edit(uri, repaired)
        assert await editor.codes(uri) == []
        assert await editor.actions(uri, EVERYTHING, "source.fixAll") == []

    session(body, tmp_path)


def test_hover_shows_the_rule(tmp_path: Path) -> None:
    text = LEAK.replace("connect(path)", "connect(path)  # leaklint: ignore[LK102] soon gone")

    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", text)
        line = text.splitlines()[4]
        assert (await editor.hover(uri, 4, line.index("LK102") + 2)).startswith("# leaked-on-exception (LK102)")
        assert await editor.hover(uri, 4, line.index("soon")) == ""
        assert await editor.hover(uri, 900, 900) == ""

    session(body, tmp_path)


def test_columns_are_counted_as_the_client_counts_them(tmp_path: Path) -> None:
    text = LEAK.replace("    conn = sqlite3", "    𝒳 = '😀é'; conn = sqlite3")
    line = text.splitlines()[4]
    for encoding, codec, width in (
        (types.PositionEncodingKind.Utf8, "utf-8", 1),
        (types.PositionEncodingKind.Utf16, "utf-16-le", 2),
        (types.PositionEncodingKind.Utf32, "utf-32-le", 4),
    ):

        async def body(editor: Editor) -> None:
            uri = editor.open(tmp_path / "app.py", text)
            (found,) = await editor.diagnostics(uri)
            expected = len(line[: line.index("sqlite3.connect")].encode(codec)) // width  # noqa: B023
            assert found.range.start == types.Position(4, expected)

        session(body, tmp_path, encodings=[encoding])


def test_edits_fall_on_the_right_units(tmp_path: Path) -> None:
    text = "# \x0c \u2028 no line ends here\n" + LEAK.replace("    conn = sqlite3", "    s = '😀'; conn = sqlite3")

    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", text)
        (found,) = await editor.diagnostics(uri)
        assert found.range.start.line == 5
        ignore = (await editor.actions(uri, found.range))[-1]
        assert ignore.edit is not None
        assert ignore.edit.changes is not None
        (edit,) = ignore.edit.changes[uri]
        assert edit.range.start == types.Position(5, 0)
        assert edit.new_text.startswith("    s = '😀'; conn = sqlite3.connect(path)  # leaklint: ignore[LK102]")

    session(body, tmp_path)


def test_configuration_is_read_again_when_it_changes(tmp_path: Path) -> None:
    config = tmp_path / "leaklint.toml"

    async def body(editor: Editor) -> None:
        await editor.until(lambda: "workspace/didChangeWatchedFiles" in editor.watched)
        uri = editor.open(tmp_path / "app.py", LEAK)
        assert await editor.codes(uri) == ["LK102"]
        config.write_text('ignore = ["LK102"]\n')
        editor.touched(config)
        await editor.until(lambda: not editor.shown[uri].diagnostics)
        config.write_text('ignor = ["LK102"]\n')
        editor.touched(config)
        await editor.until(lambda: bool(editor.messages))
        assert "leaklint.toml:1:1" in editor.messages[0]
        assert "'ignore'" in editor.messages[0]
        config.write_text('ignore = ["LK77"]\n')
        editor.touched(config)
        await editor.until(lambda: len(editor.messages) > 1)
        config.unlink()
        editor.touched(config)
        await editor.until(lambda: len(editor.shown[uri].diagnostics) == 1)

    session(body, tmp_path)


def test_what_describes_the_deployment_is_read_again_when_it_changes(tmp_path: Path) -> None:
    (tmp_path / "leaklint.toml").write_text("[capacity]\nmax-connections = 20\nreserved = 0\n")
    compose = tmp_path / "compose.yaml"
    service = "services:\n  web:\n    command: uvicorn app:app --workers 1\n    deploy:\n      replicas: {}\n"
    compose.write_text(service.format(2))

    async def body(editor: Editor) -> None:
        await editor.until(lambda: "**/*.yaml" in editor.globs)
        text = "from psycopg_pool import ConnectionPool\n\npool = ConnectionPool('', max_size=10)\n"
        uri = editor.open(tmp_path / "app.py", text)
        assert await editor.codes(uri) == []
        compose.write_text(service.format(3))
        editor.touched(compose)
        await editor.until(lambda: [one.code for one in editor.shown[uri].diagnostics] == ["LK301"])

    session(body, tmp_path)


@pytest.mark.parametrize(
    ("name", "glob", "locked"),
    [
        ("requirements-dev.txt", "**/requirements*.txt", "PyMySQL=={}\n"),
        ("requirements/base.in", "**/requirements/*.in", "PyMySQL=={}\n"),
        ("uv.lock", "**/uv.lock", '[[package]]\nname = "pymysql"\nversion = "{}"\n'),
    ],
)
def test_what_states_the_versions_of_libraries_is_read_again_when_it_changes(
    tmp_path: Path, name: str, glob: str, locked: str
) -> None:
    (tmp_path / "pyproject.toml").touch()
    stating = tmp_path / name
    stating.parent.mkdir(exist_ok=True)
    stating.write_text(locked.format("1.1.0"))

    async def body(editor: Editor) -> None:
        await editor.until(lambda: glob in editor.globs)
        text = "import pymysql\n\n\ndef f():\n    conn = pymysql.connect()\n    with conn:\n        conn.ping()\n"
        uri = editor.open(tmp_path / "app.py", text)
        assert await editor.codes(uri) == []
        stating.write_text(locked.format("0.9.3"))
        editor.touched(stating)
        await editor.until(lambda: [one.code for one in editor.shown[uri].diagnostics] == ["LK201"])

    session(body, tmp_path)


def test_each_folder_has_its_own_configuration(tmp_path: Path) -> None:
    quiet, loud = tmp_path / "quiet", tmp_path / "loud"
    for folder in (quiet, loud):
        folder.mkdir()
    (quiet / "leaklint.toml").write_text('select = ["LK2"]\n')
    (loud / "leaklint.toml").write_text('extend-exclude = ["made"]\n')

    async def body(editor: Editor) -> None:
        opened = [editor.open(folder / "app.py", LEAK) for folder in (quiet, loud, loud / "made")]
        assert [await editor.codes(uri) for uri in opened] == [[], ["LK102"], []]

    session(body, quiet, loud)


def test_folders_come_and_go(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two" / "deep"
    for folder in (one, two):
        folder.mkdir(parents=True)
    (two / "leaklint.toml").write_text('select = ["LK2"]\n')

    async def body(editor: Editor) -> None:
        uri = editor.open(one / "app.py", LEAK)
        assert await editor.codes(uri) == ["LK102"]
        editor.folders(added=[two], removed=[one])
        other = editor.open(two / "app.py", LEAK)
        assert await editor.codes(other) == []
        editor.edit(uri, LEAK + "\n")
        assert await editor.codes(uri) == ["LK102"]

    session(body, one)


def test_a_question_that_is_taken_back(tmp_path: Path) -> None:
    function = LEAK.split("\n\n\n")[1]
    text = "import sqlite3\n" + "".join("\n\n" + function.replace("first", f"f{number}") for number in range(40))

    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", text)
        assert len(await editor.diagnostics(uri)) == 40
        asked = [asyncio.ensure_future(editor.actions(uri, EVERYTHING)) for _ in range(3)]
        await asyncio.sleep(0.05)
        editor.take_back()
        await asyncio.gather(*asked, return_exceptions=True)
        editor.edit(uri, LEAK)
        assert await editor.codes(uri) == ["LK102"]
        assert len(await editor.actions(uri, EVERYTHING)) == 2

    session(body, tmp_path)


def test_the_end_comes_while_a_check_runs(tmp_path: Path) -> None:
    function = LEAK.split("\n\n\n")[1]
    text = "import sqlite3\n" + "".join("\n\n" + function.replace("first", f"f{number}") for number in range(300))

    async def body(editor: Editor) -> None:
        editor.open(tmp_path / "app.py", text)
        await asyncio.sleep(0.1)

    session(body, tmp_path)


def test_only_the_newest_of_many_edits_is_answered_for(tmp_path: Path) -> None:
    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", LEAK)
        await editor.diagnostics(uri)
        before = len(editor.published)
        for count in range(60):
            editor.edit(uri, LEAK + "\n" * count)
        editor.edit(uri, CLEAN)
        assert await editor.codes(uri) == []
        await asyncio.sleep(0.5)
        assert not editor.shown[uri].diagnostics
        assert len(editor.published) - before < 20

    session(body, tmp_path)


def test_an_edit_while_repairs_are_being_proven_is_not_kept_waiting(tmp_path: Path) -> None:
    function = LEAK.split("\n\n\n")[1]
    text = "import sqlite3\n" + "".join("\n\n" + function.replace("first", f"f{number}") for number in range(40))

    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", text)
        assert len(await editor.diagnostics(uri)) == 40
        asked = asyncio.ensure_future(editor.actions(uri, EVERYTHING))
        await asyncio.sleep(0.05)
        editor.edit(uri, CLEAN)
        assert await editor.codes(uri) == []
        assert await asked == []

    session(body, tmp_path)


@pytest.mark.parametrize("text", ["def f(:\n", "\ud800", "\0", "((((" * 2000, "x = 1\r\ry = '\x0c'\r\n", ""])
def test_a_text_that_is_no_python_does_no_harm(tmp_path: Path, text: str) -> None:
    async def body(editor: Editor) -> None:
        uri = editor.open(tmp_path / "app.py", text)
        assert set(await editor.codes(uri)) <= {"LK902"}
        await editor.actions(uri, EVERYTHING)
        await editor.actions(uri, EVERYTHING, "source.fixAll")
        await editor.hover(uri, 3, 3)
        editor.edit(uri, LEAK)
        assert await editor.codes(uri) == ["LK102"]
        assert editor.messages == []

    session(body, tmp_path)


def test_a_path_with_characters_that_a_uri_quotes(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c%20=é?"
    folder.mkdir()
    (folder / "leaklint.toml").write_text('ignore = ["LK101"]\n')

    async def body(editor: Editor) -> None:
        uri = editor.open(folder / "app.py", LEAK)
        (found,) = await editor.diagnostics(uri)
        fix, _ = await editor.actions(uri, found.range)
        assert check_source(applied(LEAK, fix.edit, uri)) == []
        editor.edit(uri, LEAK.replace("    conn.close()\n", ""))
        assert await editor.codes(uri) == []

    session(body, folder)


def test_a_text_without_a_file_and_one_that_is_no_python_file(tmp_path: Path) -> None:
    async def body(editor: Editor) -> None:
        for uri, language in (("untitled:Untitled-1", "python"), ((tmp_path / "a.txt").as_uri(), "plaintext")):
            item = types.TextDocumentItem(uri, language, 1, LEAK)
            editor.versions[uri] = 1
            editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        assert await editor.codes("untitled:Untitled-1") == ["LK102"]
        assert len(editor.shown) == 1

    session(body, tmp_path)


# -- clients that misbehave -------------------------------------------------------------------------------------------


def message(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


INITIALIZE = message(b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}')
OPEN = message(
    b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///nowhere/a.py",'
    b'"languageId":"python","version":1,"text":"def f():\\n import sqlite3\\n sqlite3.connect(1).cursor()\\n"}}}'
)
GARBAGE = [
    b"\xff\xfe garbage\r\n\r\n",
    b"Content-Length: x\r\n\r\n",
    message(b"not json"),
    message(b"[]"),
    message(b"null"),
    message(b'{"jsonrpc":"2.0"}'),
    message(b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":7}}'),
    message(b'{"jsonrpc":"2.0","method":"no/such/thing","params":[]}'),
    message(b'{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///b.py",'
            b'"version":3},"contentChanges":[{"text":"x"}]}}'),
    message(b'{"jsonrpc":"2.0","id":7,"method":"textDocument/hover","params":{"textDocument":{"uri":"x"},'
            b'"position":{"line":9,"character":9}}}'),
    message(b'{"jsonrpc":"2.0","id":99,"result":{}}'),
    message(b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":12345}}'),
]  # fmt: skip


def served(sent: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(COMMAND, input=sent, capture_output=True, env=environment(), cwd=ROOT, timeout=PATIENCE)


def test_garbage_is_passed_over() -> None:
    async def body() -> bytes:
        server = await asyncio.create_subprocess_exec(
            *COMMAND, stdin=-1, stdout=-1, stderr=-1, env=environment(), cwd=ROOT
        )
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(INITIALIZE + b"".join(GARBAGE) + OPEN)
        seen = b""
        while b"LK105" not in seen:
            piece = await asyncio.wait_for(server.stdout.read(65536), PATIENCE)
            assert piece, seen
            seen += piece
        server.stdin.close()
        _, errors = await asyncio.wait_for(server.communicate(), PATIENCE)
        return errors

    assert b"Traceback" not in asyncio.run(body())


@pytest.mark.parametrize(
    "sent", [b"", INITIALIZE, INITIALIZE + OPEN, INITIALIZE + OPEN + b"Content-Length: 500\r\n\r\n{"]
)
def test_a_client_that_goes_away_ends_the_server(sent: bytes) -> None:
    done = served(sent)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0


def test_a_client_that_stops_reading_ends_the_server() -> None:
    server = subprocess.Popen(COMMAND, stdin=-1, stdout=-1, stderr=-1, env=environment(), cwd=ROOT)
    assert server.stdout is not None
    assert server.stdin is not None
    server.stdout.close()
    server.stdin.write(INITIALIZE + OPEN)
    server.stdin.close()
    assert server.stderr is not None
    errors = server.stderr.read()
    server.wait(PATIENCE)
    assert b"Traceback" not in errors
