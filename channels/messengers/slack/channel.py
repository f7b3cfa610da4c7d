"""Sends to Slack's members."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from channels.messengers import calling
from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import Permanent, RateLimited, Retryable
from channels.messengers.frame.shared import Shared
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

log = logging.getLogger(__name__)

API = "https://slack.com"
# Slack recommends 4000 characters, and cuts behind 40,000.
MOST_CHARACTERS = 3900
MOST_EVENTS = 20

_BUSY = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_ALARMS = frozenset({"invalid_auth", "account_inactive", "token_revoked", "token_expired"})
_ALARMS |= {"missing_scope", "not_authed", "no_permission"}


class Slack:
    """The channel `slack`."""

    name = "slack"
    style = Style(most=MOST_CHARACTERS, measure="characters", bundle=MOST_EVENTS)

    def __init__(self, shared: Shared) -> None:
        self._http = shared.http

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to Slack, which knows no idempotency key."""
        told = {
            "channel": thread.external,
            "text": _plain(part.text),
            "mrkdwn": False,
            # Slack would open a one-time link to show what is behind it.
            "unfurl_links": False,
            "unfurl_media": False,
        }
        said = await calling.post(
            self._http,
            calling.base(account, API) + "/api/chat.postMessage",
            told,
            headers={"Authorization": f"Bearer {account.secrets['bot_token']}"},
        )
        answer = calling.read(said)
        if answer.get("ok") is True:
            return
        cause = str(answer.get("error", ""))[:60]
        if cause == "ratelimited":
            raise RateLimited("too_many_calls", calling.SECONDS_RESTING)
        if cause in _BUSY:
            raise Retryable("busy")
        if cause in _ALARMS:
            log.error("Slack needs a person", extra={"alert": True, "cause": cause})
        raise Permanent(cause or f"status_{said.status_code}")

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """There are no windows here."""


def _plain(text: str) -> str:
    """Slack reads these three characters as its own signs."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
