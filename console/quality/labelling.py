"""Labelling: one question after the other, blind to the engine and to everybody else."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import CHINA, Labeller
from console.knowledge.content import ITEM
from console.quality import measures
from console.refusals import Wanted
from records.questions import samples
from records.staff import entries
from records.staff.entries import Wish

NEAR = 8
FOUND = 12

router = APIRouter(prefix="/quality")


@router.get("/label")
async def ask(desk: Labeller) -> Response:
    """The next question. What looks alike comes from the wordings, not from the engine."""
    today = desk.now.astimezone(CHINA).date()
    async with desk.change() as db:
        question, many = await samples.wanted(db, desk.me, today)
        near = []
        if question is not None:
            index = await desk.parts.wordings.index(db)
            near = sorted({one.item for one in index.near(question.text, "", NEAR)})
            await desk.note(db, "see_question", f"message:{question.message}")
        titles = await entries.titles(db, near)
    return await desk.page(
        "label.html",
        question=question,
        many=many,
        titles=titles,
        others=measures.OTHERS,
        known=desk.parts.library.now(),
    )


@router.get("/find")
async def find(desk: Labeller) -> Response:
    """Items by words, to choose from."""
    words = desk.request.query_params.get("find", "").replace("\0", "")[:100]
    async with desk.parts.database.connect() as db:
        page = await entries.search(db, Wish(ITEM, words=words, size=FOUND))
    return await desk.page("label_found.html", titles={one.id: one.title for one in page.entries})


@router.post("/label")
async def keep(desk: Labeller) -> Response:
    """Keep the label, count the week anew, go on to the next question."""
    said = (desk.said("item") or desk.said("label")).strip().upper()
    said = said if said.lower() not in measures.OTHERS else said.lower()
    async with desk.change() as db:
        if not said:
            raise Wanted("label")
        if said not in measures.OTHERS and said not in await entries.titles(db, [said]):
            raise Wanted("item", entry=said[:40])
        message = desk.whole("message")
        week = await samples.label(db, message, desk.me, said, desk.now)
        await samples.keep(db, measures.week_of(week, await samples.judged(db, week, week)))
        await desk.note(db, "label", f"message:{message}")
    return RedirectResponse("/quality/label", 303)
