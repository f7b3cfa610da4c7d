"""What is refused to messengers and to who opens a link from one."""

from __future__ import annotations

from channels.refusals import GatewayError


class BadSignature(GatewayError):
    """The call does not prove that it comes from the provider."""

    status = 403
    code = "bad_signature"


class StaleCall(GatewayError):
    """The call was signed too long ago, or will be in future."""

    status = 403
    code = "stale_call"


class MalformedCall(GatewayError):
    """The call is proven, but it is not what the provider sends."""

    status = 400
    code = "malformed_call"


class NotYourLink(GatewayError):
    """The link was sent to somebody else in the messenger."""

    status = 403
    code = "not_your_link"


class NoRealUser(GatewayError):
    """The messenger shows the page to a stand-in for a user, who could be anybody."""

    status = 403
    code = "no_real_user"


class MessengerAway(GatewayError):
    """The messenger does not tell who the user is."""

    status = 503
    code = "messenger_away"
