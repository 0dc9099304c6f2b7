r"""Text that nobody vouches for, made harmless: what a terminal might act upon is shown as an escape instead.

A file name, a line of source or a message can hold terminal escapes (which move the cursor, retitle the window, write
the clipboard), bidirectional controls (which make code read as what it is not; Trojan Source, CVE-2021-42574),
invisible characters, or lone surrogates (a file name that is not UTF-8), which no encoder takes.
"""

from __future__ import annotations

import re

# Controls C0 and C1, soft hyphen, Arabic letter mark, Mongolian vowel separator, zero-width and bidirectional marks,
# line and paragraph separators, invisible operators, interlinear annotation, byte-order mark, noncharacters, tags,
# surrogates.
_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        # The undecodable byte of a file name, as os.fsdecode hides it.
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shown(text: str) -> str:
    r"""`text` on one line, safe for a terminal and for any encoder: `\x1b` for an escape, `\u202e` for an override."""
    return text if text.isascii() and text.isprintable() else _ACTIVE.sub(_escape, text)


def encodable(text: str) -> str:
    r"""`text` with its lone surrogates shown (`\xff` for the undecodable byte of a file name), else as it is."""
    return text if text.isascii() else _SURROGATE.sub(_escape, text)
