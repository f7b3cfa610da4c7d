"""Figures for policy: how much is asked about what, where and how well that is answered."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from console.doors import CHINA, Desk, Exporter, QuestionReader, Reader
from console.listening import drawing, open_data, sheets
from console.refusals import NotFound
from records.questions import changes, tallies
from records.questions.tallies import Count, Span

DAYS = 30
# Longer spans are drawn by the week.
MOST_DAYS_DRAWN = 62
MOST_ITEMS = 20
AROUND = (14, 30, 60, 90)
MOST_CHANGES = 100
# Other years are slips of the pen.
YEARS = range(2000, 2100)

router = APIRouter(prefix="/insight")


@router.get("")
async def show(desk: Reader) -> Response:
    """Volumes, topics, regions, channels, repeats, feedback, waiting."""
    span = _span(desk)
    async with desk.parts.database.connect() as db:
        by_day = await tallies.by(db, "day", span)
        items = await tallies.by(db, "item", span)
        regions = await tallies.by(db, "region", span)
        channels = await tallies.by(db, "channel", span)
        days = await tallies.days(db, span)
        known = await tallies.areas(db)
        every = await tallies.channels(db)
    names, values = _drawn(span, {one.name: one.questions for one in by_day})
    return await desk.page(
        "insight.html",
        span=span,
        whole=_summed("", by_day),
        chart=drawing.bars(names, values),
        items=items[:MOST_ITEMS],
        topics=_topics(items, known, desk.parts.writing.words["insight"]["other"]),
        regions=regions,
        channels=channels,
        every=every,
        days=days[-MOST_DAYS_DRAWN:],
        persons=sum(one.conversations for one in days),
        handovers=sum(one.handovers for one in days),
        titles={item: title for item, (title, _) in known.items()},
        query=_query(span),
        known=desk.parts.library.now(),
    )


@router.get("/figures.{kind}")
async def export(kind: str, desk: Exporter) -> Response:
    """All the numbers of the span, a row each."""
    if kind not in sheets.TYPES:
        raise NotFound
    span, words = _span(desk), desk.parts.writing.words["columns"]
    async with desk.change() as db:
        found = await tallies.rows(db, span)
        known = await tallies.areas(db)
        await desk.note(db, "export", f"figures.{kind}", rows=len(found))
    head = [words[name] for name in ("day", "region", "channel", "decision", "item", "title")]
    head += [words[name] for name in ("questions", "helpful", "unhelpful", "repeats")]
    named = desk.parts.writing.word
    told = [
        (str(day), region, named(channel, "channels"), named(decision, "decisions"), item)
        + (known.get(item, ("", ""))[0], *counted)
        for day, region, channel, decision, item, *counted in found
    ]
    write = sheets.to_xlsx if kind == "xlsx" else sheets.to_csv
    return Response(
        await asyncio.to_thread(write, head, told),
        media_type=sheets.TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="figures.{kind}"'},
    )


@router.get("/change")
async def change(desk: QuestionReader) -> Response:
    """What was asked in vain before and after a document took effect, or any day."""
    said, known = desk.request.query_params, desk.parts.library.now()
    source = known.sources.get(said.get("source", ""))
    day = _day((source or {}).get("effective") or said.get("day", "")) or _today(desk)
    days = next((one for one in AROUND if said.get("days") == str(one)), 30)
    async with desk.change() as db:
        found = await changes.around(db, day, days, MOST_CHANGES)
        await desk.note(db, "see_question", "insight", day=str(day))
    dated = {key: one for key, one in known.sources.items() if _day(one.get("effective") or "")}
    return await desk.page(
        "change.html",
        found=found,
        day=day,
        days=days,
        around=AROUND,
        source=said.get("source", "") if source else "",
        sources=sorted(dated.items(), key=lambda pair: str(pair[1]["effective"]), reverse=True),
    )


@router.get("/open-data")
async def published(desk: Reader) -> Response:
    """The files for everybody."""
    settings = desk.parts.settings
    found = await asyncio.to_thread(open_data.files, settings.open_data_dir)
    return await desk.page("open_data.html", files=found, least=settings.open_data_least)


@router.get("/open-data/{name}")
async def one_file(name: str, desk: Reader) -> Response:
    """One of them."""
    file = desk.parts.settings.open_data_dir / name
    if not open_data.NAME.fullmatch(name) or not file.is_file():
        raise NotFound
    told = await asyncio.to_thread(file.read_bytes)
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(told, media_type=sheets.TYPES["csv"], headers=named)


def _span(desk: Desk) -> Span:
    said, today = desk.request.query_params, _today(desk)
    until = _day(said.get("until", "")) or today
    since = _day(said.get("since", "")) or until - timedelta(days=DAYS - 1)
    region, channel = said.get("region", ""), said.get("channel", "").replace("\0", "")
    region = region[:2] + "0000" if region.isascii() and region.isdecimal() else ""
    return Span(min(since, until), until, region, channel[:40])


def _drawn(span: Span, asked: Mapping[str, int]) -> tuple[list[str], list[float]]:
    """Bars by day, or by week where there would be too many; days without a question count."""
    days = [span.since + timedelta(days=one) for one in range((span.until - span.since).days + 1)]
    days = days[-3660:]
    if len(days) <= MOST_DAYS_DRAWN:
        return [f"{one:%m-%d}" for one in days], [float(asked.get(str(one), 0)) for one in days]
    weeks: dict[date, float] = defaultdict(float)
    for one in days:
        weeks[one - timedelta(days=one.weekday())] += asked.get(str(one), 0)
    return [f"{one:%y-%m-%d}" for one in weeks], list(weeks.values())


def _topics(
    items: Sequence[Count], known: Mapping[str, tuple[str, str]], other: str
) -> list[Count]:
    groups: dict[str, list[Count]] = defaultdict(list)
    for one in items:
        groups[known.get(one.name, ("", other))[1]].append(one)
    summed = [_summed(area, some) for area, some in groups.items()]
    return sorted(summed, key=lambda one: -one.questions)


def _summed(name: str, counts: Sequence[Count]) -> Count:
    whole = Count(name, 0, 0, 0, 0, 0, 0)
    for one in counts:
        more = {field: getattr(whole, field) + getattr(one, field) for field in _NUMBERS}
        whole = replace(whole, **more)
    return whole


_NUMBERS = ("questions", "answered", "open", "helpful", "unhelpful", "repeats")


def _query(span: Span) -> str:
    return urlencode({name: str(value) for name, value in span.__dict__.items() if value})


def _day(said: str) -> date | None:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _today(desk: Desk) -> date:
    return desk.now.astimezone(CHINA).date()
