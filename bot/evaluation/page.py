"""Writes what was measured: bench/understanding.md, .json and the risk–coverage curve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bot.evaluation.measures import (
    Judged,
    Share,
    by_topic,
    confusions,
    overall,
    risk_coverage,
)


def write(judged: Sequence[Judged], folder: Path, source: str, threshold: float | None) -> str:
    """Write the three files; gives the page."""
    curve = risk_coverage(judged)
    numbers = {
        "source": source,
        "threshold": threshold,
        "overall": {name: one.as_dict() for name, one in overall(judged).items()},
        "topics": {
            topic: {name: one.as_dict() for name, one in measures.items()}
            for topic, measures in by_topic(judged).items()
        },
        "confusions": confusions(judged),
        "risk_coverage": curve,
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = json.dumps(numbers, ensure_ascii=False, indent=1)
    (folder / "understanding.json").write_text(written + "\n", encoding="utf-8")
    page = _page(judged, source)
    (folder / "understanding.md").write_text(page, encoding="utf-8")
    if curve:
        _draw(curve, threshold, folder / "understanding.png")
    return page


def _page(judged: Sequence[Judged], source: str) -> str:
    taken = sorted(one.milliseconds for one in judged)
    lines = [
        "# Understanding",
        "",
        f"`make evaluate`: {len(judged)} questions, {source}. Intervals hold in 95 of 100 cases.",
        f"One question takes {taken[len(taken) // 2]:.1f} ms (p50), "
        f"{taken[int(len(taken) * 0.95)]:.1f} ms (p95), vectors included.",
        "",
        "| measure | share | interval | of |",
        "| --- | ---: | ---: | ---: |",
        *(_row(name, one) for name, one in overall(judged).items()),
        "",
        "![Risk and coverage](understanding.png)",
        "",
        "| topic | questions | top-1 | top-3 | answered | answered wrongly |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {topic} | {one['top-1'].of} | "
            + " | ".join(f"{100 * part.value:.0f} %" for part in one.values())
            + " |"
            for topic, one in by_topic(judged).items()
        ),
        "",
        "| wanted | given instead | times |",
        "| --- | --- | ---: |",
        *(f"| {wanted} | {given} | {count} |" for wanted, given, count in confusions(judged)),
        "",
    ]
    return "\n".join(lines)


def _row(name: str, one: Share) -> str:
    low, high = one.interval
    return f"| {name} | {100 * one.value:.1f} % | {100 * low:.1f}–{100 * high:.1f} % | {one.of} |"


def _draw(curve: Sequence[dict[str, float]], threshold: float | None, file: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    coverage = [100 * point["coverage"] for point in curve]
    axes.plot(coverage, [100 * point["risk"] for point in curve], label="wrong among the answered")
    axes.plot(coverage, [100 * point["others"] for point in curve], label="other matters answered")
    if threshold is not None:
        at = min(curve, key=lambda point: abs(point["threshold"] - threshold))
        shipped = 100 * at["coverage"]
        axes.axvline(shipped, color="grey", linestyle=":", label=f"shipped, {threshold:.2f}")
    axes.set(xlabel="policy questions answered, %", ylabel="%", xlim=(0, 100), ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(file, dpi=130)
    pyplot.close(figure)
