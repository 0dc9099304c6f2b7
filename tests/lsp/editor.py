"""An editor for the tests: a real client that speaks to the real server over its standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
COMMAND = (sys.executable, "-m", "leaklint", "lsp")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


class Editor:
    """One session. `shown` holds the newest diagnostics by URI, `messages` what a person would be shown."""

    def __init__(self, encodings: Sequence[types.PositionEncodingKind] | None = None) -> None:
        self.client = LanguageClient("test-editor", "1")
        self.encodings = encodings
        self.shown: dict[str, types.PublishDiagnosticsParams] = {}
        self.published: list[types.PublishDiagnosticsParams] = []
        self.messages: list[str] = []
        self.watched: list[str] = []
        self.globs: list[str] = []
        self.versions: dict[str, int] = {}
        self._news = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def publish(params: types.PublishDiagnosticsParams) -> None:
            self.shown[params.uri] = params
            self.published.append(params)
            self._news.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def message(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)
            self._news.set()

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.watched += [one.method for one in params.registrations]
            options: list[Any] = [one.register_options for one in params.registrations]
            self.globs += [watcher["globPattern"] for one in options for watcher in one["watchers"]]
            self._news.set()

    async def start(self, *folders: Path) -> types.InitializeResult:
        await self.client.start_io(*COMMAND, env=environment(), cwd=str(ROOT))
        capabilities = types.ClientCapabilities(
            general=types.GeneralClientCapabilities(position_encodings=self.encodings),
            text_document=types.TextDocumentClientCapabilities(
                publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True)
            ),
            workspace=types.WorkspaceClientCapabilities(
                workspace_folders=True,
                did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
            ),
        )
        answer = await self.client.initialize_async(
            types.InitializeParams(
                capabilities=capabilities,
                root_uri=folders[0].as_uri() if folders else None,
                workspace_folders=[types.WorkspaceFolder(one.as_uri(), one.name) for one in folders],
            )
        )
        self.client.initialized(types.InitializedParams())
        return answer

    async def stop(self) -> None:
        await asyncio.wait_for(self.client.shutdown_async(None), PATIENCE)
        self.client.exit(None)
        await asyncio.wait_for(self.client.stop(), PATIENCE)

    def open(self, path: Path, text: str) -> str:
        uri = path.as_uri()
        self.versions[uri] = 1
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "python", 1, text))
        )
        return uri

    def edit(self, uri: str, text: str) -> int:
        self.versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=self.versions[uri], uri=uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        return self.versions[uri]

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def touched(self, *paths: Path) -> None:
        changes = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))

    def folders(self, added: Sequence[Path], removed: Sequence[Path]) -> None:
        """Tell that folders were added to the workspace and taken out of it."""
        came, went = ([types.WorkspaceFolder(one.as_uri(), one.name) for one in some] for some in (added, removed))
        event = types.WorkspaceFoldersChangeEvent(added=came, removed=went)
        self.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    def take_back(self) -> None:
        """Cancel every request that is not answered yet, and expect no answer of them."""
        for number in list(self.client.protocol._request_futures):
            self.client.cancel_request(types.CancelParams(number))
            self.client.protocol._request_futures[number].cancel()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for news until something holds."""

        async def wait() -> None:
            while not holds():
                self._news.clear()
                await self._news.wait()

        await asyncio.wait_for(wait(), PATIENCE)

    async def diagnostics(self, uri: str) -> Sequence[types.Diagnostic]:
        """Those of the newest version of a document."""
        await self.until(lambda: uri in self.shown and self.shown[uri].version == self.versions[uri])
        return self.shown[uri].diagnostics

    async def codes(self, uri: str) -> list[Any]:
        return [one.code for one in await self.diagnostics(uri)]

    async def actions(self, uri: str, span: types.Range, *only: str) -> list[types.CodeAction]:
        context = types.CodeActionContext(diagnostics=[], only=list(only) or None)
        asked = types.CodeActionParams(types.TextDocumentIdentifier(uri), span, context)
        found = await asyncio.wait_for(self.client.text_document_code_action_async(asked), PATIENCE)
        return [one for one in found or () if isinstance(one, types.CodeAction)]

    async def hover(self, uri: str, line: int, character: int) -> str:
        asked = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
        found = await asyncio.wait_for(self.client.text_document_hover_async(asked), PATIENCE)
        return found.contents.value if found and isinstance(found.contents, types.MarkupContent) else ""


def applied(text: str, edit: types.WorkspaceEdit | None, uri: str, encoding: str = "utf-16-le") -> str:
    """The text as the editor would have it after an edit, computed apart from the server's own arithmetic."""
    assert edit is not None
    assert edit.changes is not None
    data = text.encode(encoding)
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode(encoding)))

    def offset(position: types.Position) -> int:
        return starts[min(position.line, len(starts) - 1)] + 2 * position.character

    for one in sorted(edit.changes[uri], key=lambda one: offset(one.range.start), reverse=True):
        data = data[: offset(one.range.start)] + one.new_text.encode(encoding) + data[offset(one.range.end) :]
    return data.decode(encoding)
