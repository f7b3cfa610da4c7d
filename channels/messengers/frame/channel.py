"""What a channel is: how it sends, and how much at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.replies import Offer
from records.delivery.threads import Thread

if TYPE_CHECKING:
    from channels.doors import Parts


@dataclass(frozen=True)
class Style:
    """How messages to a provider look."""

    most: int  # the size of one message
    measure: Literal["bytes", "characters"] = "bytes"
    bundle: int = 1  # events that may go in one message
    buttons: bool = False  # choices are tapped; without, they are numbered
    windowed: bool = False  # only so many messages, so long after the citizen wrote


@dataclass(frozen=True)
class Part:
    """One message to a provider. The text alone suffices; links and numbers are in it."""

    text: str
    choices: tuple[Offer, ...] = ()
    link: str | None = None
    handoff: bool = False  # it says that a person takes over


class Channel(Protocol):
    """One messenger. Its routes are a module's `router`; they are listed in `registry.py`."""

    name: str
    style: Style

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to the provider, or raise one of `failures`.

        `key` is the same for each try of the same message: 32 characters of [0-9a-z].
        """

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """Tell the citizen by other means that something waits; nothing where there is none."""


@runtime_checkable
class Running(Protocol):
    """A channel that does something by itself, such as keeping a stream open."""

    def start(self, parts: Parts) -> None:
        """Begin, in the background."""

    async def stop(self) -> None:
        """End it."""


@runtime_checkable
class Proving(Protocol):
    """A messenger that can say whose browser opens a page, so that links cannot be passed on."""

    def way_to_prove(self, account: Account, state: str, back: str) -> str | None:
        """Where the browser goes to be known; None when the account may not ask for it."""

    async def proven_by(self, account: Account, code: str) -> tuple[str, bool]:
        """Who it is at the provider, and whether that is a real user."""
