"""The sentences that the gateway says itself, from `data/knowledge/notices.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channels.knowledge.written import written

# What the code says must be there; a missing sentence stops the gateway at its start.
OUTAGE = "outage"
INTERNAL = "internal"
SIGNED_IN = "signed_in"
HIDDEN = "hidden"  # the same words as in record.yml, so that nothing is blanked twice
SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"
PHONE_REGISTERED = "phone_registered"
NOTICES_ON = "notices_on"
PERSON_LEFT = "person_left"
PERSON_ENDED = "person_ended"
SIGNED_OUT = "signed_out"
SIGNED_OUT_IN_MESSENGER = "signed_out_in_messenger"


class MissingNotice(LookupError):
    """A code has no sentence."""


@dataclass(frozen=True)
class Notice:
    """A sentence for citizens: kind is refusal or message."""

    text: str
    kind: str
    phone: str | None = None


@dataclass(frozen=True)
class Notices:
    """All sentences by their code, and words that are heeded also while a person answers."""

    by_code: dict[str, Notice]
    endings: frozenset[str] = frozenset()  # of the talk with a person
    sign_outs: frozenset[str] = frozenset()

    def __getitem__(self, code: str) -> Notice:
        try:
            return self.by_code[code]
        except KeyError as problem:
            raise MissingNotice(code) from problem


def read_notices(folder: Path) -> Notices:
    """Read the file in the knowledge folder."""
    told = written(folder / "notices.yml")
    notices = {code: Notice(**fields) for code, fields in told["notices"].items()}
    return Notices(notices, frozenset(told["end_person"]), frozenset(told["sign_out"]))
