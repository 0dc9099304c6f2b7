"""BLAKE2b, by which contents are compared, without the rest of `hashlib`: that loads OpenSSL, and a warm run starts and
ends in the time of that."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # only CPython has it by itself
    from hashlib import blake2b

__all__ = ["blake2b"]
