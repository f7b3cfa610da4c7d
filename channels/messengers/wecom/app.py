"""Applications in WeCom: members write to the application, answers come as its messages."""

from __future__ import annotations

from collections.abc import Sequence

from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import Permanent
from channels.messengers.frame.shared import Shared
from channels.messengers.wecom.client import Client
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

# WeCom cuts texts behind 2048 bytes, and the words on a card behind 512.
MOST_BYTES = 2040
MOST_ON_A_CARD = 500
MOST_EVENTS = 20


class WeCom:
    """The channel `wecom`."""

    name = "wecom"
    style = Style(most=MOST_BYTES, bundle=MOST_EVENTS)

    def __init__(self, shared: Shared) -> None:
        self._client = Client(shared)
        self._phrases = shared.phrases

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to WeCom, which knows no idempotency key for these."""
        kind, content = self._content(part)
        told = {
            "touser": thread.external,
            "msgtype": kind,
            "agentid": account.settings.get("agentid"),
            kind: content,
        }
        said = await self._client.post(account, "/cgi-bin/message/send", told)
        if said.get("invaliduser"):
            raise Permanent("unknown_user")

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """There are no windows here."""

    def _content(self, part: Part) -> tuple[str, dict[str, str]]:
        words = part.text.replace(part.link, "").strip() if part.link else ""
        if part.link is None or len(words.encode()) > MOST_ON_A_CARD:
            return "text", {"content": part.text}
        title = self._phrases.labels["link_title"]
        return "textcard", {"title": title, "description": words, "url": part.link}
