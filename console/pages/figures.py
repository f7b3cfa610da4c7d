"""Figures by region and year: the table, the form, and the answers that a change touches."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from console.doors import CHINA, Desk, Editor, Reader
from console.knowledge import content
from console.knowledge.checks import Problem, problems
from console.knowledge.content import FIGURE, FIGURES_FAMILY
from console.knowledge.differences import fields_changed, merged
from console.knowledge.touched import touched
from console.pages.entry import submitted
from console.pages.item import begun_with
from console.pages.items import PAGE, query, read_wish
from console.refusals import Blocked, NotFound, Wanted
from records.staff import entries, workflow
from records.staff.entries import Content, Entry

router = APIRouter(prefix="/figures")


@router.get("")
async def find(desk: Reader) -> Response:
    """A page of figures."""
    wish = read_wish(desk.request, FIGURE)
    async with desk.parts.database.connect() as db:
        page = await entries.search(db, wish)
        shown = await entries.heads(db, FIGURE, [one.id for one in page.entries])
    return await desk.page(
        "figures.html",
        page=page,
        wish=wish,
        shown=shown,
        known=desk.parts.library.now(),
        pages=max(1, -(-page.total // PAGE)),
        query=query(desk.request),
    )


@router.post("")
async def begin(desk: Editor) -> Response:
    """Begin a figure of another time or region as a draft."""
    told = _said(desk)
    _refuse_wrong(desk, told)
    entry = content.figure_id(told)
    async with desk.change() as db:
        shown = content.facets(FIGURE, entry, FIGURES_FAMILY, told)
        based_on = await _put_away(db, entry, told)
        number = await workflow.save(db, entry, shown, told, based_on, desk.me, "", desk.now)
        await desk.note(db, "begin", entry, version=number)
    return RedirectResponse(f"/figures/{entry}", 303)


@router.get("/{figure}")
async def show(figure: str, desk: Reader) -> Response:
    """The form, and what the change does to answers."""
    return await _form(desk, figure)


async def _form(
    desk: Desk, figure: str, mine: Content | None = None, wrong: Sequence[Problem] = ()
) -> Response:
    """The page; with `mine` what was typed and not kept: it is wrong, or somebody was quicker."""
    async with desk.parts.database.connect() as db:
        kept = await _figure(db, figure)
        version = await entries.version(db, figure, kept.head)
        told, quicker = mine or version.content, mine is not None and not wrong
        if mine is not None and quicker:
            told = merged((await begun_with(db, desk, kept)).content, mine, version.content)
        live = await entries.version(db, figure, kept.live) if kept.live else None
        said = await entries.comments(db, figure)
        today = desk.now.astimezone(CHINA).date()
        answers = await touched(
            db, desk.parts.library.now(), live.content if live else None, version.content, today
        )
    changed = fields_changed(live.content if live else {}, version.content)
    return await desk.page(
        "figure.html",
        200 if mine is None else 409,
        kept=kept,
        version=version,
        head=kept.head if mine is None else desk.based_on,
        filled=told,
        typed=fields_changed(version.content, told) if quicker else None,
        problems=wrong,
        comments=said,
        answers=answers,
        changed=changed if kept.head != kept.live else [],
        known=desk.parts.library.now(),
    )


@router.post("/{figure}")
async def save(figure: str, desk: Editor) -> Response:
    """Keep a new version; name, region and first day stay, they are what it is known by."""
    async with desk.parts.database.connect() as db:
        kept = await _figure(db, figure)
        old = await entries.version(db, figure, kept.head)
    fixed = {name: old.content[name] for name in ("name", "region", "effective_from")}
    told = content.figure({**_said(desk), **fixed})
    wrong = problems(FIGURE, "", told, desk.parts.library.now())
    if wrong:
        return await _form(desk, figure, told, wrong)
    try:
        head = kept.head if told == old.content else await _keep(desk, figure, told)
    except workflow.ChangedMeanwhile:
        return await _form(desk, figure, told)
    if desk.said("then") == "submit":
        return await submitted(desk, figure, head)
    return RedirectResponse(f"/figures/{figure}", 303)


async def _keep(desk: Desk, figure: str, told: Content) -> int:
    async with desk.change() as db:
        shown = content.facets(FIGURE, figure, FIGURES_FAMILY, told)
        number = await workflow.save(db, figure, shown, told, desk.based_on, desk.me, "", desk.now)
        await desk.note(db, "save", figure, version=number)
    return number


async def _figure(db: AsyncConnection, figure: str) -> Entry:
    kept = await entries.get(db, figure)
    if kept.kind != FIGURE:
        raise NotFound
    return kept


async def _put_away(db: AsyncConnection, figure: str, told: Content) -> int:
    """The newest version of a figure that was thrown away; 0 where there is none at all."""
    try:
        kept = await entries.get(db, figure, lock=True)
    except entries.NoEntry:
        return 0
    if kept.state != entries.DROPPED:
        raise Wanted("figure_there", label=kept.title, day=told["effective_from"])
    return kept.head


def _refuse_wrong(desk: Desk, told: Content) -> None:
    found = problems(FIGURE, "", told, desk.parts.library.now())
    if found:
        raise Blocked(" ".join(dict.fromkeys(desk.parts.writing.told(one) for one in found)))


def _said(desk: Desk) -> dict[str, object]:
    told: dict[str, object] = {name: desk.said(name) or None for name in content.FIGURE_FIELDS}
    told["value"] = _number(desk.said("value"))
    return content.figure(told)


def _number(said: str) -> float | int | str | None:
    """The number; what is none stays as it is, for the check to find."""
    if not said.strip():
        return None
    try:
        number = float(said)
    except ValueError:
        return said
    if not math.isfinite(number):
        return said
    return int(number) if number.is_integer() else number
