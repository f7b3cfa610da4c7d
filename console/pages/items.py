"""The list of items, and the form that begins a new one."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from console import publishing
from console.doors import CHINA, Editor, Reader
from console.exchange import cells
from console.judging.about import about
from console.knowledge import content
from console.knowledge.checks import problems
from console.knowledge.similar import shared
from console.publishing import Stopped
from console.quality import standing
from console.refusals import Blocked, Wanted
from records.staff import entries, workflow
from records.staff.entries import Wish

PAGE = 50
# Words that are shorter are a part of a word, or one that is being typed.
A_QUESTION = 4
_FILTERS = ("words", "area", "state", "owner", "scope", "region", "expires_before", "low")
_FAMILY = re.compile(r"[a-z][a-z_]{1,30}")

router = APIRouter()


@router.get("/items")
async def find(desk: Reader) -> Response:
    """A page of items; HTMX gets the table alone."""
    wish, scores = read_wish(desk.request, "item"), None
    async with desk.parts.database.connect() as db:
        if desk.request.query_params.get("low"):
            scores = await standing.low(db, desk.now.astimezone(CHINA).date())
            wish = replace(wish, ids=tuple(scores))
        page = await entries.search(db, wish)
        choices = await entries.choices(db, "item")
    near = {}
    if not page.total and len(wish.words.strip()) >= A_QUESTION:
        # A citizen's question is about items, but holds no keyword.
        near = await about(desk, wish.words)
    template = "items_table.html" if "hx-request" in desk.request.headers else "items.html"
    return await desk.page(
        template,
        page=page,
        wish=wish,
        scores=scores,
        near=near,
        choices=choices,
        pages=max(1, math.ceil(page.total / PAGE)),
        query=query(desk.request),
    )


@router.get("/items/new")
async def ask_new(desk: Editor) -> Response:
    """The family that the new item stands in, and its title."""
    async with desk.parts.database.connect() as db:
        choices = await entries.choices(db, "item")
    return await desk.page(
        "item_new.html", choices=choices, line=desk.request.query_params.get("line", "")[:200]
    )


@router.post("/items/new")
async def begin(desk: Editor) -> Response:
    """Begin an item as a draft with the next id."""
    family, title = desk.said("family"), content.tidy(desk.said("title"))
    if not title:
        raise Wanted("title")
    if not _FAMILY.fullmatch(family):
        raise Wanted("family")
    told = cells.to_content(
        {"title": title, "area": desk.said("area"), "wordings": desk.said("wordings")}
    )
    async with desk.change() as db:
        entry = await entries.next_item_id(db)
        shown = content.facets(content.ITEM, entry, family, told)
        await workflow.save(db, entry, shown, told, 0, desk.me, "", desk.now)
        await desk.note(db, "begin", entry, version=1)
    return RedirectResponse(f"/items/{entry}", 303)


@router.post("/items/submit")
async def submit(desk: Editor) -> Response:
    """Ask for a review of all drafts that are ticked, or of none if one is plainly wrong."""
    heads = desk.versions("draft")
    if not 0 < len(heads) <= PAGE:
        raise Wanted("drafts", most=PAGE)
    known, wrong = desk.parts.library.now(), list[Stopped]()
    async with desk.change() as db:
        index = await desk.parts.wordings.index(db)
        for entry, head in sorted(heads.items()):
            old = await workflow.step(db, entry, "submit", head, desk.me, desk.now)
            told = (await entries.version(db, entry, head)).content
            found = problems(old.kind, entry, told, known)
            found += shared(index, entry, told.get("wordings", []))
            wrong += [Stopped(entry, one) for one in found]
            await desk.note(db, "submit", entry, version=head)
        if wrong:
            raise Blocked(publishing.told(desk.parts, wrong))
    desk.parts.stepped.set()
    return RedirectResponse("/items?state=draft", 303)


def read_wish(request: Request, kind: str) -> Wish:
    """What a list is asked for."""
    said = request.query_params
    page = said.get("page", "1")
    try:
        expires = date.fromisoformat(said.get("expires_before", ""))
    except ValueError:
        expires = None
    return Wish(
        kind=kind,
        words=said.get("words", "")[:100],
        area=said.get("area", ""),
        state=said.get("state", ""),
        owner=said.get("owner", ""),
        region=said.get("region", ""),
        scope=said.get("scope", ""),
        expires_before=expires,
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
        size=PAGE,
    )


def query(request: Request) -> str:
    """The filters again, for links to other pages of the list."""
    said = request.query_params
    return urlencode({name: said[name] for name in _FILTERS if said.get(name)})
