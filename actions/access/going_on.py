"""What goes on after a sign-in: the look-ups, and what else waits for one."""

from __future__ import annotations

from collections.abc import Mapping

from actions.access import authorise, by_code, for_other
from actions.look_ups.own_record import LOOK_UPS, LookUp

GOING_ON: Mapping[str, LookUp] = {
    **LOOK_UPS,
    authorise.AUTHORISE: authorise.ask_whom,
    authorise.SHOW: authorise.show,
    for_other.FOR_OTHER: for_other.offer,
    by_code.REGISTER: by_code.ask_phone,
    by_code.NOTIFY: by_code.ask_notice_phone,
    by_code.STOP: by_code.stop_sms,
}
