"""The steps of an entry, item or figure: submit, approve, send back, comment, schedule."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import CHINA, Commenter, Desk, Editor, Publisher, Reviewer
from console.knowledge.checks import problems
from console.knowledge.content import ITEM, tidy
from console.knowledge.similar import shared
from console.refusals import Blocked, Refusal
from records.staff import entries, workflow

LONGEST_COMMENT = 2000
FURTHEST = timedelta(days=2 * 365)

router = APIRouter(prefix="/entries/{entry}")


@router.post("/submit")
async def submit(entry: str, desk: Editor) -> Response:
    """Ask for a review of the version that the page showed."""
    return await submitted(desk, entry, desk.whole("head"))


async def submitted(desk: Desk, entry: str, head: int) -> Response:
    """Ask for a review of one version; what is plainly wrong does not get that far."""
    async with desk.parts.database.connect() as db:
        kept = await entries.get(db, entry)
        version = await entries.version(db, entry, kept.head)
        index = await desk.parts.wordings.index(db)
    found = problems(kept.kind, entry, version.content, desk.parts.library.now())
    found += shared(index, entry, version.content.get("wordings", []))
    if found:
        raise Blocked(" ".join(dict.fromkeys(desk.parts.writing.problem(one) for one in found)))
    return await _step(desk, entry, "submit", head)


@router.post("/approve")
async def approve(entry: str, desk: Reviewer) -> Response:
    """Say that it may be published; nobody says that of their own."""
    return await _step(desk, entry, "approve", desk.whole("head"))


@router.post("/send-back")
async def send_back(entry: str, desk: Reviewer) -> Response:
    """Give it back to its author, who has to know why."""
    if not tidy(desk.said("text")):
        raise Blocked(desk.parts.writing.sentence("no_reason", {}))
    return await _step(desk, entry, "send_back", desk.whole("head"))


@router.post("/comment")
async def comment(entry: str, desk: Commenter) -> Response:
    """Say something about the newest version."""
    said = tidy(desk.said("text"))[:LONGEST_COMMENT]
    if not said:
        raise Refusal
    async with desk.change() as db:
        kept = await entries.get(db, entry)
        await workflow.comment(db, entry, kept.head, desk.me, said, desk.now)
        await desk.note(db, "comment", entry, version=kept.head)
    return _back(kept.kind, entry)


@router.post("/schedule")
async def schedule(entry: str, desk: Publisher) -> Response:
    """Have it published at a time of China; an empty time takes that back."""
    at = _moment(desk.said("at"))
    if at is not None and not desk.now < at <= desk.now + FURTHEST:
        code = "time_is_past" if at <= desk.now else "time_is_far"
        raise Blocked(desk.parts.writing.sentence(code, {}))
    async with desk.change() as db:
        kept = await entries.get(db, entry)
        await workflow.schedule(db, entry, desk.whole("head"), at)
        told = at.isoformat() if at else None
        await desk.note(db, "schedule", entry, version=kept.head, at=told)
    return RedirectResponse("/publishing", 303)


async def _step(desk: Desk, entry: str, name: str, head: int) -> Response:
    async with desk.change() as db:
        old = await workflow.step(db, entry, name, head, desk.me, desk.now)
        said = tidy(desk.said("text"))[:LONGEST_COMMENT]
        if said:
            await workflow.comment(db, entry, old.head, desk.me, said, desk.now)
        await desk.note(db, name, entry, version=old.head)
    desk.parts.stepped.set()
    return _back(old.kind, entry)


def _back(kind: str, entry: str) -> Response:
    return RedirectResponse(f"/items/{entry}" if kind == ITEM else f"/figures/{entry}", 303)


def _moment(said: str) -> datetime | None:
    if not said:
        return None
    try:
        return datetime.fromisoformat(said).replace(tzinfo=CHINA)
    except ValueError as problem:
        raise Refusal from problem
