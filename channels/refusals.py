"""Requests that the gateway does not serve: each a named fact with the status its caller sees.

The sentence that goes with a code is in `data/knowledge/notices.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping


class GatewayError(Exception):
    """A request the gateway will not serve."""

    status = 500
    code = "internal"

    def __init__(
        self, *, retry_after: int | None = None, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(self.code)
        self.retry_after = retry_after
        self.details = details or {}  # for programs, beside code and sentence


class NoToken(GatewayError):
    """No bearer token came with the request."""

    status = 401
    code = "no_token"


class NoConversation(GatewayError):
    """There is none with this id and this token; which of both is wrong stays our secret."""

    status = 404
    code = "no_conversation"


class NoEvent(GatewayError):
    """The conversation has no event with this number."""

    status = 404
    code = "no_event"


class NotFound(GatewayError):
    """Nothing is here."""

    status = 404
    code = "not_found"


class UnknownSite(GatewayError):
    """The site is not registered."""

    status = 404
    code = "unknown_site"


class OriginRefused(GatewayError):
    """The page that asks may not embed this site's chat."""

    status = 403
    code = "origin_refused"


class UnknownRegion(GatewayError):
    """Neither a region's code nor its name."""

    status = 422
    code = "unknown_region"


class UnknownChoice(GatewayError):
    """We never offered this choice in this conversation."""

    status = 422
    code = "unknown_choice"


class EmptyText(GatewayError):
    """Nothing legible is left of the text."""

    status = 422
    code = "empty_text"


class TooLongText(GatewayError):
    """The text is longer than a message may be."""

    status = 422
    code = "too_long_text"


class DownloadGone(GatewayError):
    """The link to a file is unknown or too old."""

    status = 410
    code = "download_gone"


class BadField(GatewayError):
    """What was filled into a form is not what the form asked for."""

    status = 422
    code = "bad_field"


class NotAnAnswer(GatewayError):
    """Only answers of ours can be helpful or not."""

    status = 422
    code = "not_an_answer"


class AnotherBody(GatewayError):
    """The same client_id came with different content."""

    status = 409
    code = "another_body"


class TooMany(GatewayError):
    """More than the agreed number in a minute."""

    status = 429
    code = "too_many"


class TooManyWaiting(GatewayError):
    """More requests wait for news than we hold open."""

    status = 503
    code = "too_busy"


class TooManyLinks(GatewayError):
    """The conversation asked for more sign-in links a minute than a person needs."""

    status = 429
    code = "too_many_links"


class WorkNeeded(GatewayError):
    """The browser has to work first before yet another code is sent; its details say what."""

    status = 428
    code = "work_needed"


class TooManyCodes(GatewayError):
    """The phone or the address got enough codes for now."""

    status = 429
    code = "too_many_codes"


class WrongCode(GatewayError):
    """The code is wrong, old, used, void, or there is none: which of these stays our secret."""

    status = 422
    code = "wrong_code"


class SmsAway(GatewayError):
    """Nobody sends codes here."""

    status = 503
    code = "sms_away"


class NoNotices(GatewayError):
    """The site has no account that sends notices by SMS."""

    status = 404
    code = "no_notices"


class SignInFirst(GatewayError):
    """Nobody is signed in surely and freshly enough for this."""

    status = 403
    code = "sign_in_first"


class LinkNotValid(GatewayError):
    """The sign-in link, or the trip that it began, is unknown, used, or too old."""

    status = 410
    code = "link_not_valid"


class OtherBrowser(GatewayError):
    """The answer of the identity provider came in a browser that did not open the link."""

    status = 403
    code = "other_browser"


class NotAPage(GatewayError):
    """A sign-in link is a page of its own: no frame, no image, no script opens it."""

    status = 403
    code = "not_a_page"


class MalformedReturn(GatewayError):
    """The browser did not come back from the identity provider as one does."""

    status = 400
    code = "malformed_return"


class Declined(GatewayError):
    """The citizen, or the identity provider, ended the sign-in."""

    status = 403
    code = "declined"


class NotProven(GatewayError):
    """What the identity provider said does not prove who is signing in."""

    status = 403
    code = "not_proven"


class LevelTooLow(GatewayError):
    """The citizen is not known surely enough."""

    status = 403
    code = "level_too_low"


class NotSureEnough(LevelTooLow):
    """The citizen is known surely enough for look-ups, as it may be, but not for this act."""

    code = "not_sure_enough"


class SignInTooOld(GatewayError):
    """The citizen signed in at the provider too long ago."""

    status = 403
    code = "sign_in_too_old"


class AnotherCitizen(GatewayError):
    """The conversation belongs to another citizen already, for its whole life."""

    status = 409
    code = "another_citizen"


class IdentityAway(GatewayError):
    """The identity provider cannot be reached or does not answer as it should."""

    status = 503
    code = "identity_away"


class BadLogoutToken(GatewayError):
    """The token with which the provider signs somebody out is not valid, or came before."""

    status = 400
    code = "bad_logout_token"
