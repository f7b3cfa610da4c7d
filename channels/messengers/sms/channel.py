"""Sends notices by SMS: a fixed text that the provider approved, and nothing of the citizen's."""

from __future__ import annotations

from collections.abc import Sequence

from channels.codes.provider import SmsFailed, SmsRefused, open_sms
from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import Permanent, Retryable
from channels.messengers.frame.shared import Shared
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

# Whatever waits for a citizen is one message, which says that there is news.
MOST_EVENTS = 50
MOST_CHARACTERS = 100_000


class SmsNotices:
    """The channel `sms`; nobody can answer there."""

    name = "sms"
    style = Style(most=MOST_CHARACTERS, measure="characters", bundle=MOST_EVENTS)

    def __init__(self, shared: Shared) -> None:
        self._sms = open_sms(shared.settings, shared.http)

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Have the account's template sent; `key` goes with it, for the receipts."""
        try:
            await self._sms.notify(thread.external, str(account.settings["template"]), key)
        except SmsRefused as problem:
            raise Permanent(str(problem)) from problem
        except SmsFailed as problem:
            raise Retryable(str(problem)) from problem

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """An SMS may be sent at any time."""
