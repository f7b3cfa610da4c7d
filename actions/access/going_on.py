"""What goes on after a sign-in or a consent: the look-ups, and what else waits for one."""

from __future__ import annotations

from collections.abc import Mapping

from actions.access import authorise, by_code, for_other
from actions.exchange import conversation
from actions.look_ups.own_record import LOOK_UPS, LookUp

GOING_ON: Mapping[str, LookUp] = {
    **LOOK_UPS,
    # Not among the look-ups: a word in between must not take a step, a sign-in for it may.
    conversation.STEP: conversation.go_on_with_step,
    authorise.AUTHORISE: authorise.give,
    authorise.SHOW: authorise.show,
    for_other.FOR_OTHER: for_other.offer,
    by_code.REGISTER: by_code.ask_phone,
    by_code.NOTIFY: by_code.ask_notice_phone,
    by_code.STOP: by_code.stop_sms,
}


def waiting(pending: str | None) -> LookUp | None:
    """What the slot `pending` stands for; behind a slash it may say more."""
    return GOING_ON.get((pending or "").partition("/")[0])
