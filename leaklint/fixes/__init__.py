"""Repairs: found for a finding, proven by analysing their own result, and only then applied."""

from leaklint.fixes.fixpoint import Applied, FixResult, fix_file
from leaklint.fixes.proof import Withheld, apply, prove, prove_all
from leaklint.fixes.propose import repairable_without_site
from leaklint.fixes.room import Room

__all__ = [
    "Applied",
    "FixResult",
    "Room",
    "Withheld",
    "apply",
    "fix_file",
    "prove",
    "prove_all",
    "repairable_without_site",
]
