"""What is gone on with after a sign-in, a consent or a choice: each look-up by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from actions.certificates import action as certificate
from actions.exchange import conversation, following, handling
from actions.look_ups import (
    accounts,
    benefits,
    check_record,
    contributions,
    enrolment,
    injury,
    social_card,
    transfers,
    unemployment,
)
from actions.privacy import action as privacy
from actions.talk.parts import Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records.exchange.cases import COVERAGE, TRANSFER

LookUp = Callable[[Parts, Turn], Awaitable[list[Reply]]]
LOOK_UPS: Mapping[str, LookUp] = {
    contributions.CONTRIBUTIONS: contributions.look_up,
    enrolment.SERVICE.name: enrolment.look_up,
    accounts.SERVICE.name: accounts.look_up,
    benefits.SERVICE.name: benefits.look_up,
    unemployment.SERVICE.name: unemployment.look_up,
    transfers.SERVICE.name: transfers.look_up,
    social_card.SERVICE.name: social_card.look_up,
    injury.SERVICE.name: injury.look_up,
    check_record.SERVICE.name: check_record.look_up,
    certificate.SERVICE.name: certificate.go_on_with_certificate,
    COVERAGE: conversation.apply_for_coverage,
    TRANSFER: conversation.apply_for_transfer,
    handling.STATUS: following.status,
    privacy.EXPORT: privacy.export_my_data,
    privacy.ERASE: privacy.ask_before_erasing,
}
