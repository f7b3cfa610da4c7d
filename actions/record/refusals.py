"""Why a look-up does not go on yet, and what the citizen can do about it."""

from __future__ import annotations

from collections.abc import Mapping

from actions.knowledge.answers import Knowledge
from actions.talk import cards
from actions.talk.errors import SignInFirst, Unanswerable


class SignInAgain(Unanswerable):
    """The citizen signed in too long ago for this."""

    response = "utter_sign_in_again"

    def __init__(self, reason: str, slots: Mapping[str, str | None]) -> None:
        super().__init__()
        self.card = {"type": "sign_in", "reason": reason}
        self.slots = dict(slots)


class SignInHigher(SignInAgain):
    """The citizen is not known surely enough for this."""

    response = "utter_sign_in_higher"

    def __init__(self, reason: str, slots: Mapping[str, str | None]) -> None:
        super().__init__("step_up", slots)


class SignedOutMeanwhile(SignInFirst):
    """The citizen was signed out, elsewhere perhaps, while the registries were asked."""

    response = "utter_signed_out_meanwhile"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, {"pending": None})


class ConsentFirst(Unanswerable):
    """The citizen has not agreed yet that registries are asked about them."""

    response = "utter_ask_consent"

    def __init__(self, knowledge: Knowledge, slots: Mapping[str, str | None]) -> None:
        super().__init__()
        phrases = knowledge.phrases
        places = (region.short for region in knowledge.regions.values() if region.registry)
        self.details = {"places": phrases.listed(places)}
        words: Mapping[str, str] = phrases.words["record"]["choices"]
        self.card = cards.choices(
            [
                cards.choice(words["agree"], "agree_to_look_ups"),
                cards.choice(words["refuse"], "refuse_look_ups"),
            ]
        )
        self.slots = dict(slots)


class NotAuthorised(Unanswerable):
    """Nobody lets this citizen see that record, or not any more."""

    response = "utter_not_authorised"
