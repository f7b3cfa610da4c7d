"""Why the console does not do something: a status, and a sentence of words.yml by its code."""

from __future__ import annotations


class Refusal(Exception):
    """A request that is not served."""

    status = 400
    code = "invalid"

    def __init__(self, detail: str = "") -> None:
        super().__init__(self.code)
        self.detail = detail


class Wanted(Refusal):
    """A form that lacks something, or has it wrongly: which field, and what has to stand there."""

    code = "wanted"

    def __init__(self, what: str, **values: object) -> None:
        super().__init__()
        self.what, self.values = what, values


class SignInFirst(Refusal):
    """Nobody is signed in, or the session is over."""

    status, code = 401, "sign_in_first"


class NotYours(Refusal):
    """None of the person's roles allows it."""

    status, code = 403, "not_yours"


class Forged(Refusal):
    """The request does not come from our own page."""

    status, code = 403, "forged"


class OwnChange(Refusal):
    """Who wrote it does not approve it."""

    status, code = 403, "own_change"


class OthersWords(Refusal):
    """Part of it is by somebody else, or all."""

    status, code = 403, "others_words"


class NotFound(Refusal):
    """There is no such thing."""

    status, code = 404, "not_found"


class NoItem(Refusal):
    """No item has the number that was typed."""

    status, code = 404, "no_item"


class ChangedMeanwhile(Refusal):
    """Somebody else was quicker."""

    status, code = 409, "changed_meanwhile"


class NotAsRead(Refusal):
    """What would go live is not the version that was checked or read."""

    status, code = 409, "not_as_read"


class WrongState(Refusal):
    """The step does not lead on from here."""

    status, code = 409, "wrong_state"


class RequestEnded(Refusal):
    """A citizen's request for a person is over, or their conversation."""

    status, code = 409, "request_ended"


class TakenByOther(Refusal):
    """Somebody else speaks with this citizen."""

    status, code = 409, "taken_by_other"


class NotTaken(Refusal):
    """Who wants to answer has not taken the request, or has it no more."""

    status, code = 409, "not_taken"


class Blocked(Refusal):
    """The gate does not let it through."""

    status, code = 409, "blocked"


class NotAsked(Refusal):
    """The label is not wanted, or not any more."""

    status, code = 409, "not_asked"


class TooLarge(Refusal):
    """More than is taken."""

    status, code = 413, "too_large"


class NotReadable(Refusal):
    """A file that is not what it should be."""

    status, code = 422, "not_readable"


class NotProven(Refusal):
    """The identity provider's answer proves nothing."""

    status, code = 403, "not_proven"


class NoRole(Refusal):
    """Somebody who has nothing to do here."""

    status, code = 403, "no_role"


class IdentityAway(Refusal):
    """The identity provider does not answer."""

    status, code = 503, "identity_away"


class IndexerAway(Refusal):
    """The process that makes answer indexes does not answer."""

    status, code = 503, "indexer_away"


class Unavailable(Refusal):
    """The database does not answer."""

    status, code = 503, "unavailable"
