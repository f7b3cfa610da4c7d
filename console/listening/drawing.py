"""Charts as shapes with their places worked out; templates write them as SVG with a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640.0, 200.0
_LEFT, _BOTTOM, _TOP = 44.0, 24.0, 10.0


@dataclass(frozen=True)
class Bar:
    """One bar, with the value and the name that the table has, too."""

    x: float
    y: float
    width: float
    height: float
    name: str
    value: float
    named: bool  # whether there is room for its name


@dataclass(frozen=True)
class Tick:
    """A line of the scale."""

    y: float
    value: float


@dataclass(frozen=True)
class Bars:
    """A bar chart."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Point:
    """A point of a line, with how sure it is."""

    x: float
    y: float
    name: str
    value: float
    low: float | None = None
    high: float | None = None
    y_low: float = 0.0
    y_high: float = 0.0


@dataclass(frozen=True)
class Line:
    """A line chart of shares from 0 to 1."""

    points: tuple[Point, ...]
    path: str
    ticks: tuple[Tick, ...]


def bars(names: Sequence[str], values: Sequence[float]) -> Bars:
    """Bars from the left to the right."""
    top = _round_up(max([*values, 1.0]))
    step = (WIDTH - _LEFT) / max(1, len(values))
    every = max(1, math.ceil(len(values) / 12))
    drawn = [
        Bar(
            x=round(_LEFT + place * step + step * 0.12, 1),
            y=round(_y(value / top), 1),
            width=round(step * 0.76, 1),
            height=round(_y(0) - _y(value / top), 1),
            name=name,
            value=value,
            named=place % every == 0,
        )
        for place, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    return Bars(tuple(drawn), _ticks(top))


def line(
    points: Sequence[tuple[float, str, float, float | None, float | None]], top: float = 1.0
) -> Line:
    """A line through (place from 0 to 1, name, value, low, high)."""
    drawn = [
        Point(
            x=round(_LEFT + place * (WIDTH - _LEFT - 24), 1),
            y=round(_y(value / top), 1),
            name=name,
            value=value,
            low=low,
            high=high,
            y_low=round(_y((value if low is None else low) / top), 1),
            y_high=round(_y((value if high is None else high) / top), 1),
        )
        for place, name, value, low, high in points
    ]
    path = " ".join(f"{'L' if place else 'M'}{one.x} {one.y}" for place, one in enumerate(drawn))
    return Line(tuple(drawn), path, _ticks(top))


def _y(share: float) -> float:
    return _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - share)


def _ticks(top: float) -> tuple[Tick, ...]:
    return tuple(Tick(round(_y(part / 4), 1), top * part / 4) for part in range(5))


def _round_up(value: float) -> float:
    """A top that is a multiple of four and easy to read."""
    if value <= 4:
        return 4.0
    size = 10 ** math.floor(math.log10(value))
    return next(float(one * size) for one in (1, 2, 4, 6, 8, 10) if one * size >= value)
