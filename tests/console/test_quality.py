"""Quality: drawn by chance, labelled blind by two, settled by a third, measured with intervals."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from console.quality import measures
from records.questions import samples
from records.questions.samples import Judged
from tests.console.conftest import Console, Worker, until
from tests.console.talks import Said, talk

CARD = (("Q001", 0.97), ("Q002", 0.01))
STOP = (("Q002", 0.95), ("Q001", 0.02))


def rows(console: Console, query: str) -> list[Any]:
    """What the database has."""
    with psycopg.connect(console.database_url) as db:
        return db.execute(query).fetchall()


def last_week(console: Console) -> float:
    """Days since the middle of last week."""
    return (console.clock().date() - samples.monday(console.clock().date())).days + 4


async def drawn(console: Console, many: int) -> None:
    """Wait for the sample."""
    await until(lambda: rows(console, "SELECT count(*) FROM sample_questions") == [(many,)])


async def label(worker: Worker, said: dict[str, str]) -> int:
    """Label everything that is asked, by its words; how much that was."""
    for many in range(50):
        page = (await worker.get("/quality/label")).text
        found = re.search(r'name="message" value="(\d+)"', page)
        if found is None:
            return many
        words = next(line for line in said if f"<strong>{line}</strong>" in page)
        assert "0.97" not in page
        done = await worker.post("/quality/label", message=found[1], label=said[words])
        assert done.status_code == 303, done.text
    raise AssertionError("there is no end of it")


async def test_two_label_blind_and_a_third_decides_where_they_differ(console: Console) -> None:
    ago = last_week(console)
    talk(  # at once: the sample is drawn as soon as there is anything to draw from
        console.database_url,
        Said("社保卡丢了", "answer", CARD, None, ago),
        Said("停保的事", "answer", CARD, None, ago),
        Said("买菜去哪", "answer", STOP, None, ago),
        Said("基数是啥", "reject", (("Q003", 0.5),), None, ago),
        Said("这周的", "answer", CARD, None, 0),
    )
    await drawn(console, 4)
    one = {"社保卡丢了": "Q001", "停保的事": "Q002", "买菜去哪": "none", "基数是啥": "Q003"}
    async with console.worker("editor") as first, console.worker("reviewer") as second:
        assert await label(first, one) == 4
        assert await label(first, one) == 0  # nobody labels a question twice
        assert await label(second, one | {"停保的事": "Q001"}) == 4
    async with console.worker("editor") as third:
        assert await label(third, {"停保的事": "q002"}) == 1  # only where two differ
        week = samples.monday(console.clock().date()) - timedelta(days=7)
        overview = (await third.get("/quality")).text
        detail = (await third.get(f"/quality/weeks/{week}")).text
        items = (await third.get("/quality/items")).text
    found = rows(
        console, "SELECT judged, topical, covered, answered, hits, pairs, alike FROM quality_weeks"
    )
    assert found == [(4, 3, 2, 3, 1, 4, 3)]
    assert "33.3%" in overview  # one of three answers was right
    assert "66.7%" in overview  # two of three questions about items were answered
    assert "3/4" in overview
    assert detail.count("答错") == 2
    assert "补办社保卡怎么办" in items


async def test_a_label_is_blind_to_others_until_both_are_there(console: Console) -> None:
    talk(console.database_url, Said("社保卡丢了", "answer", CARD, None, last_week(console)))
    await drawn(console, 1)
    week = samples.monday(console.clock().date()) - timedelta(days=7)
    async with console.worker("editor") as editor, console.worker("auditor") as auditor:
        await label(editor, {"社保卡丢了": "Q002"})
        page = (await auditor.get(f"/quality/weeks/{week}")).text
        assert "社保卡丢了" not in page
        assert "两人都标完的0个" in page
        assert (await auditor.get("/quality/weeks/1999-01-04")).status_code == 404


async def test_what_is_no_label_or_no_question_of_mine_is_refused(console: Console) -> None:
    talk(console.database_url, Said("社保卡丢了", "answer", CARD, None, last_week(console)))
    await drawn(console, 1)
    (message,) = rows(console, "SELECT message FROM sample_questions")[0]
    async with console.worker("editor") as editor:
        for told in ("Q999", "", "nothing"):
            answer = await editor.post("/quality/label", message=str(message), label=told)
            assert answer.status_code == 400
        answer = await editor.post("/quality/label", message="999999", label="Q001")
        assert answer.status_code == 409
        await editor.post("/quality/label", message=str(message), item="q001", label="none")
        again = await editor.post("/quality/label", message=str(message), label="Q002")
        assert again.status_code == 409
        assert "停保怎么办" in (await editor.get("/quality/find?find=停保")).text
    assert rows(console, "SELECT label FROM labels") == [("Q001",)]


async def test_outcomes_stay_when_the_questions_go(console: Console) -> None:
    talk(console.database_url, Said("社保卡丢了", "answer", CARD, None, last_week(console)))
    await drawn(console, 1)
    for role in ("editor", "reviewer"):
        async with console.worker(role) as worker:
            await label(worker, {"社保卡丢了": "Q001"})
    with psycopg.connect(console.database_url) as db:
        db.execute("DELETE FROM conversations")
    assert rows(console, "SELECT hits, answered FROM quality_weeks") == [(1, 1)]
    async with console.worker("publisher") as worker:
        assert "100.0%" in (await worker.get("/quality")).text


def asked(label: str, item: str, score: float, decision: str = "answer") -> Judged:
    """A question that two people agree on."""
    return Judged(1, date(2026, 11, 16), "问", decision, item, score, (label, label))


def test_the_interval_is_wilsons() -> None:
    found = measures.share(81, 100)
    assert (round(found.low, 4), round(found.high, 4)) == (0.7222, 0.8749)
    assert (measures.share(0, 10).low, round(measures.share(0, 10).high, 4)) == (0.0, 0.2775)
    assert measures.share(0, 0).value is None


def test_an_interval_holds_the_truth_about_95_times_of_100() -> None:
    chance = random.Random(7)  # noqa: S311
    held = 0
    for _ in range(2000):
        found = measures.share(sum(chance.random() < 0.9 for _ in range(100)), 100)
        held += found.low <= 0.9 <= found.high
    assert 0.93 <= held / 2000 <= 0.97


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15, 0.4),
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a")], None),
        ([], None),
    ],
)
def test_agreement_is_cohens_kappa(pairs: list[tuple[str, str]], kappa: float | None) -> None:
    found = measures.kappa(pairs)
    assert found == (pytest.approx(kappa) if kappa is not None else None)


def test_the_curve_trades_coverage_for_risk() -> None:
    sample = [asked("Q1", "Q1", 0.9 - place / 100) for place in range(10)]
    sample += [asked("Q1", "Q2", 0.5 - place / 100, "reject") for place in range(10)]
    points = measures.curve(sample)
    assert (points[0].coverage, points[0].risk) == (0.05, 0.0)
    assert (points[-1].coverage, points[-1].risk) == (1.0, 0.5)
    assert measures.curve([asked("none", "Q1", 0.9)]) == []


def test_items_that_are_wrong_most_often_come_first() -> None:
    sample = [asked("Q1", "Q1", 0.9)] * 5 + [asked("Q3", "Q2", 0.9)] * 2
    found = {one.item: one for one in measures.scores(sample)}
    assert measures.scores(sample)[-1].item == "Q1"
    assert (found["Q1"].found, found["Q2"].given, found["Q2"].right.hits) == (5, 2, 0)
    assert (found["Q3"].asked, found["Q3"].found) == (2, 0)


async def test_the_list_shows_items_that_score_low_worst_first(console: Console) -> None:
    ago = last_week(console)
    cards = [Said(f"卡{n}", "answer", CARD, None, ago, helpful=False) for n in range(3)]
    stops = [Said(f"停{n}", "answer", STOP, None, ago) for n in range(4)]
    base = Said("基数", "answer", (("Q003", 0.9),), None, ago, helpful=False)
    talk(console.database_url, *cards, *stops, base)
    await drawn(console, 8)
    wrong = {"卡0": "Q001", "卡1": "Q001", "卡2": "Q001", "基数": "Q003"}
    wrong |= {"停0": "none", "停1": "none", "停2": "none", "停3": "Q002"}
    for role in ("editor", "reviewer"):
        async with console.worker(role) as worker:
            assert await label(worker, wrong) == 8
    console.clock.ahead = timedelta(hours=1, seconds=1)
    await until(lambda: rows(console, "SELECT sum(unhelpful) FROM tallies") == [(4,)])
    async with console.worker("auditor") as worker:
        every = (await worker.get("/items")).text
        page = (await worker.get("/items?low=1")).text
        other = (await worker.get("/items?low=1&words=停保&area=社会保险")).text
    assert "补办社保卡怎么办" in every
    assert "标注答对" not in every
    shown = re.findall(r"<td>(Q\d+)</td>", page)
    assert shown == ["Q001", "Q002"]  # one word on Q003 is too little to go by
    assert ("0% <small>（0/3）" in page, "25% <small>（1/4）" in page) == (True, True)
    assert re.findall(r"<td>(Q\d+)</td>", other) == ["Q002"]


async def test_without_samples_and_feedback_nothing_scores_low(console: Console) -> None:
    async with console.worker("editor") as worker:
        assert "没有符合条件的条目" in (await worker.get("/items?low=1")).text


async def test_half_a_year_has_its_dates_below_the_line(console: Console) -> None:
    week = samples.monday(console.clock().date()) - timedelta(days=7)
    with psycopg.connect(console.database_url) as db:
        for ago in range(26):
            db.execute(
                "INSERT INTO quality_weeks VALUES (%s, 100, 92, 80, 66, 70, 62, 98, 91, 0.82)",
                (week - timedelta(weeks=ago),),
            )
    async with console.worker("editor") as worker:
        page = (await worker.get("/quality")).text
    named = re.findall(r'y="194" text-anchor="middle">(\d\d-\d\d)<', page)
    assert 2 * 8 <= len(named) <= 2 * 13  # two charts
