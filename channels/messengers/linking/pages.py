"""The pages that a citizen sees while linking a chat account; sentences are in `web/messengers`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response


class LinkPages:
    """Holds the templates."""

    def __init__(self, folder: Path) -> None:
        self._templates = _templates(folder)

    def code(self, code: str) -> Response:
        """The code that has to be typed into the chat."""
        return self._page("code.html", code=code)

    def confirm(self, name: str, mark: str) -> Response:
        """Whether the chat account shall belong to this person."""
        return self._page("confirm.html", name=name, mark=mark)

    def linked(self, name: str) -> Response:
        """That it does now."""
        return self._page("linked.html", name=name)

    def declined(self) -> Response:
        """That it does not."""
        return self._page("declined.html")

    def _page(self, name: str, /, **values: str) -> Response:
        return HTMLResponse(self._templates.get_template(name).render(**values))


@cache
def _templates(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([folder / "messengers", folder / "sign_in"]),
        autoescape=True,
        undefined=StrictUndefined,
    )
