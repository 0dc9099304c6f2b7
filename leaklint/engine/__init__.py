"""Ties the stages together: parallel, and the same whatever the number of processes and the order of paths."""

from leaklint.engine.run import Plan, Result, check, check_texts, plan

__all__ = ["Plan", "Result", "check", "check_texts", "plan"]
