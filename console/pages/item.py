"""One item: its form with preview and help, its history, a version against another."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from console.doors import CHINA, Desk, Editor, Reader
from console.exchange import cells
from console.judging.workshop import WorkshopAway
from console.knowledge import content
from console.knowledge.checks import problems
from console.knowledge.content import ITEM
from console.knowledge.differences import fields_changed, merged
from console.knowledge.help import changed_first, hints
from console.knowledge.preview import preview
from console.pages.entry import submitted
from console.refusals import NotFound
from records.staff import entries, workflow
from records.staff.entries import Content, Entry, Version

router = APIRouter(prefix="/items")


@router.get("/{item}")
async def show(item: str, desk: Reader) -> Response:
    """The form, filled in."""
    return await _form(desk, item)


@router.post("/{item}")
async def save(item: str, desk: Editor) -> Response:
    """Keep a new version as a draft, and ask for its review if that was pressed."""
    told = cells.to_content(_said(desk))
    try:
        head = await _keep(desk, item, told)
    except workflow.ChangedMeanwhile:
        return await _form(desk, item, told)
    if desk.said("then") == "submit":
        return await submitted(desk, item, head)
    return RedirectResponse(f"/items/{item}", 303)


@router.post("/{item}/look")
async def look(item: str, desk: Editor) -> Response:
    """The preview and the help for what is being typed."""
    values = await _look(desk, item, cells.to_content(_said(desk)))
    return await desk.page("item_look.html", known=desk.parts.library.now(), **values)


@router.post("/{item}/said")
async def said(item: str, desk: Reader) -> Response:
    """What the understanding in use makes of each wording that is being typed."""
    async with desk.parts.database.connect() as db:
        before = await _before(db, item)
    told = changed_first(cells.to_content(_said(desk))["wordings"], before)
    try:
        found, away = await desk.parts.workshop.say(told), False
    except WorkshopAway:
        found, away = [], True
    async with desk.parts.database.connect() as db:
        named = sorted({one.answers[0][0] for one in found if one.answers})
        titles = await entries.titles(db, named)
    values: dict[str, Any] = {"item": item, "said": found, "away": away, "titles": titles}
    return await desk.page("item_said.html", **values)


@router.get("/{item}/history")
async def history(item: str, desk: Reader) -> Response:
    """All versions."""
    async with desk.parts.database.connect() as db:
        kept = await entries.get(db, item)
        versions = await entries.versions(db, item)
    return await desk.page("history.html", kept=kept, versions=versions)


@router.get("/{item}/history/{before}/{after}")
async def compare(item: str, before: int, after: int, desk: Reader) -> Response:
    """Two versions, word by word."""
    async with desk.parts.database.connect() as db:
        kept = await entries.get(db, item)
        one = await entries.version(db, item, before)
        other = await entries.version(db, item, after)
    changed = fields_changed(one.content, other.content)
    values: dict[str, Any] = {"kept": kept, "before": one, "after": other, "changed": changed}
    return await desk.page("compare.html", **values)


@router.post("/{item}/restore")
async def restore(item: str, desk: Editor) -> Response:
    """Make an old version the newest draft."""
    async with desk.change() as db:
        kept = await entries.get(db, item, lock=True)
        old = await entries.version(db, item, desk.whole("version"))
        shown = content.facets(kept.kind, item, kept.family, old.content)
        # What somebody has approved, or the files had, needs no other eyes than anything else.
        others = () if old.approver else set(old.authors) - {workflow.SYSTEM}
        number = await workflow.save(
            *(db, item, shown, old.content, desk.whole("head"), desk.me, "", desk.now),
            with_words_of=others,
        )
        await desk.note(db, "restore", item, version=number, restored=old.number)
    return RedirectResponse(f"/items/{item}" if kept.kind == ITEM else f"/figures/{item}", 303)


async def _keep(desk: Desk, item: str, told: Content) -> int:
    """The version that has it now."""
    async with desk.change() as db:
        kept = await _item(db, item)
        old = await entries.version(db, item, kept.head)
        if told == old.content:
            return kept.head
        shown = content.facets(ITEM, item, kept.family, told)
        number = await workflow.save(
            *(db, item, shown, told, desk.based_on, desk.me, desk.said("note")[:500]),
            now=desk.now,
        )
        await desk.note(db, "save", item, version=number)
    return number


async def _form(desk: Desk, item: str, mine: Content | None = None) -> Response:
    """The page; with `mine` what somebody typed while another saved, beside what that one saved."""
    async with desk.parts.database.connect() as db:
        kept = await _item(db, item)
        version = await entries.version(db, item, kept.head)
        live = await entries.version(db, item, kept.live) if kept.live else None
        said = await entries.comments(db, item)
        told = version.content
        if mine is not None:
            told = merged((await begun_with(db, desk, kept)).content, mine, told)
    changed = fields_changed(live.content if live else {}, version.content)
    values = await _look(desk, item, told)
    return await desk.page(
        "item.html",
        200 if mine is None else 409,
        kept=kept,
        version=version,
        head=kept.head if mine is None else desk.based_on,
        cells=cells.from_content(item, kept.family, told),
        comments=said,
        changed=changed if kept.head != kept.live else [],
        typed=None if mine is None else fields_changed(version.content, told),
        known=desk.parts.library.now(),
        **values,
    )


async def begun_with(db: AsyncConnection, desk: Desk, kept: Entry) -> Version:
    """The version that what was typed began with."""
    if not 0 < desk.based_on <= kept.head:
        raise workflow.ChangedMeanwhile(kept.id)
    return await entries.version(db, kept.id, desk.based_on)


async def _item(db: Any, item: str) -> Entry:
    kept = await entries.get(db, item)
    if kept.kind != ITEM:
        raise NotFound
    return kept


def _said(desk: Desk) -> dict[str, str]:
    return {name: desk.said(name) for name in cells.COLUMNS}


async def _before(db: AsyncConnection, item: str) -> list[frozenset[str]]:
    """The wordings of the newest version, and of the one that is live."""
    kept = await _item(db, item)
    kept_versions = [one for one in (kept.head, kept.live) if one]
    return [
        frozenset((await entries.version(db, item, one)).content["wordings"])
        for one in kept_versions
    ]


async def _look(desk: Desk, item: str, told: dict[str, Any] | Any) -> dict[str, Any]:
    known, today = desk.parts.library.now(), desk.now.astimezone(CHINA).date()
    async with desk.parts.database.connect() as db:
        index, before = await desk.parts.wordings.index(db), await _before(db, item)
        figures = (await entries.live(db, content.FIGURE)).get(content.FIGURES_FAMILY, [])
    return {
        "preview": preview(told, known, [one for _, one in figures], today),
        "problems": problems(ITEM, item, told, known),
        "hints": hints(item, told, known, index, today, before),
    }
