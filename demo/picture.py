"""Sessions over time, before and after, as SVG."""

from __future__ import annotations

from html import escape

Samples = list[tuple[float, int]]

_WIDTH, _HEIGHT = 760, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 96, 44, 40
_BEFORE, _AFTER, _INK, _QUIET, _GRID = "#e34948", "#2a78d6", "#0b0b0b", "#52514e", "#e1e0d9"


def sessions_over_time(before: Samples, after: Samples, limit: int, usable: int) -> str:
    """Two lines against the line of the limit less the reserve. Time in seconds, sessions on the server upwards."""
    longest = max((samples[-1][0] for samples in (before, after) if samples), default=1.0) or 1.0
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(seconds: float) -> float:
        return _LEFT + seconds / longest * wide

    def y(sessions: float) -> float:
        return _TOP + high - sessions / (limit * 1.05) * high

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12">',
        "<title>Sessions on the server under the same load, before and after the repair</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fcfcfb"/>',
        f'<text x="{_LEFT}" y="24" fill="{_INK}" font-size="14" font-weight="600">'
        "Sessions on the server, under the same load</text>",
    ]
    for tick in range(0, limit + 1, 5):
        parts.append(f'<line x1="{_LEFT}" x2="{_LEFT + wide}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="{_GRID}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end" fill="{_QUIET}">{tick}</text>')
    parts.append(
        f'<line x1="{_LEFT}" x2="{_LEFT + wide}" y1="{y(usable):.1f}" y2="{y(usable):.1f}" stroke="{_INK}" '
        f'stroke-dasharray="4 3"/>'
        f'<text x="{_LEFT + wide + 6}" y="{y(usable) + 4:.1f}" fill="{_INK}">{usable} to be had</text>'
    )
    for name, samples, colour in (("before", before, _BEFORE), ("after", after, _AFTER)):
        if not samples:
            continue
        points = " ".join(f"{x(at):.1f},{y(count):.1f}" for at, count in samples)
        at, count = samples[-1]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        label = escape(f"{name}: {count}")
        shift = -8 if name == "before" and abs(y(count) - y(usable)) < 14 else 4
        parts.append(
            f'<text x="{x(at) + 6:.1f}" y="{y(count) + shift:.1f}" fill="{colour}" font-weight="600">{label}</text>'
        )
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 12}" fill="{_QUIET}">0 s</text>')
    parts.append(
        f'<text x="{_LEFT + wide}" y="{_HEIGHT - 12}" text-anchor="end" fill="{_QUIET}">{longest:.1f} s</text></svg>'
    )
    return "\n".join(parts) + "\n"
