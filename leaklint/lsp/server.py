"""The server: what an editor tells, when its texts are checked, and what it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, TypeVar, cast
from urllib.parse import unquote

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from leaklint import __version__
from leaklint.capacity import described
from leaklint.catalog import versions
from leaklint.config.find import NAMES
from leaklint.lsp import actions
from leaklint.lsp.checker import Checked, Checker, Superseded, Unusable
from leaklint.lsp.diagnostics import diagnostic
from leaklint.lsp.positions import Lines
from leaklint.model import LeaklintError

DEBOUNCE = 0.02
"""Seconds without a keystroke after which a text is checked. A check that is due is put off by the next keystroke."""
OTHERS = 0.4
"""Seconds without a keystroke after which the other open documents, which may use this one, are checked again."""
_MOST_UNCOLLECTED = 40
"""Checks after which garbage is collected even though nobody has paused. A check leaves behind some megabytes."""
_STACK = 64 * 1024 * 1024
_CODE = re.compile(r"\bLK\d{3}\b")
_READ = ("*.py", *NAMES, *versions.GLOBS, *described.GLOBS)
"""What the names of the files match whose changes may change findings."""
Texts = Mapping[str, str]
Stale = Callable[[], bool]
_T = TypeVar("_T")


class Server(LanguageServer):
    """State of one connection: the open documents, what was found in each, and what is under way.

    Handlers run on the event loop; everything of `checker` on the one thread of `worker`. `edits` counts changes of
    each, so that work for an older text can be recognised as such.
    """

    def __init__(self) -> None:
        # Whole texts: differences would have to be applied to lines counted as the client counts them.
        super().__init__("leaklint", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.checker = Checker()
        self.worker = _worker()
        self.edits: Counter[str] = Counter()
        self.pending: dict[str, asyncio.Task[None]] = {}
        self.others: asyncio.Task[None] | None = None
        self.checked: dict[str, Checked] = {}
        self.published: dict[str, list[types.Diagnostic]] = {}
        self.told: set[str] = set()
        self.uncollected = 0

    # -- documents ----------------------------------------------------------------------------------------------

    @property
    def encoding(self) -> str:
        """What columns are counted in: utf-8, utf-16 or utf-32."""
        encoding = self.workspace.position_encoding or "utf-16"
        return encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding

    def documents(self) -> list[TextDocument]:
        """The open documents."""
        return list(self.workspace.text_documents.values())

    def document(self, uri: str) -> TextDocument | None:
        """An open document. The workspace's own keys are no URIs: what was quoted in them is not."""
        document: TextDocument | None = self.workspace.text_documents.get(unquote(uri))
        return document

    def open_texts(self) -> dict[str, str]:
        """The texts of all open Python documents, by path."""
        return {path: one.source for one in self.documents() if (path := self.path(one.uri, one.language_id))}

    def path(self, uri: str, language: str | None = None) -> str:
        """The absolute path that a document has, or that one without a file would have; "" for what is no Python."""
        path = uris.to_fs_path(uri)
        if uri.partition(":")[0] != "file" or not path:
            name = re.sub(r"\W+", "_", uri.rpartition("/")[2] or "untitled")
            path = os.path.join(self.workspace.root_path or os.getcwd(), f"{name}.py") if language == "python" else ""
        return os.path.normpath(path) if path and (language == "python" or path.endswith(".py")) else ""

    def lines_of(self, path: str) -> Lines:
        """The lines of an open document, else of the file."""
        text = self.open_texts().get(path)
        if text is None:
            from leaklint.source.decode import Undecodable, decode

            try:
                with open(path, "rb") as file:
                    text = decode(file.read()).text
            except (OSError, ValueError, Undecodable):
                text = ""
        return Lines(text, self.encoding)

    # -- work ---------------------------------------------------------------------------------------------------

    def changed(self, uri: str, delay: float = DEBOUNCE) -> None:
        """A text is new: check it soon, and nothing that came before it."""
        self.edits[uri] += 1
        for task in (self.pending.pop(uri, None), self.others):
            if task is not None:
                task.cancel()
        self.pending[uri] = asyncio.ensure_future(self._soon(uri, delay))

    def check_all(self) -> None:
        """Everything may be different: check every open document again."""
        for document in self.documents():
            self.changed(document.uri)

    async def _soon(self, uri: str, delay: float) -> None:
        await asyncio.sleep(delay)
        await self.check(uri)
        if self.others is None or self.others.done():
            self.others = asyncio.ensure_future(self._check_others(uri))
        self.uncollected += 1
        if not gc.get_freeze_count():
            await self._collect(_collect_all)
        elif self.uncollected > _MOST_UNCOLLECTED:
            await self._collect(gc.collect)

    async def _check_others(self, edited: str) -> None:
        await asyncio.sleep(OTHERS)
        for document in self.documents():
            if document.uri != edited:
                await self.check(document.uri)
        await self._collect(_collect_all)

    async def _collect(self, collect: Callable[[], object]) -> None:
        """Collect garbage: in pauses, for it takes as long as a check, and would make every other one late."""
        self.uncollected = 0
        await asyncio.get_running_loop().run_in_executor(self.worker, collect)

    async def check(self, uri: str) -> None:
        """Check one document and publish what was found, unless its text changes meanwhile."""
        document = self.document(uri)
        path = self.path(uri, document.language_id) if document is not None else ""
        if document is None or not path:
            return
        version = document.version
        try:
            checked = await self.work(self.checker.check, uri, path)
        except Superseded:
            return
        if self.document(uri) is not document or document.version != version:
            return
        if checked is not None:
            self.checked[uri] = checked
            if checked.outcome.problem is not None:
                self.tell(checked.outcome.problem.text)
        self.publish(uri, checked, version)

    async def work(self, task: Callable[[str, Texts, Stale], _T], uri: str, path: str) -> _T | None:
        """Do something in the worker thread with the texts as they are now; None where the configuration is unusable.

        Raises Superseded when the document has been edited again.
        """
        started, texts = self.edits[uri], self.open_texts()

        def stale() -> bool:
            return self.edits[uri] != started

        loop = asyncio.get_running_loop()
        try:
            # BaseExceptions do not travel well through futures, so the news that it was superseded is a value.
            done = await loop.run_in_executor(self.worker, _or_superseded, task, path, texts, stale)
        except Unusable as error:
            self.tell(str(error))
            return None
        if isinstance(done, Superseded):
            raise done
        return done

    def publish(self, uri: str, checked: Checked | None, version: int | None) -> None:
        """Send the findings of a document, unless the client has the same already."""
        findings = checked.outcome.findings if checked is not None else ()
        known: dict[str, Lines] = {}

        def lines_of(path: str) -> Lines:
            if path not in known:
                known[path] = self.lines_of(path)
            return known[path]

        capabilities = self.client_capabilities.text_document
        showing = capabilities.publish_diagnostics if capabilities is not None else None
        related = showing is not None and bool(showing.related_information)
        shown = [diagnostic(finding, lines_of, related=related) for finding in findings]
        self.published[uri] = shown
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, shown, version))

    def tell(self, text: str) -> None:
        """Show an error, once."""
        if text not in self.told:
            self.told.add(text)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"leaklint: {text}"))

    def forget(self) -> None:
        """Files or configuration have changed on disk."""
        self.told.clear()
        self.worker.submit(self.checker.forget)

    def report_server_error(self, error: Exception, source: object) -> None:
        """A message that makes no sense is the client's fault: noted in its log, not shown to a person at work."""
        text = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))


def _collect_all() -> None:
    """Collect all garbage, and let the collections to come pass over what is left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _or_superseded(task: Callable[[str, Texts, Stale], _T], path: str, texts: Texts, stale: Stale) -> _T | Superseded:
    try:
        return task(path, texts, stale)
    except Superseded as superseded:
        return superseded


def _worker() -> ThreadPoolExecutor:
    """One thread, with a stack for code that is nested as deeply as code can be."""
    before = threading.stack_size(_STACK)
    try:
        worker = ThreadPoolExecutor(1, thread_name_prefix="leaklint")
        worker.submit(int).result()
    finally:
        threading.stack_size(before)
    return worker


def build() -> Server:
    """A server with all that it can do, not yet connected."""
    server = Server()
    server.feature(types.INITIALIZED)(_initialized)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(_opened)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_edited)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_closed)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(_saved)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_files_changed)
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(_files_changed)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(_folders_changed)
    options = types.CodeActionOptions(code_action_kinds=list(actions.KINDS))
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(_code_actions)
    server.feature(types.TEXT_DOCUMENT_HOVER)(_hover)
    return server


def serve() -> None:
    """Serve one editor over standard input and output, until it closes them."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
    server = build()
    gc.disable()
    try:
        server.start_io(stdout=cast(BinaryIO, _Output(sys.stdout.buffer)))
    finally:
        server.edits.update(server.edits.keys())
        server.worker.shutdown(wait=False, cancel_futures=True)


class _Output:
    """Standard output, for a client that may have stopped reading: what it does not want to know is not written."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(data)
        return len(data)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()

    def close(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.close()


# -- what the client tells ----------------------------------------------------------------------------------------


def _initialized(server: Server, params: types.InitializedParams) -> None:
    _folders_changed(server, params)
    capability = server.client_capabilities.workspace
    watching = capability.did_change_watched_files if capability is not None else None
    if watching is None or not watching.dynamic_registration:
        return
    watchers = [types.FileSystemWatcher(pattern) for pattern in dict.fromkeys(f"**/{one}" for one in _READ)]
    registration = types.Registration(
        id="leaklint-files",
        method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers),
    )
    server.client_register_capability(types.RegistrationParams([registration]))


def _folders_changed(server: Server, params: object) -> None:
    folders = [uris.to_fs_path(folder.uri) for folder in server.workspace.folders.values()]
    found = [os.path.normpath(folder) for folder in (*folders, server.workspace.root_path) if folder]
    server.checker.folders = tuple(dict.fromkeys(found))
    server.forget()
    server.check_all()


def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    server.changed(params.text_document.uri, 0)


def _edited(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    server.changed(params.text_document.uri)


def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    server.edits[uri] += 1
    task = server.pending.pop(uri, None)
    if task is not None:
        task.cancel()
    checked = server.checked.pop(uri, None)
    server.published.pop(uri, None)
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
    if checked is not None and checked.text != _on_disk(server.path(uri, "python")):
        # What was not saved is gone, and other documents may have been checked with it.
        server.forget()
        server.check_all()


def _saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    path = uris.to_fs_path(params.text_document.uri) or ""
    if not path.endswith(".py"):
        _files_changed(server, params)


def _files_changed(server: Server, params: object) -> None:
    if isinstance(params, types.DidChangeWatchedFilesParams):
        paths = [uris.to_fs_path(change.uri) or "" for change in params.changes]
        texts = server.open_texts()
        if all(path in texts and texts[path] == _on_disk(path) for path in paths):
            # An open document was saved, or its file brought to what is open: nothing is new.
            return
    server.forget()
    server.check_all()


def _on_disk(path: str) -> str | None:
    from leaklint.source.decode import Undecodable, decode

    try:
        with open(path, "rb") as file:
            return decode(file.read()).text
    except (OSError, ValueError, Undecodable):
        return None


# -- what the client asks -------------------------------------------------------------------------------------------


async def _code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    uri, only = params.text_document.uri, params.context.only
    document = server.document(uri)
    path = server.path(uri, document.language_id) if document is not None else ""
    if document is None or not path:
        return None
    text, version = document.source, document.version
    lines = Lines(text, server.encoding)
    try:
        found: list[types.CodeAction] = []
        if actions.wants(only, types.CodeActionKind.QuickFix.value):
            found += await _quick_fixes(server, document, path, params.range, lines)
        if only and actions.wants(only, actions.FIX_ALL):
            repaired = await server.work(server.checker.repaired, uri, path)
            if repaired is not None and repaired != text:
                found.append(actions.fix_all(uri, text, repaired, lines))
    except Superseded:
        return None
    return found if document.version == version else None


async def _quick_fixes(
    server: Server, document: TextDocument, path: str, span: types.Range, lines: Lines
) -> list[types.CodeAction]:
    uri = document.uri
    checked: Checked | None = server.checked.get(uri)
    if checked is None or checked.text != document.source:
        checked = await server.work(server.checker.check, uri, path)
    if checked is None or not any(actions.touches(one, lines, span) for one in checked.outcome.findings):
        return []
    if not checked.repairs:
        checked = await server.work(server.checker.repairs, uri, path)
        if checked is None:
            return []
        server.checked[uri] = checked
    here = [one for one in checked.outcome.findings if actions.touches(one, lines, span)]
    return actions.quick_fixes(uri, checked.text, here, lines)


def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    lines = Lines(document.source, server.encoding)
    position = params.position
    at = lines.column(position)
    for match in _CODE.finditer(lines.text_at(position.line)):
        if match.start() <= at <= match.end():
            number = position.line + 1
            return _rule(match.group(), lines.exact(number, match.start() + 1, number, match.end() + 1))
    for shown in server.published.get(params.text_document.uri, ()):
        start, end = shown.range.start, shown.range.end
        inside = (start.line, start.character) <= (position.line, position.character) <= (end.line, end.character)
        if inside and isinstance(shown.code, str):
            return _rule(shown.code, shown.range)
    return None


def _rule(code: str, span: types.Range) -> types.Hover | None:
    from leaklint.report.rule_page import rule_markdown
    from leaklint.rules import rule

    try:
        page = rule_markdown(rule(code))
    except LeaklintError:
        return None
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, page), span)
