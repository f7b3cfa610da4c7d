"""The inbox: groups of questions that went less than well, and what is done with many at once."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from console.doors import Desk, Editor, QuestionReader
from console.listening import wordings
from console.refusals import Blocked, Wanted
from records.questions import clusters
from records.questions.clusters import DISMISSED, SETTLED, STATES, Wish
from records.questions.understood import TROUBLES
from records.staff import entries

PAGE = 25
MOST_AT_ONCE = 100
# So many different words of a group become wordings when a prediction is accepted in bulk.
WORDINGS_OF_EACH = 3

router = APIRouter(prefix="/inbox")


@router.get("")
async def find(desk: QuestionReader) -> Response:
    """A page of groups; HTMX gets the table alone."""
    wish = _wish(desk.request)
    async with desk.change() as db:
        found, total = await clusters.search(db, wish, desk.now)
        counts = await clusters.counts(db)
        titles = await entries.titles(db, [one.item for one in found if one.item])
        await desk.note(db, "see_question", "inbox", shown=len(found))
    htmx = "hx-request" in desk.request.headers
    return await desk.page(
        "inbox_table.html" if htmx else "inbox.html",
        found=found,
        total=total,
        counts=counts,
        titles=titles,
        wish=wish,
        pages=max(1, -(-total // PAGE)),
        query=_query(wish),
        known=desk.parts.library.now(),
    )


@router.post("/dismiss")
async def dismiss(desk: Editor) -> Response:
    """Leave groups alone, also what comes to them later."""
    ids = _ids(desk)
    async with desk.change() as db:
        await clusters.settle(db, ids, DISMISSED, None, desk.me, desk.now)
        await desk.note(db, "dismiss", "clusters", ids=" ".join(map(str, ids)))
    return _back(desk)


@router.post("/accept")
async def accept(desk: Editor) -> Response:
    """Give each group to the item that the engine thought of, with its commonest words."""
    ids = _ids(desk)
    async with desk.change() as db:
        index = await desk.parts.wordings.index(db)
        for one in ids:
            group = await clusters.get(db, one, desk.now)
            if not group.item:
                raise Wanted("group_item", words=group.words[:20])
            sure = await clusters.texts(db, one, 20, group.item, wordings.LIKELY)
            told = wordings.proposed(sure, WORDINGS_OF_EACH)
            if not told:
                values = {"words": group.words[:20], "item": group.item}
                raise Blocked(desk.parts.writing.sentence("nothing_likely", values))
            await wordings.add(db, desk, index, group.item, told)
            await clusters.settle(db, [one], SETTLED, group.item, desk.me, desk.now)
        await desk.note(db, "assign", "clusters", ids=" ".join(map(str, ids)), way="prediction")
    return _back(desk)


@router.post("/reopen")
async def reopen(desk: Editor) -> Response:
    """Take groups up again."""
    ids = _ids(desk)
    async with desk.change() as db:
        await clusters.settle(db, ids, clusters.OPEN, None, desk.me, desk.now)
        await desk.note(db, "reopen", "clusters", ids=" ".join(map(str, ids)))
    return _back(desk)


def _ids(desk: Desk) -> list[int]:
    said = [one for one in desk.form.getlist("cluster") if isinstance(one, str)]
    if not 0 < len(said) <= MOST_AT_ONCE:
        raise Wanted("groups", most=MOST_AT_ONCE)
    if not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in said):
        raise Wanted("ticks")
    return sorted({int(one) for one in said})


def _wish(request: Request) -> Wish:
    said = request.query_params
    state, trouble, page = said.get("state", ""), said.get("trouble", ""), said.get("page", "1")
    region = said.get("region", "")
    return Wish(
        state=state if state in STATES else clusters.OPEN,
        trouble=trouble if trouble in TROUBLES else "",
        region=region if region.isascii() and region.isdecimal() else "",
        words=said.get("words", "").replace("\0", "")[:50],
        page=int(page) if page.isascii() and page.isdecimal() and 0 < int(page) < 10_000 else 1,
        size=PAGE,
    )


def _query(wish: Wish) -> str:
    told = {name: getattr(wish, name) for name in ("state", "trouble", "region", "words")}
    return urlencode({name: value for name, value in told.items() if value})


def _back(desk: Desk) -> Response:
    state = desk.said("state")
    return RedirectResponse(f"/inbox?state={state}" if state in STATES else "/inbox", 303)
