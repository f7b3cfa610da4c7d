"""The way to the action server over connections that stay open.

Rasa opens a new connection for each action; that alone costs more than understanding does.
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

# The action server gives itself 2 s for a registry; this is where we stop believing in it.
SECONDS = 6


class KeptEndpoint(EndpointConfig):
    """An action endpoint with one pool of connections for the engine's whole life."""

    _session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Call the action server; its JSON, or `ClientResponseError` for 400 and above."""
        call = json.dumps(_needed(kwargs["json"])).encode()
        async with self._opened().request(method, self.url, data=call, headers=_JSON) as response:
            body = await response.read()
            if response.status >= 400:
                raise ClientResponseError(response.status, str(response.reason), body)
            return json.loads(body) if body else None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))
        return self._session


def _needed(call: dict[str, Any]) -> dict[str, Any]:
    """The call without what no action of ours reads.

    Of what happened that is all but the citizen's words: a card that the bot showed is a hundred
    times as long. rasa-sdk 3.21 asks for a domain, so there is an empty one.
    """
    tracker = call["tracker"]
    said = [
        {"event": "user", "text": event.get("text")}
        for event in tracker["events"]
        if event["event"] == "user"
    ]
    return {"domain": {}, **call, "tracker": {**tracker, "events": said}}


_JSON = {"Content-Type": "application/json"}
