"""Plots as SVG: bars on a logarithmic scale, and growth with both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _LEFT, _RIGHT, _ROW = 760, 210, 90, 30
_INK, _SOFT, _GRID, _OURS, _THEIRS = "#0b0b0b", "#52514e", "#e1e0d9", "#2a78d6", "#a3a199"
_COLOURS = ("#2a78d6", "#1baf7a", "#eb6834", "#4a3aa7")


def bars(title: str, unit: str, values: Mapping[str, float]) -> str:
    """A bar for each name; those of leaklint stand out."""
    low = 10 ** math.floor(math.log10(min(values.values())))
    high = 10 ** math.ceil(math.log10(max(values.values()) * 1.01))
    wide = _WIDTH - _LEFT - _RIGHT
    height = 60 + _ROW * len(values) + 30

    def x(value: float) -> float:
        return _LEFT + math.log(value / low) / math.log(high / low) * wide

    parts = _head(title, height)
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        at = x(10**power)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="44" y2="{height - 30}" stroke="{_GRID}"/>')
        parts.append(_text(at, height - 12, f"{10.0**power:g}", anchor="middle"))
    for row, (name, value) in enumerate(values.items()):
        top = 50 + _ROW * row
        colour = _OURS if name.startswith("leaklint") else _THEIRS
        parts.append(_text(_LEFT - 10, top + 15, name, anchor="end", colour=_INK))
        parts.append(
            f'<rect x="{_LEFT}" y="{top}" width="{max(1.0, x(value) - _LEFT):.1f}" height="{_ROW - 10}" rx="2" '
            f'fill="{colour}"/>'
        )
        parts.append(_text(x(value) + 6, top + 15, f"{value:.3g} {unit}"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def growth(title: str, series: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """A line for each name through its points: lines of code, and seconds."""
    points = [point for line in series.values() for point in line]
    lows = [10 ** math.floor(math.log10(min(point[axis] for point in points))) for axis in (0, 1)]
    highs = [10 ** math.ceil(math.log10(max(point[axis] for point in points) * 1.01)) for axis in (0, 1)]
    height, left, right, top, bottom = 380, 60, 200, 50, 44

    def place(point: tuple[float, float]) -> tuple[float, float]:
        share = [math.log(point[a] / lows[a]) / math.log(highs[a] / lows[a]) for a in (0, 1)]
        return left + share[0] * (_WIDTH - left - right), height - bottom - share[1] * (height - top - bottom)

    parts = _head(title, height)
    for axis in (0, 1):
        for power in range(round(math.log10(lows[axis])), round(math.log10(highs[axis])) + 1):
            value = 10.0**power
            x1, y1 = place((value, lows[1]) if axis == 0 else (lows[0], value))
            x2, y2 = place((value, highs[1]) if axis == 0 else (highs[0], value))
            parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_GRID}"/>')
            label = f"{value:g}" if axis else f"{value:,.0f}"
            at = (x1, y1 + 18, "middle") if axis == 0 else (x1 - 8, y1 + 4, "end")
            parts.append(_text(at[0], at[1], label, anchor=at[2]))
    for number, (name, line) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = place(line[-1])
        parts.append(_text(x + 8, y + 4, name, colour=colour))
    parts.append(_text(left, 40, "seconds"))
    parts.append(_text(_WIDTH - right, height - 8, "lines", anchor="end"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def exponent(points: Sequence[tuple[int, float]]) -> float:
    """The power with which time grows with the lines: the slope of the logarithms, by least squares."""
    xs = [math.log(lines) for lines, _ in points]
    ys = [math.log(seconds) for _, seconds in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / sum((x - mean_x) ** 2 for x in xs)


def _head(title: str, height: int) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fcfcfb"/>',
        f'<text x="20" y="24" fill="{_INK}" font-size="14" font-weight="600">{escape(title)}</text>',
    ]


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = _SOFT) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'
