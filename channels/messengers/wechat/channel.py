"""Sends to WeChat: customer-service messages, notices when no window is open, typing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import QuotaUsed
from channels.messengers.frame.shared import Shared
from channels.messengers.wechat.client import Client, base
from channels.messengers.wechat.joining import Joined
from records.database import each_at_once
from records.delivery import consents, threads
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

if TYPE_CHECKING:
    from channels.doors import Parts
    from channels.messengers.wechat.staff import Transfer

OPEN = "https://open.weixin.qq.com"
# The limit is 2048 bytes; some are left for what WeChat itself may add.
MOST_BYTES = 2040
MOST_OF_A_CARD = 200
MOST_EVENTS = 20
# What tells a citizen who may not be sent answers now; where, and how its link is called there.
TEMPLATE, SUBSCRIPTION = "template", "subscription"
NOTICES = {
    TEMPLATE: ("/cgi-bin/message/template/send", "url"),
    SUBSCRIPTION: ("/cgi-bin/message/subscribe/bizsend", "page"),
}


class WeChat:
    """The channel `wechat`."""

    name = "wechat"
    style = Style(most=MOST_BYTES, bundle=MOST_EVENTS, windowed=True)

    def __init__(self, shared: Shared) -> None:
        self.client = Client(shared.database, shared.settings.key, shared.http)
        self.joined: Joined[Part | Transfer | None] = Joined()
        self._at_once = each_at_once(shared.database)
        self._index_key = shared.settings.index_hash_key
        self._phrases = shared.phrases

    def start(self, parts: Parts) -> None:
        """Nothing of its own: WeChat calls."""

    async def stop(self) -> None:
        """Leave no request half answered behind."""
        await self.joined.stop()

    def can_push(self, account: Account) -> bool:
        """Whether the account has the right to send customer-service messages."""
        return bool(account.settings.get("customer_service", True))

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one customer-service message to WeChat, which knows no idempotency key."""
        if not self.can_push(account):
            raise QuotaUsed("answers_only")
        kind, content = self.content(part)
        if kind == "news":
            content = {"articles": [content]}
        told = {"touser": thread.external, "msgtype": kind, kind: content}
        await self.client.post(account, "/cgi-bin/message/custom/send", told)

    def content(self, part: Part) -> tuple[str, dict[str, Any]]:
        """A message as WeChat has it: a link card where a link is the point, else text."""
        words = part.text.replace(part.link, "").strip() if part.link else ""
        if part.link is None or len(words) > MOST_OF_A_CARD:
            return "text", {"content": part.text}
        title = self._phrases.labels["link_title"]
        return "news", {"title": title, "description": words, "url": part.link, "picurl": ""}

    async def typing(self, account: Account, thread: Thread) -> None:
        """Show the citizen that we are at it."""
        told = {"touser": thread.external, "command": "Typing"}
        await self.client.post(account, "/cgi-bin/message/custom/typing", told)

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """Tell by a notice, where the citizen agreed or need not agree, that we answered."""
        notice = account.settings.get("notices", {}).get("answered")
        if isinstance(notice, dict) and (
            notice.get("by") == TEMPLATE or await self._agreed(account, thread, notice)
        ):
            await self.notify(account, thread, notice)

    async def notify(self, account: Account, thread: Thread, notice: dict[str, Any]) -> None:
        """Send a template message, or a long-term subscription notice."""
        path, link = NOTICES[TEMPLATE if notice.get("by") == TEMPLATE else SUBSCRIPTION]
        told = {
            "touser": thread.external,
            "template_id": notice["template"],
            "data": {name: {"value": text} for name, text in notice.get("data", {}).items()},
        }
        if notice.get("page"):
            told[link] = notice["page"]
        await self.client.post(account, path, told)

    async def set_menu(self, account: Account, menu: dict[str, Any]) -> None:
        """Replace the account's menu."""
        await self.client.post(account, "/cgi-bin/menu/create", menu)

    def way_to_prove(self, account: Account, state: str, back: str) -> str | None:
        """Where a browser in WeChat proves whose it is; None when the account may not ask."""
        if not account.settings.get("oauth"):
            return None
        query = {
            "appid": account.settings.get("appid", ""),
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        address = base(account, "open", OPEN)
        return f"{address}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"

    async def proven_by(self, account: Account, code: str) -> tuple[str, bool]:
        """The openid behind a code, and whether a real user looks at the page."""
        told = await self.client.get(
            account,
            "/sns/oauth2/access_token",
            appid=str(account.settings.get("appid", "")),
            secret=account.secrets.get("app_secret", ""),
            code=code,
            grant_type="authorization_code",
        )
        return str(told.get("openid", "")), not told.get("is_snapshotuser")

    async def note_consent(
        self, account: Account, openid: str, template: str, accepted: bool
    ) -> None:
        """Keep what a citizen says about a notice."""
        index = threads.index_of(self._index_key, account.id, openid)
        async with self._at_once.connect() as db:
            await consents.note(db, account.id, index, template, accepted, datetime.now(UTC))

    async def _agreed(self, account: Account, thread: Thread, notice: dict[str, Any]) -> bool:
        index = threads.index_of(self._index_key, account.id, thread.external)
        async with self._at_once.connect() as db:
            return await consents.given(db, account.id, index, str(notice.get("template")))
