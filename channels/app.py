"""Puts the gateway together: `uvicorn channels.app:create --factory` serves it.

`python -m channels` is the better way: it sends waiting requests home before it stops, and
leaves X-Forwarded-For to us (uvicorn's own command needs --no-proxy-headers for that).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import cache, partial

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.middleware import Middleware
from prometheus_client import start_http_server
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from channels import web
from channels.across.connection import open_redis
from channels.across.news import News
from channels.across.turns import Turns
from channels.codes import calls as codes
from channels.codes.provider import open_sms
from channels.doors import Parts
from channels.edge import endings
from channels.edge.bodies import MESSENGER_BYTES, BodyLimit
from channels.edge.headers import SecurityHeaders
from channels.edge.hosts import TrustedHosts
from channels.edge.origins import Cors, Origins
from channels.edge.refused import Refusals
from channels.edge.requests import Requests
from channels.journey.engine import Engine
from channels.journey.inbox import Inbox
from channels.journey.persons import Persons, words_of
from channels.journey.workers import Answering
from channels.knowledge.notices import HIDDEN, OUTAGE, Notices, read_notices
from channels.knowledge.regions import read_regions
from channels.limits import Limits
from channels.messengers.frame.together import put_together
from channels.messengers.routers import ROUTERS
from channels.papers import downloads, verification
from channels.papers.pages import Papers
from channels.papers.verification import LARGEST_FILE
from channels.relay import Relay
from channels.settings import Settings, read_settings
from channels.sign_in import browser, links, logout
from channels.sign_in.pages import Pages
from channels.sign_in.provider import Provider
from channels.sign_in.seen_tokens import SeenTokens
from channels.watch import probes
from channels.watch.logs import set_up_logs
from channels.watch.metrics import Metrics
from channels.watch.readiness import Watch
from channels.widget import form
from channels.widget import pages as widget_pages
from channels.widget.app_pages import AppPages
from channels.widget.known_sites import KnownSites
from records.database import each_at_once, open_database

# Where more is taken than a message needs.
WIDER = {"/messengers/": MESSENGER_BYTES, "/verify": LARGEST_FILE + 4096}


def create(settings: Settings | None = None) -> FastAPI:
    """The application; without `settings` those of the environment."""
    settings = settings or read_settings()
    set_up_logs(settings.log_level)
    database = open_database(
        settings.database_url.get_secret_value(), pool_size=settings.database_connections
    )
    parts, redis, http = _parts(settings, database)
    refusals = Refusals(parts.notices, settings.web_dir)
    app = FastAPI(
        title="Wenbao public chat API",
        version="1",
        routes=list(_routes()),
        lifespan=_lifespan(parts, redis, http),
        middleware=_middleware(parts, refusals),
        # A redirect would name the scheme that we see, which behind a proxy is plain http.
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    endings.install(app, refusals, partial(_has_chat, parts.sites))
    assets = StaticFiles(directory=settings.web_dir / "sign_in/assets")
    app.mount("/sign-in/assets", assets, name="sign-in")
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Worked out once, however many gateways a process opens: that takes longer than all else."""
    routers = [web.router, links.router, browser.router, logout.router, probes.router, codes.router]
    papers = [downloads.router, verification.router]
    together = APIRouter()
    for router in [*ROUTERS, *routers, *papers, form.router, widget_pages.router]:
        together.include_router(router)
    return tuple(together.routes)


def _parts(settings: Settings, database: AsyncEngine) -> tuple[Parts, Redis, httpx.AsyncClient]:
    redis, http = _lines_out(settings)
    engine = _engine(settings, http)
    notices, metrics = read_notices(settings.knowledge_dir), Metrics()
    news = News(redis, settings.waiting_at_once)
    messengers = put_together(settings, database, redis, metrics.registry)
    turns = Turns(settings.database_url.get_secret_value())
    bring = messengers.sender.wake
    said = notices[OUTAGE], notices[HIDDEN]
    persons = _persons(settings, database, notices, metrics)
    answering = Answering(database, engine, turns, news, *said, metrics, persons, bring)
    parts = Parts(
        settings=settings,
        database=database,
        at_once=each_at_once(database),
        relay=_relay(settings, answering, redis),
        news=news,
        limits=Limits(redis),
        origins=Origins(database),
        notices=notices,
        regions=read_regions(settings.knowledge_dir),
        metrics=metrics,
        watch=Watch(database, redis, engine),
        identity=Provider(settings, http),
        pages=Pages(settings.web_dir / "sign_in", notices),
        seen_tokens=SeenTokens(redis),
        sites=KnownSites(database),
        app_pages=AppPages(settings.web_dir),
        sms=open_sms(settings, http),
        papers=Papers(settings.web_dir),
        messengers=messengers,
    )
    return parts, redis, http


def _engine(settings: Settings, http: httpx.AsyncClient) -> Engine:
    return Engine(
        settings.engine_url,
        settings.engine_seconds,
        settings.engine_outage_seconds,
        http,
        settings.readiness_message,
    )


def _persons(
    settings: Settings, database: AsyncEngine, notices: Notices, metrics: Metrics
) -> Persons:
    patience = timedelta(seconds=settings.agent_seconds)
    return Persons(database, words_of(notices), metrics, settings.audit_hash_key, patience)


def _relay(settings: Settings, answering: Answering, redis: Redis) -> Relay:
    inbox = Inbox(answering.database, settings.key, settings.index_hash_key)
    at_once, sweep = settings.conversations_at_once, settings.sweep_seconds
    return Relay(inbox, answering, redis, at_once, sweep)


def _lines_out(settings: Settings) -> tuple[Redis, httpx.AsyncClient]:
    """The connections to Redis, and to the engine and the identity provider."""
    redis = open_redis(settings.redis_url.get_secret_value())
    at_once = settings.conversations_at_once
    http = httpx.AsyncClient(
        limits=httpx.Limits(max_connections=at_once + 8, max_keepalive_connections=at_once),
        trust_env=False,
        follow_redirects=False,
    )
    return redis, http


def _lifespan(
    parts: Parts, redis: Redis, http: httpx.AsyncClient
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as ending:
            ending.push_async_callback(parts.database.dispose)
            ending.push_async_callback(http.aclose)
            ending.push_async_callback(redis.aclose)
            if parts.settings.metrics_port is not None:
                ending.callback(_serve_figures(parts, parts.settings.metrics_port))
            parts.news.start()
            ending.push_async_callback(parts.news.stop)
            parts.messengers.start(parts)
            ending.push_async_callback(parts.messengers.stop)
            parts.relay.start()
            ending.push_async_callback(parts.relay.stop, parts.settings.drain_seconds)
            yield

    return lifespan


def _serve_figures(parts: Parts, port: int) -> Callable[[], None]:
    """Serve the figures where the public does not come; how to stop that."""
    host = parts.settings.metrics_host
    server, _ = start_http_server(port, addr=host, registry=parts.metrics.registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop


async def _has_chat(sites: KnownSites) -> bool:
    """Whether /chat without a site leads anywhere."""
    with suppress(SQLAlchemyError, OSError):
        return await sites.find(widget_pages.DEFAULT_SITE) is not None
    return False


def _middleware(parts: Parts, refusals: Refusals) -> list[Middleware]:
    """From the outside in."""
    settings = parts.settings
    https = settings.public_url.startswith("https:")
    return [
        Middleware(Requests, refusals=refusals, metrics=parts.metrics),
        Middleware(SecurityHeaders, origins=parts.origins, https=https),
        Middleware(TrustedHosts, hosts=settings.hosts, refusals=refusals),
        Middleware(Cors, origins=parts.origins),
        Middleware(BodyLimit, refusals=refusals, wider=WIDER),
    ]
