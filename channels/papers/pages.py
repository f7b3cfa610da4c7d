"""The pages on which anybody checks a certificate; their sentences are in `web/verify`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response


class Papers:
    """Holds the templates."""

    def __init__(self, web: Path) -> None:
        templates = _templates(web)
        self._ask = templates.get_template("ask_for_code.html")
        self._told = templates.get_template("verdict.html")

    def ask(self) -> Response:
        """Where a code is typed, or a file chosen."""
        return HTMLResponse(self._ask.render())

    def told(self, verdict: str, checked: str, facts: Mapping[str, str]) -> Response:
        """What came of it."""
        return HTMLResponse(self._told.render(verdict=verdict, checked=checked, facts=facts))


@cache
def _templates(web: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([web / "verify", web / "sign_in"]),
        autoescape=True,
        undefined=StrictUndefined,
    )
