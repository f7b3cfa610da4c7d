"""How each item stands: by the labelled samples, and by what citizens say of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from console.quality import measures
from console.quality.measures import Share, share
from records.questions import samples, tallies
from records.questions.tallies import Span

# So far back samples and feedback count.
BACK = timedelta(days=84)
# An item is low where even the upper end of the 95 % interval is below this, …
LOW = 0.8
# …and never because of one or two people.
LEAST = 3


@dataclass(frozen=True)
class Standing:
    """Two shares of one item; one without questions says nothing."""

    item: str
    right: (
        Share  # of the labelled questions about it or answered with it: answered with it, rightly
    )
    liked: Share  # of the words on it: that it helped

    @property
    def upper(self) -> float:
        """The upper end of the worse of those that rest on enough."""
        return min((one.high for one in (self.right, self.liked) if one.of >= LEAST), default=1.0)


async def low(db: AsyncConnection, today: date) -> dict[str, Standing]:
    """The items that score low, the worst first."""
    labelled = {one.item: one for one in measures.scores(await samples.judged(db, today - BACK))}
    said = {one.name: one for one in await tallies.by(db, "item", Span(today - BACK, today))}
    found: list[Standing] = []
    for item in sorted({*labelled, *said}):
        score, words = labelled.get(item), said.get(item)
        right = share(score.found, score.asked + score.given - score.found) if score else None
        liked = share(words.helpful, words.helpful + words.unhelpful) if words else None
        found.append(Standing(item, right or share(0, 0), liked or share(0, 0)))
    return {one.item: one for one in sorted(found, key=lambda one: one.upper) if one.upper < LOW}
