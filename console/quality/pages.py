"""Quality: the trend, the curve, the items that do badly, a week's sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from console.doors import CHINA, QuestionReader, Reader
from console.listening import drawing
from console.quality import measures
from console.quality.standing import BACK
from console.refusals import NotFound
from records.questions import samples, tallies
from records.questions.samples import LABELLED, Week
from records.questions.tallies import Span
from records.staff import entries

WEEKS = 26
MOST_ITEMS = 200

router = APIRouter(prefix="/quality")


@router.get("")
async def show(desk: Reader) -> Response:
    """Accuracy with interval beside coverage, agreement, the curve."""
    today = desk.now.astimezone(CHINA).date()
    async with desk.parts.database.connect() as db:
        weeks = await samples.weeks(db, WEEKS)
        sample = await samples.judged(db, today - BACK)
        waiting = (await samples.wanted(db, desk.me, today))[1] if desk.may("label") else 0
    curve = measures.curve(sample)
    return await desk.page(
        "quality.html",
        weeks=[(one, accuracy(one), coverage(one)) for one in reversed(weeks)],
        trend=_trend(weeks, accuracy),
        reach=_trend(weeks, coverage),
        curve=curve,
        drawn=drawing.line(
            [(one.coverage, f"{one.coverage:.0%}", one.risk, None, None) for one in curve]
        ),
        waiting=waiting,
        sample=desk.parts.settings.quality_sample,
    )


@router.get("/items")
async def items(desk: Reader) -> Response:
    """Each item's score, the worst first, beside what citizens say about it."""
    today = desk.now.astimezone(CHINA).date()
    async with desk.parts.database.connect() as db:
        found = measures.scores(await samples.judged(db, today - BACK))
        span = Span(today - BACK, today)
        counts = {one.name: one for one in await tallies.by(db, "item", span)}
        unhelpful = sorted(counts, key=lambda item: -counts[item].unhelpful)
        more = [one for one in unhelpful if counts[one].unhelpful]
        known = {one.item for one in found}
        found += [
            measures.Score(one, 0, 0, 0, measures.share(0, 0)) for one in more if one not in known
        ]
        titles = await entries.titles(db, [one.item for one in found])
    return await desk.page(
        "quality_items.html",
        found=[one for one in found if one.item in titles][:MOST_ITEMS],
        counts=counts,
        titles=titles,
    )


@router.get("/weeks/{week}")
async def one_week(week: str, desk: QuestionReader) -> Response:
    """A week's sample with labels and decisions, as far as its labelling is over."""
    try:
        monday = date.fromisoformat(week)
    except ValueError:
        raise NotFound from None
    async with desk.change() as db:
        sample = await samples.judged(db, monday, monday)
        if not sample:
            raise NotFound
        over = [one for one in sample if len(one.labels) >= LABELLED]
        named = {label for one in over for label in one.labels}
        titles = await entries.titles(db, [*named, *(one.item for one in over if one.item)])
        await desk.note(db, "see_question", f"sample:{monday}")
    told = [(one, measures.truth(one)) for one in over]
    return await desk.page(
        "quality_week.html", week=monday, told=told, many=len(sample), titles=titles
    )


def accuracy(week: Week) -> measures.Share:
    """How much of what was answered was right."""
    return measures.share(week.hits, week.answered)


def coverage(week: Week) -> measures.Share:
    """How much of what is about an item was answered."""
    return measures.share(week.covered, week.topical)


def _trend(weeks: Sequence[Week], of: Callable[[Week], measures.Share]) -> drawing.Line:
    told = [(one.week, of(one)) for one in weeks]
    last = max(1, len(told) - 1)
    return drawing.line(
        [
            (place / last, f"{week:%m-%d}", found.value, found.low, found.high)
            for place, (week, found) in enumerate(told)
            if found.value is not None
        ]
    )
