"""The few pages that a citizen sees while signing in; their sentences are in `web/sign_in`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import psycopg
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from channels.knowledge.notices import INTERNAL, Notices
from channels.refusals import GatewayError, IdentityAway, MalformedReturn

log = logging.getLogger(__name__)

# A page that may be severed from the chat that opened it could not close itself.
_TOGETHER = {"Cross-Origin-Opener-Policy": "unsafe-none"}


class Pages:
    """Holds the templates."""

    def __init__(self, folder: Path, notices: Notices) -> None:
        templates = _templates(folder)
        self._done = templates.get_template("done.html")
        self._ask = templates.get_template("ask.html")
        self._refused = templates.get_template("refused.html")
        self._notices = notices

    def done(self) -> Response:
        """That the citizen is signed in."""
        return HTMLResponse(self._done.render(), headers=_TOGETHER)

    def ask(self, address: str) -> Response:
        """Whether it was the citizen who opened the link at `address`."""
        return HTMLResponse(self._ask.render(address=address), headers=_TOGETHER)

    def refused(self, code: str, status: int, retry_after: int | None = None) -> Response:
        """Why the citizen is not signed in, and what to do."""
        wait = {} if retry_after is None else {"Retry-After": str(retry_after)}
        page = self._refused.render(code=code, notice=self._notices[code])
        return HTMLResponse(page, status, headers={**_TOGETHER, **wait})


@cache
def _templates(folder: Path) -> Environment:
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)


class PageRoute(APIRoute):
    """A route that ends in a page, whatever happens: a person looks at it."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """The route's handler, with an edge of its own."""
        handler = super().get_route_handler()

        async def shown(request: Request) -> Response:
            pages: Pages = request.app.state.parts.pages
            try:
                return await handler(request)
            except GatewayError as problem:
                return _refused(pages, problem)
            except RequestValidationError:
                return _refused(pages, MalformedReturn())
            except (DBAPIError, PoolTimeout, psycopg.Error) as problem:
                log.error("database failed", extra={"cause": type(problem).__name__})
                return _refused(pages, IdentityAway())
            except Exception:
                log.exception("sign-in failed")
                return pages.refused(INTERNAL, 500)

        return shown


def _refused(pages: Pages, problem: GatewayError) -> Response:
    log.info("sign-in refused", extra={"code": problem.code})
    return pages.refused(problem.code, problem.status, problem.retry_after)
