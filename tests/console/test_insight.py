"""Figures for policy: counted, shown, exported without formulas, published without people."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook

from console.listening import open_data
from console.listening.keeping_up import Rhythm, publish
from console.listening.open_data import Row
from records.questions.changes import Group
from tests.console.conftest import Console, until
from tests.console.talks import Said, talk

CARD = (("Q001", 0.97), ("Q002", 0.01))


def told(*, days_ago: float = 1, helpful: bool | None = None, text: str = "补卡") -> Said:
    """A question about the card that was answered."""
    return Said(text, "answer", CARD, None, days_ago, helpful)


def rows(console: Console, query: str) -> list[Any]:
    """What the database has."""
    with psycopg.connect(console.database_url) as db:
        return db.execute(query).fetchall()


@pytest.fixture
async def counted(console: Console) -> Console:
    """Three questions about the card, one of them again three days later, one in vain."""
    url = console.database_url
    talk(url, told(days_ago=4, helpful=False), told(days_ago=1, helpful=True))
    talk(url, told(days_ago=1), region="440000", channel="wechat")
    talk(url, Said("火星", days_ago=1, answers=()))
    console.clock.ahead = timedelta(seconds=61)
    await until(lambda: rows(console, "SELECT 1 FROM days"))
    console.clock.ahead = timedelta(hours=1, seconds=61)
    await until(lambda: rows(console, "SELECT sum(questions) FROM tallies")[0][0] == 4)
    return console


async def test_volumes_topics_regions_channels_and_repeats_are_counted(counted: Console) -> None:
    numbers = rows(
        counted,
        "SELECT region, channel, sum(questions), sum(helpful), sum(unhelpful), sum(repeats)"
        " FROM tallies GROUP BY 1, 2 ORDER BY 1",
    )
    assert numbers == [("310000", "web", 3, 1, 1, 1), ("440000", "wechat", 1, 0, 0, 0)]
    async with counted.worker("publisher") as worker:
        page = (await worker.get("/insight")).text
        for shown in ("社会保险", "补办社保卡怎么办", "上海", "广东", "wechat", "75.0%", "<svg"):
            assert shown in page
        assert "火星" not in page
        narrow = (await worker.get("/insight?region=440000")).text
        assert "<strong>1</strong> 个问题" in narrow
        assert "<strong>0</strong> 个问题" in (await worker.get("/insight?until=2020-01-31")).text
        for odd in ("since=0001-01-01", "until=9999-12-31", "since=x", "region=%00", "channel=%00"):
            assert (await worker.get(f"/insight?{odd}")).status_code == 200


async def test_figures_stay_when_conversations_go(counted: Console) -> None:
    with psycopg.connect(counted.database_url) as db:
        db.execute("DELETE FROM conversations WHERE created_at < now() - interval '2 days'")
        db.execute("UPDATE tallies SET day = day - 30")
    counted.clock.ahead = timedelta(hours=3)
    await until(lambda: rows(counted, "SELECT count(*) FROM tallies")[0][0] > 3)
    old = "SELECT sum(questions) FROM tallies WHERE day < current_date - 20"
    assert rows(counted, old) == [(4,)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_figures_are_exported_and_no_cell_is_a_formula(counted: Console, kind: str) -> None:
    with psycopg.connect(counted.database_url) as db:
        db.execute("UPDATE tallies SET channel = '=cmd|''/c calc''!A1' WHERE channel = 'wechat'")
        db.execute("UPDATE entries SET title = '+1+1' WHERE id = 'Q001'")
    async with counted.worker("auditor") as auditor:
        answer = await auditor.get(f"/insight/figures.{kind}")
        assert (await auditor.get("/insight/figures.exe")).status_code == 404
    if kind == "csv":
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {
            *("s", "n", "inlineStr")
        }
        lines = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert lines[0][:3] == ["日期", "地区", "渠道"]
    cells = {cell for line in lines for cell in line}
    assert {"'=cmd|'/c calc'!A1", "'+1+1", "310000"} <= cells
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


async def test_a_document_shows_what_is_asked_since_it_took_effect(console: Console) -> None:
    url = console.database_url
    for days_ago in (1, 2, 3):
        talk(url, Said("新办法怎么领补贴", answers=(("Q002", 0.3),), days_ago=days_ago))
    talk(url, Said("旧窗口在哪", answers=(("Q003", 0.3),), days_ago=20))
    grouped = "SELECT count(*) FROM understandings WHERE cluster IS NULL"
    await until(lambda: rows(console, grouped) == [(0,)])
    async with console.worker("reviewer") as reviewer:
        day = (console.clock() - timedelta(days=10)).date().isoformat()
        page = (await reviewer.get(f"/insight/change?day={day}&days=14")).text
        assert page.index("增加3") < page.index("减少1")
        dated = (await reviewer.get("/insight/change?source=LAW_SI")).text
        assert "以2011-07-01为界" in dated


async def test_open_data_is_written_each_month_and_names_no_small_group(console: Console) -> None:
    month = (console.clock().replace(day=1) - timedelta(days=2)).date().replace(day=1)
    middle = (console.clock().date() - month).days - 14
    for _ in range(10):
        talk(console.database_url, told(days_ago=middle))
    for _ in range(3):
        talk(console.database_url, told(days_ago=middle), region="440000")
    parts = console.app.state.parts
    await publish(parts, month)
    name = f"wenbao-{month:%Y-%m}.csv"
    async with console.worker("administrator") as worker:
        assert name in (await worker.get("/insight/open-data")).text
        file = (await worker.get(f"/insight/open-data/{name}")).content.decode("utf-8-sig")
        for bad in ("wenbao-1999-01.csv", "..%2Fx", "passwd"):
            assert (await worker.get(f"/insight/open-data/{bad}")).status_code == 404
    assert file.splitlines()[1:] == [f"{month:%Y-%m},上海,社会保险,10,100"]
    assert "广东" not in file
    assert "补卡" not in file


async def test_last_months_file_is_written_by_itself(console: Console) -> None:
    month = (console.clock().replace(day=1) - timedelta(days=2)).date().replace(day=1)
    days_ago = (console.clock().date() - month).days - 10
    for _ in range(12):
        talk(console.database_url, told(days_ago=days_ago))
    folder: Path = console.app.state.parts.settings.open_data_dir
    await until(lambda: open_data.files(folder) == [f"wenbao-{month:%Y-%m}.csv"])


def groups(region: str, item: str, many: int, first: int = 0) -> list[Group]:
    """Questions from so many conversations."""
    return [Group(region, item, f"{region}{item}{first + one}", True) for one in range(many)]


AREAS = {"Q001": "社保", "Q002": "医保"}


def test_small_groups_join_the_rest_and_a_small_rest_is_left_out() -> None:
    told = [
        *groups("310000", "Q001", 10),
        *groups("440000", "Q001", 6),
        *groups("510000", "Q001", 5),
        *groups("310000", "Q002", 4),
    ]
    assert open_data.rows(told, AREAS, 10, "其他") == [
        Row("310000", "社保", 10, 100),
        Row("其他", "社保", 11, 100),
    ]


def test_one_conversation_that_asks_much_is_no_group() -> None:
    told = [Group("310000", "Q001", "same", True) for _ in range(50)]
    assert open_data.rows(told, AREAS, 10, "其他") == []


def test_today_is_counted_each_minute_and_the_days_before_each_hour() -> None:
    now = datetime(2026, 11, 25, 4, tzinfo=UTC)
    today, before = date(2026, 11, 25), date(2026, 11, 24)
    rhythm = Rhythm()
    counted = [
        list(rhythm.due(now + timedelta(minutes=minutes), [before, today]))
        for minutes in (0, 0.5, 1, 59, 60, 60.1, 61)
    ]
    whole = [before, today]
    assert counted == [whole, [], [today], [today], whole, [], [today]]
