"""The console's application: put together once, with a loop that publishes what is due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from console import refusals
from console.doors import Parts, cookie_name
from console.edge.layers import Layers
from console.judging.ahead import work_ahead
from console.judging.due import publish_due
from console.judging.workshop import Workshop
from console.knowledge import publication
from console.knowledge.known import Library
from console.knowledge.live import LiveFolder
from console.knowledge.similar import Wordings
from console.listening.keeping_up import keep_up
from console.pages import ROUTERS
from console.refusals import Refusal
from console.settings import Settings
from console.sign_in import browser
from console.sign_in.provider import Provider
from console.writing import Writing
from records import handovers
from records.database import open_database
from records.questions import clusters, samples
from records.staff import candidates, entries, imports, workflow
from records.watch.logs import set_up

log = logging.getLogger(__name__)


def create(settings: Settings | None = None) -> FastAPI:
    """The application; without `settings` those of the environment."""
    settings = settings or Settings()  # type: ignore[call-arg]
    set_up(settings.log_level, "console")
    http = httpx.AsyncClient(trust_env=False, follow_redirects=False)
    live = LiveFolder(settings.live_knowledge_dir)
    parts = Parts(
        settings=settings,
        database=open_database(
            settings.database_url.get_secret_value(),
            pool_size=settings.console_database_connections,
        ),
        provider=Provider(settings, http),
        writing=_writing(settings.console_web_dir),
        live=live,
        library=Library(live.current / "knowledge"),
        wordings=Wordings(),
        workshop=Workshop(settings, http),
        http=http,
    )
    host = settings.origin.split("//", 1)[1]
    app = FastAPI(
        title="Wenbao console",
        lifespan=_lifespan(parts, http),
        middleware=[Middleware(Layers, host=host, https=settings.https)],
        routes=list(_routes()),
        openapi_url=None,
        # A redirect would name the scheme that we see, which behind a proxy is plain http.
        redirect_slashes=False,
    )
    app.state.parts = parts
    _install_endings(app, parts)
    app.mount("/assets", StaticFiles(directory=settings.console_web_dir / "assets"), name="assets")
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Worked out once, however many consoles a process opens: that takes longer than all else."""
    together = APIRouter()
    together.add_api_route("/healthz", _healthz, methods=["GET", "HEAD"])
    for router in [browser.router, *ROUTERS]:
        together.include_router(router)
    return tuple(together.routes)


@cache
def _writing(folder: Path) -> Writing:
    return Writing(folder)


async def _healthz(request: Request) -> dict[str, str]:
    async with request.app.state.parts.database.connect() as db:
        await db.execute(text("SELECT 1"))
    return {"status": "ok"}


def _lifespan(
    parts: Parts, http: httpx.AsyncClient
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        beside = [
            asyncio.create_task(endless)
            for endless in (_tick(parts), keep_up(parts), work_ahead(parts))
        ]
        yield
        for task in (*beside, *parts.running):
            task.cancel()
        await asyncio.gather(*beside, *parts.running, return_exceptions=True)
        await http.aclose()
        await parts.database.dispose()

    return lifespan


async def _tick(parts: Parts) -> None:
    """Take up the files, then publish what is due, for ever; what fails is tried again."""
    started = False
    while True:
        try:
            if not started:
                await publication.start(parts.database, parts.live, parts.now())
                started = True
            await publish_due(parts)
        except (SQLAlchemyError, psycopg.Error, OSError) as problem:
            log.error("publication failed", extra={"cause": type(problem).__name__})
        await asyncio.sleep(parts.settings.schedule_seconds)


def _install_endings(app: FastAPI, parts: Parts) -> None:
    """One handler for each family of errors; each ends as a page with a sentence."""

    async def refused(request: Request, problem: Exception) -> Response:
        return _page(request, parts, _named(problem))

    for family in (
        *(Refusal, entries.NoEntry, candidates.NoCandidate, workflow.ChangedMeanwhile),
        *(workflow.WrongState, workflow.OwnChange, workflow.OthersWords),
        *(clusters.NoCluster, samples.NotAsked),
        *(
            imports.NoImport,
            *(handovers.NotOpen, handovers.TakenByOther, handovers.NotYours),
            HTTPException,
            RequestValidationError,
            SQLAlchemyError,
        ),
    ):
        app.add_exception_handler(family, refused)


def _named(problem: Exception) -> Refusal:
    match problem:
        case Refusal():
            return problem
        case entries.NoEntry() | candidates.NoCandidate() | clusters.NoCluster():
            return refusals.NotFound()
        case imports.NoImport() | HTTPException(status_code=404):
            return refusals.NotFound()
        case workflow.ChangedMeanwhile():
            return refusals.ChangedMeanwhile()
        case workflow.WrongState():
            return refusals.WrongState()
        case workflow.OwnChange():
            return refusals.OwnChange()
        case workflow.OthersWords():
            return refusals.OthersWords()
        case samples.NotAsked():
            return refusals.NotAsked()
        case SQLAlchemyError():
            log.error("database failed", extra={"cause": type(problem).__name__})
            return refusals.Unavailable()
    return _of_a_handover(problem)


def _of_a_handover(problem: Exception) -> Refusal:
    match problem:
        case handovers.NotOpen():
            return refusals.RequestEnded()
        case handovers.TakenByOther():
            return refusals.TakenByOther()
        case handovers.NotYours():
            return refusals.NotTaken()
    return Refusal()


def _page(request: Request, parts: Parts, refusal: Refusal) -> Response:
    htmx = "hx-request" in request.headers
    if isinstance(refusal, refusals.SignInFirst):
        if htmx:
            return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
        if request.method == "GET":
            return RedirectResponse("/sign-in", 303)
    signed_in = cookie_name(parts.settings) in request.cookies
    return parts.writing.refusal(refusal, signed_in, _way_back(request, parts.settings))


def _way_back(request: Request, settings: Settings) -> str:
    """The page of ours that led here, unless it is this one; else the first."""
    whole = urlsplit(request.headers.get("referer", ""))
    here = request.method == "GET" and whole.path == request.url.path
    if f"{whole.scheme}://{whole.netloc}" != settings.origin or here:
        return "/"
    # Two slashes at the beginning would lead to another host.
    return "/" + whole.path.lstrip("/") + (f"?{whole.query}" if whole.query else "")
