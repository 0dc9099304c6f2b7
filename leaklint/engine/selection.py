"""Which findings a file's settings let through."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from leaklint.config import ConfigError, RuleName, Settings, matches, near, read_config, selected, unknown
from leaklint.model import Finding
from leaklint.rules import UNREADABLE, codes_and_names
from leaklint.source.ignoring import pattern_matches

_KEYS = ("select", "extend-select", "ignore", "fixable", "extend-fixable", "unfixable")


@functools.cache
def rule_names() -> tuple[RuleName, ...]:
    """All rules, as selection sees them."""
    return tuple(RuleName(*one) for one in codes_and_names())


def name_of(code: str) -> str:
    """The name of the rule with this code."""
    return next(rule.name for rule in rule_names() if rule.code == code)


def check_selectors(settings: Settings) -> list[str]:
    """One line for each selector in the settings that means no rule: where it stands, and the nearest."""
    problems: dict[str, None] = {}
    for key in _KEYS:
        for selector in getattr(settings, key.replace("-", "_")) or ():
            if why := unknown(selector, rule_names()):
                problems[f"{_place(settings, key, selector)}: '{key}': {why}"] = None
    for ignores in settings.per_file_ignores:
        try:
            pattern_matches(ignores.base, ignores.pattern, f"{ignores.base}/a.py")
        except ValueError as error:
            problems[f"{settings.provenance.get('per-file-ignores')}: 'per-file-ignores' {error}"] = None
        for selector in ignores.selectors:
            if why := unknown(selector, rule_names()):
                problems[f"{_place(settings, 'per-file-ignores', selector)}: 'per-file-ignores': {why}"] = None
    return list(problems)


def _place(settings: Settings, key: str, selector: str) -> str:
    """file:line:column of a selector in the configuration; the origin of the option where it is not in a file."""
    for path in settings.files:
        try:
            file = read_config(path)
        except ConfigError:
            continue
        if file is None:
            continue
        for written in (key, f"extend-{key}"):
            value = getattr(file.options, written.replace("-", "_"), None)
            for inner, given in _elements(value):
                if given == selector:
                    line, column = file.place(written, *inner)
                    return f"{near(path)}:{line}:{column}"
    return settings.provenance.get(key, key)


def _elements(value: object) -> Iterable[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, list):
        yield from (((index,), item) for index, item in enumerate(value))
    elif isinstance(value, dict):
        for key, items in value.items():
            yield from (((key, index), item) for index, item in enumerate(items))


class Selection:
    """The rules that are on for the files of one configuration."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.codes = selected(rule_names(), settings.select, settings.extend_select, settings.ignore)
        self.repairable = selected(rule_names(), settings.fixable, settings.extend_fixable, settings.unfixable)

    def for_file(self, path: str) -> frozenset[str]:
        """Codes that are on for the file at an absolute path."""
        off = {
            rule.code
            for ignores in self.settings.per_file_ignores
            if pattern_matches(ignores.base, ignores.pattern, path)
            for rule in rule_names()
            if matches(ignores.selectors, rule)
        }
        return self.codes - off

    def lets_through(self, finding: Finding, codes: frozenset[str]) -> bool:
        """Whether a finding is reported. That a file could not be read is told however mild the report is to be."""
        if finding.code not in codes:
            return False
        if finding.code == UNREADABLE:
            return True
        return (
            finding.severity.rank >= self.settings.min_severity.rank
            and finding.confidence.rank >= self.settings.min_confidence.rank
        )
