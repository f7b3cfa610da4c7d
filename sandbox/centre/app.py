"""The page of a service centre with a content security policy as strict as they come."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).resolve().parent
# Nothing inline, nothing evaluated; of other hosts the chat's script and its frame alone.
CSP = (
    "default-src 'none'; script-src {chat}; frame-src {chat}; style-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'"
)
_ASSETS = {"/page.css": "page.css"}


def create(chat: str, site: str = "demo") -> Starlette:
    """The page, embedding the chat at `chat` as `site`."""
    templates = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    headers = {
        "Content-Security-Policy": CSP.format(chat=chat),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }

    async def page(request: Request) -> Response:
        shown = templates.get_template("page.html").render(
            chat=chat, site=site, path=request.url.path
        )
        return HTMLResponse(shown, headers=headers)

    async def asset(request: Request) -> Response:
        return FileResponse(FOLDER / _ASSETS[request.url.path], headers=headers)

    routes = [Route(path, asset) for path in _ASSETS]
    return Starlette(routes=[*routes, Route("/", page), Route("/news", page)])
