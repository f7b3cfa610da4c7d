"""The security headers of every response."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.edge.origins import Origins

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors "
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Citizens may speak to the chat, where their browser can listen.
_CHAT_PERMISSIONS = "camera=(), geolocation=(), microphone=(self)"
_FRAME = "/w/v1/frame"


class SecurityHeaders:
    """Adds what no route has to think of."""

    def __init__(self, app: ASGIApp, origins: Origins, https: bool) -> None:
        self._app = app
        self._origins = origins
        self._always = dict(_ALWAYS)
        if https:
            self._always["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to the start of each response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        is_chat = path in ("/chat", _FRAME) or path.startswith("/chat/")
        ancestors = await self._ancestors(scope) if is_chat else "'none'"

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if is_chat:
                    headers.setdefault("Permissions-Policy", _CHAT_PERMISSIONS)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", _CSP + ancestors)
                # Pages may be looked at again; what is said in a conversation may not be kept.
                headers.setdefault("Cache-Control", "no-cache" if is_chat else "no-store")
            await send(message)

        await self._app(scope, receive, marked)

    async def _ancestors(self, scope: Scope) -> str:
        """The pages that may frame the chat: those of the site that is named, and our own."""
        by_site = await self._origins.by_site()
        named = parse_qs(scope["query_string"].decode("latin-1")).get("site", [""])[0]
        return " ".join(["'self'", *sorted(by_site.get(named, ()))])
