"""The desk: one request, what was said, what comes, and answering the citizen in their chat."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from console.doors import Agent, Desk
from console.knowledge import checks, content
from console.refusals import Blocked, Wanted
from console.running import suggesting, telling
from records import events, handovers
from records.events import Line
from records.handovers import Dossier
from records.privacy import readable
from records.staff import entries

LONGEST = 1000
# HTMX stops asking again and again when it is told this.
STOP = 286
_LAST = 2**31 - 1

router = APIRouter(prefix="/handovers/{number}")

Number = Annotated[int, Path(ge=1, lt=10**9)]
Seq = Annotated[int, Query(ge=0, lt=10**9)]


@router.get("")
async def show(number: Number, desk: Agent, suggest: bool = False) -> Response:
    """The whole page; without scripts what Wenbao would answer is asked for by a link."""
    return await _page(desk, number, suggest=suggest)


@router.get("/newer")
async def newer(
    number: Number, desk: Agent, after: Seq = 0, state: str = "", rewritten: Seq = 0
) -> Response:
    """What came since, for HTMX; nothing where nothing did, and all where some was taken back."""
    try:
        async with desk.change() as db:
            told = await handovers.dossier(db, number, after)
            now, afresh = _state(desk, told), await _rewritten(db, told)
            if (now, afresh) == (state, rewritten) and not told.lines:
                return Response(status_code=204)
            if afresh != rewritten:
                told = await _whole(db, number)
            await desk.watch(db, "see_handover", f"handover:{number}", shown=len(told.lines))
    except handovers.NotOpen:
        return await desk.page("desk_newer.html", STOP, one=None, state="gone")
    goes_on = now in ("waiting", "mine") or (now == "other" and desk.may("close_handover"))
    values: dict[str, Any] = {"one": told, "state": now, "was": state, "rewritten": afresh}
    values |= {"after": told.lines[-1].seq if told.lines else after, "heard": _heard(told)}
    values |= {"readable": goes_on, "whole": afresh != rewritten}
    return await desk.page("desk_newer.html", 200 if goes_on else STOP, **values)


@router.get("/suggested")
async def suggested(number: Number, desk: Agent, seq: Seq = 0) -> Response:
    """What Wenbao would answer to one line of the citizen's."""
    async with desk.parts.database.connect() as db:
        told = await handovers.dossier(db, number, max(seq - 1, 0))
    _may_read(desk, told)
    return await desk.page("desk_suggested.html", one=told, **await _suggested(desk, told, seq))


@router.post("/take")
async def take(number: Number, desk: Agent) -> Response:
    """Speak with this citizen from now on."""
    now = desk.now
    async with desk.change() as db:
        taken = await handovers.take(db, number, desk.me, now)
        if taken.taken_at == now:  # and not before, by the same person
            await telling.here(db, desk, taken, now)
            waited = round((now - taken.opened_at).total_seconds())
            await desk.note(db, "take_handover", f"handover:{number}", waited_seconds=waited)
    return _to(number)


@router.post("/say")
async def say(number: Number, desk: Agent) -> Response:
    """Answer the citizen."""
    said = content.tidy(desk.said("text"))
    _check(desk, said)
    async with desk.change() as db:
        await handovers.say(db, number, desk.me, Line(said), desk.now)
        await desk.note(db, "say_to_citizen", f"handover:{number}")
    if "hx-request" in desk.request.headers:
        return Response(status_code=204, headers={"HX-Trigger": "said"})
    return _to(number, "#reply")


@router.post("/draft")
async def draft(number: Number, desk: Agent) -> Response:
    """Put an item's short answer behind what is typed; nothing is sent."""
    async with desk.parts.database.connect() as db:
        told = await handovers.dossier(db, number, 0)
        _may_read(desk, told)
        answer = await suggesting.short_answer(desk, db, desk.said("item"), told.region)
    reply = "\n".join(one for one in (content.tidy(desk.said("text")), answer) if one)
    if "hx-request" in desk.request.headers:
        return await desk.page("desk_reply.html", reply=reply)
    return await _page(desk, number, reply)


@router.post("/give-back")
async def give_back(number: Number, desk: Agent) -> Response:
    """Let the citizen wait for somebody else; whoever leads the agents may do it for another."""
    now, leads = desk.now, desk.may("close_handover")
    async with desk.change() as db:
        had = await handovers.give_back(db, number, desk.me, now, in_place=leads)
        await telling.gone(db, desk, had, "given_back", now)
        await desk.note(
            db, "give_back_handover", f"handover:{number}", **telling.talked(desk, had, now)
        )
    return RedirectResponse("/handovers", 303)


@router.post("/finish")
async def finish(number: Number, desk: Agent) -> Response:
    """Say that all is answered; the machine answers on."""
    now = desk.now
    async with desk.change() as db:
        had = await handovers.finish(db, number, desk.me, now)
        await telling.gone(db, desk, had, "closed", now)
        await desk.note(
            db, "finish_handover", f"handover:{number}", **telling.talked(desk, had, now)
        )
    # Who also writes items may make one of it.
    return _to(number) if desk.may("edit") else RedirectResponse("/handovers", 303)


async def _page(desk: Desk, number: int, reply: str = "", *, suggest: bool = False) -> Response:
    async with desk.change() as db:
        told = await _whole(db, number)
        _may_read(desk, told)
        titles = await entries.titles(db, told.items)
        rewritten = await _rewritten(db, told)
        await desk.watch(
            db, "see_handover", f"handover:{number}", always=True, shown=len(told.lines)
        )
    values: dict[str, Any] = {"one": told, "state": _state(desk, told), "titles": titles}
    values |= {"rewritten": rewritten}
    values |= {"after": told.lines[-1].seq if told.lines else 0, "heard": _heard(told)}
    values |= await _suggested(desk, told, _heard(told)) if suggest else {"found": None}
    return await desk.page("desk.html", reply=reply, longest=LONGEST, **values)


async def _whole(db: AsyncConnection, number: int) -> Dossier:
    """With all that was said, however long that is."""
    told = await handovers.dossier(db, number, 0)
    lines = more = told.lines
    while len(more) == readable.AT_ONCE:
        more = await readable.lines(db, number, more[-1].seq)
        lines += more
    return replace(told, lines=lines)


async def _rewritten(db: AsyncConnection, told: Dossier) -> int:
    """How often something said was taken back, as when the citizen signed out."""
    behind = await events.after(db, told.conversation, _LAST)
    return behind.rewritten if behind else 0


async def _suggested(desk: Desk, told: Dossier, seq: int) -> dict[str, Any]:
    """What Wenbao would answer to this line."""
    said = (one for one in told.lines if one.seq == seq and one.sender == "citizen")
    asked = next((one.text for one in said), "")
    found = await suggesting.suggestions(desk, asked, told.region) if asked else []
    return {"asked": asked, "found": found}


def _state(desk: Desk, told: Dossier) -> str:
    if told.closed_at:
        return "ended"
    if told.taken_by is None:
        return "waiting"
    return "mine" if told.taken_by == desk.me else "other"


def _may_read(desk: Desk, told: Dossier) -> None:
    """What others talk about is theirs, and what is over is nobody's but whose it was."""
    state = _state(desk, told)
    if state == "other" and not desk.may("close_handover"):
        raise handovers.TakenByOther(told.number)
    if state == "ended" and told.taken_by != desk.me:
        raise handovers.NotOpen(told.number)


def _heard(told: Dossier) -> int:
    """The citizen's last line among these; 0 where there is none."""
    return max((one.seq for one in told.lines if one.sender == "citizen"), default=0)


def _check(desk: Desk, said: str) -> None:
    if not said:
        raise Wanted("reply")
    if len(said) > LONGEST:
        raise Wanted("shorter_reply", most=LONGEST, many=len(said))
    if not checks.readable(said.replace("\n", "")):
        raise Blocked(desk.parts.writing.sentence("unreadable", {}))
    # Nobody can send citizens to another's site in our name, also with a stolen session.
    if hosts := checks.foreign_hosts(said):
        raise Blocked(desk.parts.writing.sentence("foreign_host", {"host": hosts[0]}))


def _to(number: int, place: str = "") -> Response:
    return RedirectResponse(f"/handovers/{number}{place}", 303)
