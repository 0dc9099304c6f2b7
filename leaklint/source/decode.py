"""From the bytes of a Python file to its text and back, to the byte.

The encoding is found as Python finds it (PEP 263): a byte order mark, a `coding` comment in the first two lines, else
UTF-8. Line endings stay in the text as they are, so that encoding an unchanged text gives the same bytes.
"""

from __future__ import annotations

import codecs
import re

import msgspec

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_ONLY_COMMENT = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE_END_BYTES = re.compile(rb"\r\n|\r|\n")


class Undecodable(ValueError):
    """The bytes are no Python text. `line` and `column` count from 1 (columns in bytes); `cause` is a clause."""

    def __init__(self, line: int, column: int, cause: str) -> None:
        super().__init__(f"{line}:{column}: {cause}")
        self.line = line
        self.column = column
        self.cause = cause


class Source(msgspec.Struct, frozen=True):
    """A file's text and all that is needed to write it back.

    encoding: codec name; bom: the byte order mark, not part of the text; newline: its first line ending, "\\n" if it
    has none.
    """

    text: str
    encoding: str = "utf-8"
    bom: bytes = b""
    newline: str = "\n"

    def encode(self, text: str) -> bytes:
        """The bytes of this file with `text` in it. Raises UnicodeEncodeError if its encoding cannot say that."""
        return self.bom + text.encode(self.encoding)


def decode(data: bytes) -> Source:
    """Raises Undecodable."""
    if b"\0" in data:
        raise _undecodable(data, data.index(b"\0"), "null byte; this is no Python source")
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    encoding = _encoding(data[len(bom) :], bool(bom))
    try:
        text = data[len(bom) :].decode(encoding)
        exact = encoding == "utf-8" or text.encode(encoding) == data[len(bom) :]
    except UnicodeDecodeError as error:
        at = len(bom) + error.start
        raise _undecodable(data, at, f"byte 0x{data[at]:02x} is not {encoding}; declare the file's encoding") from error
    except (UnicodeError, ValueError) as error:
        raise Undecodable(1, 1, f"cannot be decoded as {encoding}: {error}") from error
    if not exact:
        raise Undecodable(1, 1, f"encoding {encoding} does not map back to the same bytes; save the file as UTF-8")
    ending = _LINE_END.search(text)
    return Source(text=text, encoding=encoding, bom=bom, newline=ending.group() if ending else "\n")


def split_lines(text: str) -> list[str]:
    """The lines as Python counts them, without their endings (form feeds and Unicode separators end no line)."""
    return _LINE_END.split(text)


def _encoding(data: bytes, has_bom: bool) -> str:
    number, match = _cookie(data)
    if match is None:
        return "utf-8"
    name = match.group(1).decode("ascii", "replace")
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError, ImportError) as error:
        raise Undecodable(number, match.start(1) + 1, f"unknown encoding '{name}'; declare a known one") from error
    if not getattr(codec, "_is_text_encoding", True):
        raise Undecodable(number, match.start(1) + 1, f"'{name}' is no text encoding; declare a known one")
    if has_bom and codec.name != "utf-8":
        raise Undecodable(number, match.start(1) + 1, f"a UTF-8 byte order mark, but encoding '{name}' declared")
    return "utf-8" if codec.name == "utf-8-sig" else codec.name


def _cookie(data: bytes) -> tuple[int, re.Match[bytes] | None]:
    """The number of the line with the `coding` comment and its match; the second line counts only below a comment."""
    for number, line in enumerate(_LINE_END_BYTES.split(data[:4096], 2)[:2], 1):
        if match := _COOKIE.match(line):
            return number, match
        if not _ONLY_COMMENT.match(line):
            break
    return 0, None


def _undecodable(data: bytes, at: int, cause: str) -> Undecodable:
    lines = _LINE_END_BYTES.split(data[:at])
    return Undecodable(len(lines), len(lines[-1]) + 1, cause)
