"""One group of questions: why each was answered as it was, and what becomes of the group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import Editor, QuestionReader
from console.knowledge import content
from console.listening import drawing, wordings
from console.refusals import NotFound, Wanted
from records.questions import clusters
from records.questions.clusters import SETTLED, Asked
from records.staff import entries, workflow

SHOWN = 50
WEEKS = 8
MOST_PROPOSED = 10

router = APIRouter(prefix="/inbox")


@router.get("/{cluster}")
async def show(cluster: str, desk: QuestionReader) -> Response:
    """The questions with scores, runner-up and version; where they come from; what to do."""
    number = _number(cluster)
    async with desk.change() as db:
        group = await clusters.get(db, number, desk.now)
        asked = await clusters.asked(db, number, SHOWN)
        told = await clusters.texts(db, number, 40)
        sure = await clusters.texts(db, number, 40, group.item, wordings.LIKELY)
        spread = await clusters.spread(db, number)
        weeks = await clusters.weeks(db, number, desk.now, WEEKS)
        likely = _likely(asked)
        mentioned = {answer["id"] for one in asked for answer in one.answers[:2]}
        titles = await entries.titles(
            db, [*mentioned, *likely, *([group.entry] if group.entry else [])]
        )
        choices = await entries.choices(db, content.ITEM)
        await desk.note(db, "see_question", f"cluster:{number}")
    names = [str(ago) for ago in reversed(range(WEEKS))]
    return await desk.page(
        "cluster.html",
        group=group,
        asked=asked,
        sure=wordings.proposed(sure, MOST_PROPOSED) if group.item else [],
        proposed=wordings.proposed(told, MOST_PROPOSED),
        spread=spread,
        chart=drawing.bars(names, [float(one) for one in weeks]),
        likely=likely,
        titles=titles,
        choices=choices,
        known=desk.parts.library.now(),
    )


@router.post("/{cluster}/assign")
async def assign(cluster: str, desk: Editor) -> Response:
    """Give the group to an item, with new wordings as a draft of it."""
    number, entry = _number(cluster), desk.said("entry").strip().split(" ")[0].upper()[:40]
    if not entry:
        raise Wanted("chosen_item")
    async with desk.change() as db:
        await clusters.get(db, number, desk.now)
        index = await desk.parts.wordings.index(db)
        await wordings.add(db, desk, index, entry, wordings.lines(desk.said("wordings")))
        await clusters.settle(db, [number], SETTLED, entry, desk.me, desk.now)
        await desk.note(db, "assign", f"cluster:{number}", entry=entry)
    return RedirectResponse(f"/items/{entry}", 303)


@router.post("/{cluster}/begin")
async def begin(cluster: str, desk: Editor) -> Response:
    """Begin a new item from the group."""
    number, title = _number(cluster), content.tidy(desk.said("title"))
    told = content.item(
        {"title": title, "area": desk.said("area")}, wordings.lines(desk.said("wordings"))
    )
    async with desk.change() as db:
        await clusters.get(db, number, desk.now)
        families = (await entries.choices(db, content.ITEM))["family"]
        if not title:
            raise Wanted("title")
        if desk.said("family") not in families:
            raise Wanted("family")
        entry = await entries.next_item_id(db)
        shown = content.facets(content.ITEM, entry, desk.said("family"), told)
        await workflow.save(db, entry, shown, told, 0, desk.me, "", desk.now)
        await clusters.settle(db, [number], SETTLED, entry, desk.me, desk.now)
        await desk.note(db, "begin", entry, version=1, cluster=number)
    return RedirectResponse(f"/items/{entry}", 303)


def _number(said: str) -> int:
    if not (said.isascii() and said.isdecimal() and len(said) < 16):
        raise NotFound
    return int(said)


def _likely(asked: Sequence[Asked]) -> list[str]:
    """The items that came into question most, over all questions."""
    weights: defaultdict[str, float] = defaultdict(float)
    for one in asked:
        for answer in one.answers:
            weights[str(answer["id"])] += float(answer["score"])
    return sorted(weights, key=lambda item: -weights[item])[:5]
