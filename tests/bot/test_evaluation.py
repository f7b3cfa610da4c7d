"""What `make evaluate` counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.evaluation.measures import Judged, Share, confusions, overall, risk_coverage
from bot.evaluation.page import write


def _judged(kind: str, decision: str, first: str, topics: tuple[str, ...], sure: float) -> Judged:
    return Judged("问", kind, topics, False, decision, (first, "Q009"), sure, 1.0)


ROWS = [
    _judged("faq", "answer", "Q001", ("Q001",), 0.9),
    _judged("faq", "answer", "Q002", ("Q001",), 0.7),
    _judged("faq", "clarify", "Q003", ("Q009", "Q008"), 0.4),
    _judged("oos", "reject", "Q003", (), 0.1),
]


def test_the_measures_are_those_of_the_definition() -> None:
    found = overall(ROWS)
    assert found["top-1"] == Share(1, 3)
    assert found["top-3"] == Share(2, 3)
    assert found["answered"] == Share(2, 3)
    assert found["wrong among the answered"] == Share(1, 2)
    assert found["right topic among the choices asked back"] == Share(1, 3)
    assert found["far: answered or looked up"] == Share(0, 1)


def test_an_interval_holds_the_share_and_stays_within_bounds() -> None:
    low, high = Share(10, 10).interval
    assert 0.69 < low < 0.73
    assert high == pytest.approx(1.0)


def test_confusions_name_what_was_wanted_and_given() -> None:
    assert confusions(ROWS) == [("Q001", "Q002", 1), ("Q009", "Q003", 1)]


def test_risk_grows_with_coverage_here() -> None:
    curve = risk_coverage(ROWS)
    assert [round(point["risk"], 2) for point in curve] == [0.0, 0.5, 0.67]
    assert [round(point["coverage"], 2) for point in curve] == [0.33, 0.67, 1.0]


def test_the_page_the_numbers_and_the_curve_are_written(tmp_path: Path) -> None:
    page = write(ROWS, tmp_path, "a test", 0.6)
    assert "| top-1 | 33.3 %" in page
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["understanding.json", "understanding.md", "understanding.png"]


def test_of_what_was_asked_errors_are_counted_as_sure_as_we_are_and_as_chances_would_be() -> None:
    rows = [
        replace(ROWS[0], topics=("Q1",), ranked=(right,), sure=sure, by_chance=chance, asked=True)
        for right, sure, chance in (("Q1", 0.9, 0.5), ("Q1", 0.8, 0.9), ("Q2", 0.3, 0.8))
    ]
    found = overall(rows)
    assert found["asked first: wrong among the surest 65 %"] == Share(0, 1)
    assert found["asked first: wrong among the surest 65 %, by chances alone"] == Share(0, 1)
    rows[2] = replace(rows[2], by_chance=0.95)
    found = overall(rows)
    assert found["asked first: wrong among the surest 65 %, by chances alone"] == Share(1, 1)
