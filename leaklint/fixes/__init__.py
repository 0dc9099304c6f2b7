"""Repairs: found for a finding, proven by analysing their own result, and only then applied."""

from leaklint.fixes.fixpoint import Applied, FixResult, Withheld, apply, fix_file, prove
from leaklint.fixes.propose import repairable_without_site

__all__ = ["Applied", "FixResult", "Withheld", "apply", "fix_file", "prove", "repairable_without_site"]
