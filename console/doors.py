"""What every page is given: the shared parts, who is signed in, and the proof of our own form."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.datastructures import FormData
from starlette.responses import Response

from console import roles
from console.exchange.trial import Trials
from console.judging.workshop import Workshop
from console.knowledge.known import Library
from console.knowledge.live import LiveFolder
from console.knowledge.similar import Wordings
from console.refusals import Forged, NotYours, SignInFirst, Wanted
from console.settings import Settings
from console.sign_in.provider import Provider
from console.writing import Writing
from records import audit
from records.audit import Act
from records.staff import sessions
from records.staff.sessions import Session

LOG = "staff"
CHINA = ZoneInfo("Asia/Shanghai")
# A page that asks again every few seconds is one look.
ONE_LOOK = timedelta(minutes=5)
_VERSION = re.compile(r"[0-9]{1,9}")
_SAFE = frozenset({"GET", "HEAD"})


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass
class Parts:
    """Everything that is shared; the clock is one of them, so that tests can set it."""

    settings: Settings
    database: AsyncEngine
    provider: Provider
    writing: Writing
    live: LiveFolder
    library: Library
    wordings: Wordings
    http: httpx.AsyncClient
    workshop: Workshop
    running: set[asyncio.Task[str]] = field(
        default_factory=set
    )  # candidates that are judged, imports
    trials: Trials = field(default_factory=Trials)
    pilot_turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one writes its folder
    stepped: asyncio.Event = field(default_factory=asyncio.Event)  # an entry took a step
    now: Callable[[], datetime] = clock
    looks: dict[tuple[str, str], datetime] = field(default_factory=dict)  # who at what, noted when

    async def note(self, db: AsyncConnection, who: str, act: str, what: str, **fields: Any) -> None:
        """Add to the audit log; the last thing in a transaction."""
        entry = Act(f"staff:{who}", act, what, fields)
        await audit.append(db, self.settings.audit_hash_key, LOG, entry, self.now())


@dataclass
class Desk:
    """One request of somebody who is signed in and may do what they ask."""

    request: Request
    parts: Parts
    session: Session
    form: FormData = field(default_factory=FormData)

    @property
    def me(self) -> str:
        """The id of who asks."""
        return self.session.person.id

    @property
    def now(self) -> datetime:
        """The time of the request."""
        return self.parts.now()

    def may(self, act: str) -> bool:
        """Whether the person may do something else."""
        return roles.may(self.session.person.roles, act)

    def said(self, name: str, otherwise: str = "") -> str:
        """A field of the form."""
        value = self.form.get(name, otherwise)
        return value if isinstance(value, str) else otherwise

    def whole(self, name: str) -> int:
        """A whole number of the form; 0 where there is none."""
        value = self.said(name)
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0

    @property
    def based_on(self) -> int:
        """The version that a form began with, or that its person has seen since."""
        return self.whole("seen") or self.whole("head")

    def versions(self, name: str) -> dict[str, int]:
        """Entries that are ticked, each with the version that the page showed ("Q001:3")."""
        told: dict[str, int] = {}
        for one in self.form.getlist(name):
            entry, _, version = str(one).rpartition(":")
            if not entry or not _VERSION.fullmatch(version):
                raise Wanted("ticks")
            told[entry] = int(version)
        return told

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        """A transaction."""
        async with self.parts.database.begin() as db:
            yield db

    async def note(self, db: AsyncConnection, act: str, what: str, **fields: Any) -> None:
        """Have the audit log say what this person does."""
        await self.parts.note(db, self.me, act, what, **fields)

    async def watch(
        self, db: AsyncConnection, act: str, what: str, *, always: bool = False, **fields: Any
    ) -> None:
        """Have the audit log say that this person looks, once for a page that asks again."""
        looks, now = self.parts.looks, self.now
        for old in [one for one, at in looks.items() if now - at >= ONE_LOOK]:
            del looks[old]
        if always or (self.me, what) not in looks:
            await self.note(db, act, what, **fields)
            looks[self.me, what] = now

    async def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of ours, with what every page shows."""
        async with self.parts.database.connect() as db:
            names = await sessions.names(db)
        values |= {"desk": self, "names": names, "today": self.now.astimezone(CHINA).date()}
        values.setdefault("known", self.parts.library.now())
        return self.parts.writing.page(template, status, **values)


class Allowed:
    """Lets through who is signed in and has a role that allows `act`."""

    def __init__(self, act: str) -> None:
        self.act = act

    async def __call__(self, request: Request) -> AsyncIterator[Desk]:
        """The desk, or a refusal; a form counts only with its session's own token."""
        try:
            yield await self._desk(request)
        finally:
            await request.close()  # files that came with the form

    async def _desk(self, request: Request) -> Desk:
        parts: Parts = request.app.state.parts
        token = request.cookies.get(cookie_name(parts.settings), "")
        async with parts.database.begin() as db:
            session = await sessions.use(db, token, parts.now()) if token else None
        if session is None:
            raise SignInFirst
        if not roles.may(session.person.roles, self.act):
            raise NotYours
        desk = Desk(request, parts, session)
        if request.method not in _SAFE:
            desk.form = await _proven(request, parts.settings, session)
        return desk


async def _proven(request: Request, settings: Settings, session: Session) -> FormData:
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", settings.origin)
    if site != "same-origin" or origin != settings.origin:
        raise Forged
    form = await request.form()
    given = request.headers.get("x-csrf-token") or form.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise Forged
    return form


def cookie_name(settings: Settings) -> str:
    """The session's cookie; over HTTPS it can come from no other host."""
    return "__Host-wenbao-console" if settings.https else "wenbao-console"


Reader = Annotated[Desk, Depends(Allowed("read"))]
Editor = Annotated[Desk, Depends(Allowed("edit"))]
Importer = Annotated[Desk, Depends(Allowed("import"))]
Exporter = Annotated[Desk, Depends(Allowed("export"))]
Commenter = Annotated[Desk, Depends(Allowed("comment"))]
Reviewer = Annotated[Desk, Depends(Allowed("review"))]
Publisher = Annotated[Desk, Depends(Allowed("publish"))]
Auditor = Annotated[Desk, Depends(Allowed("audit"))]
Operator = Annotated[Desk, Depends(Allowed("operate"))]
QuestionReader = Annotated[Desk, Depends(Allowed("see_questions"))]
ShadowReader = Annotated[Desk, Depends(Allowed("see_shadow"))]
HandoverReader = Annotated[Desk, Depends(Allowed("see_handovers"))]
Agent = Annotated[Desk, Depends(Allowed("answer_handover"))]
Supervisor = Annotated[Desk, Depends(Allowed("close_handover"))]
Labeller = Annotated[Desk, Depends(Allowed("label"))]
