"""Answers only to our own host names: a forged Host header goes no further."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.edge.refused import Refusals

_HOST = re.compile(r"(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?")
# Probes come by address, not by name, and learn nothing but whether we are well.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


class TrustedHosts:
    """Lets requests for our hosts through, and probes."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], refusals: Refusals) -> None:
        self._app = app
        self._hosts = hosts
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request for another host."""
        if scope["type"] == "http" and scope["path"] not in PROBES:
            named = _HOST.fullmatch(Headers(scope=scope).get("host", "").lower())
            if named is None or named["name"].strip("[]") not in self._hosts:
                refused = self._refusals.answer(scope, "unknown_host", 400)
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)
