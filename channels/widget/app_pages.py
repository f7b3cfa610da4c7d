"""The pages of the widget as HTML: the app's shell, and the form without scripts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from channels.widget.bundle import Bundle, read_bundle, read_files
from channels.widget.known_sites import shown
from records.places.sites import Site


class AppPages:
    """Holds what was built and the templates of `web/pages`."""

    def __init__(self, web: Path) -> None:
        self.bundle = read_bundle(web / "widget/dist")
        self.plain = Bundle(read_files(web / "pages/assets"))
        self._templates = _templates(web)

    def app(self, site: Site, framed: bool) -> Response:
        """The app's page: a frame of another page, or a page of its own."""
        settings = shown(site).model_dump(mode="json")
        return self._render("app.html", site=settings, framed=framed, bundle=self.bundle)

    def form(self, status: int = 200, **values: object) -> Response:
        """The page that works without scripts."""
        answer = self._render("form.html", status, **values)
        # Without a referrer a browser sends the form with `Origin: null`, as a stranger would.
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer

    def _render(self, name: str, status: int = 200, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(name).render(**values), status)


@cache
def _templates(web: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(web / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
