"""The steps of an entry, item or figure: submit, approve, send back, throw away, schedule."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from console.doors import CHINA, Commenter, Desk, Editor, Publisher, Reviewer
from console.knowledge import content
from console.knowledge.checks import problems
from console.knowledge.content import ITEM, tidy
from console.knowledge.differences import fields_changed
from console.knowledge.similar import shared
from console.refusals import Blocked, Wanted
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
        raise Blocked(" ".join(dict.fromkeys(desk.parts.writing.told(one) for one in found)))
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


@router.post("/take-back")
async def take_back(entry: str, desk: Editor) -> Response:
    """Have one's own change wait for nobody any more."""
    return await _step(desk, entry, "take_back", desk.whole("head"))


@router.get("/throw-away")
async def ask_throw_away(entry: str, desk: Editor) -> Response:
    """What would be lost, and whether that is meant."""
    async with desk.parts.database.connect() as db:
        kept = await entries.get(db, entry)
        version = await entries.version(db, entry, kept.head)
        live = await entries.version(db, entry, kept.live) if kept.live else None
    changed = fields_changed(live.content if live else {}, version.content)
    known = desk.parts.library.now()
    return await desk.page("throw_away.html", kept=kept, changed=changed, known=known)


@router.post("/throw-away")
async def throw_away(entry: str, desk: Editor) -> Response:
    """Give up one's own draft: what citizens get is the newest again, a new entry is put away."""
    async with desk.change() as db:
        kept = await entries.get(db, entry, lock=True)
        if kept.state in ("in_review", "approved"):
            raise Blocked(desk.parts.writing.sentence("take_back_first", {}))
        await workflow.step(db, entry, "throw_away", desk.whole("head"), desk.me, desk.now)
        if kept.live:
            shown = await entries.version(db, entry, kept.live)
            facets = content.facets(kept.kind, entry, kept.family, shown.content)
            note = desk.parts.writing.words["thrown_away"].format(version=kept.head)
            await workflow.as_live(db, kept, facets, shown, desk.me, note, desk.now)
        await desk.note(db, "throw_away", entry, version=kept.head)
    desk.parts.stepped.set()
    return _back(kept.kind, entry)


@router.post("/comment")
async def comment(entry: str, desk: Commenter) -> Response:
    """Say something about the newest version."""
    said = tidy(desk.said("text"))[:LONGEST_COMMENT]
    if not said:
        raise Wanted("comment")
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
        raise Wanted("time") from problem
