"""How a refusal looks: the same JSON from every layer, and a plain page where a person sees it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from channels.knowledge.notices import Notices

# Only programs ask here, whatever they say they take.
_PROGRAMS = ("/api/", "/messengers/", "/healthz", "/readyz", "/metrics")


class Refusals:
    """Holds the sentences, and the page of `web/pages` on which a person reads one."""

    def __init__(self, notices: Notices, web: Path) -> None:
        self._notices = notices
        self._page = _templates(web).get_template("refused_here.html")

    def answer(
        self,
        scope: Scope,
        code: str,
        status: int,
        *,
        retry_after: int | None = None,
        details: Mapping[str, object] | None = None,
        has_chat: bool = False,
    ) -> Response:
        """A page for a browser that shows it to somebody; `has_chat`: it leads on to /chat."""
        if not seen_by_a_person(scope):
            return _told(self._notices, code, status, retry_after, details)
        page = self._page.render(code=code, notice=self._notices[code], has_chat=has_chat)
        wait = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return HTMLResponse(page, status, {"Vary": "Accept", **wait})


def seen_by_a_person(scope: Scope) -> bool:
    """Whether a browser will show the answer as a page of its own."""
    takes = Headers(scope=scope).get("accept", "")
    return "text/html" in takes and not scope["path"].startswith(_PROGRAMS)


def _told(
    notices: Notices,
    code: str,
    status: int,
    retry_after: int | None,
    details: Mapping[str, object] | None,
) -> JSONResponse:
    """`{"error": code, "message": a sentence for the citizen}`, and what programs need beside."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    told = {"error": code, "message": notices[code].text, **(details or {})}
    return JSONResponse(told, status, headers)


@cache
def _templates(web: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([web / "pages", web / "sign_in"]),
        autoescape=True,
        undefined=StrictUndefined,
    )
