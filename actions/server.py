"""The web server of the action protocol: what the engine calls, and nothing more.

rasa-sdk's own server allows every origin and answers an error with the whole request; this
one has no CORS and never repeats what it was sent.
"""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Mapping
from typing import Any

import ujson
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from actions.access.authorise import (
    AuthoriseOther,
    GiveAuthorisation,
    RevokeAuthorisation,
    ShowAuthorisations,
)
from actions.access.by_code import NotifyBySms, RegisterPhone, SignInByCode, StopSms
from actions.access.consent import AgreeToLookUps, RefuseLookUps
from actions.access.for_other import LookUpFor, LookUpForOther
from actions.access.sign_in import SignedIn, SignIn, SignOut
from actions.answer_question import AnswerQuestion
from actions.ask_back import AskBack
from actions.certificates.action import GetCertificate
from actions.estimates.flexible import EstimateFlexible
from actions.estimates.maternity import EstimateMaternity
from actions.estimates.pension import EstimatePension
from actions.estimates.unemployment import EstimateUnemployment
from actions.exchange import schemas
from actions.exchange.conversation import (
    ApplyForCoverage,
    ApplyForTransfer,
    ExchangeStatus,
    ExchangeStep,
)
from actions.go_on import GoOn
from actions.hand_over import CallForHelp, HandOver
from actions.look_ups.accounts import LookUpAccounts
from actions.look_ups.benefits import LookUpBenefits
from actions.look_ups.check_record import CheckRecord
from actions.look_ups.contributions import LookUpContributions
from actions.look_ups.enrolment import LookUpEnrolment
from actions.look_ups.injury import LookUpInjury
from actions.look_ups.social_card import LookUpCard
from actions.look_ups.transfers import LookUpTransfers
from actions.look_ups.unemployment import LookUpUnemployment
from actions.not_covered import SayNotCovered
from actions.privacy.action import EraseMyData, ExportMyData, PrivacyStep
from actions.retirement_age import RetirementAge
from actions.say_again import SayAgain, SayPhone, SaySimply, SaySource
from actions.talk.guarded import CitizenAction
from actions.talk.parts import Parts
from records.watch.logs import CONVERSATION

log = logging.getLogger(__name__)

# The engine hands over the last two turns: a few kilobytes.
LARGEST_CALL = 1_000_000
_OURS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")

ACTIONS = (
    AgreeToLookUps,
    AnswerQuestion,
    ApplyForCoverage,
    ApplyForTransfer,
    AskBack,
    CheckRecord,
    EraseMyData,
    ExchangeStatus,
    ExchangeStep,
    ExportMyData,
    GetCertificate,
    EstimateFlexible,
    EstimateMaternity,
    EstimatePension,
    EstimateUnemployment,
    AuthoriseOther,
    GiveAuthorisation,
    RevokeAuthorisation,
    ShowAuthorisations,
    NotifyBySms,
    RegisterPhone,
    SignInByCode,
    StopSms,
    LookUpFor,
    LookUpForOther,
    GoOn,
    CallForHelp,
    HandOver,
    LookUpAccounts,
    LookUpBenefits,
    LookUpCard,
    LookUpContributions,
    LookUpEnrolment,
    LookUpInjury,
    LookUpTransfers,
    LookUpUnemployment,
    PrivacyStep,
    RefuseLookUps,
    RetirementAge,
    SayAgain,
    SayNotCovered,
    SaySimply,
    SayPhone,
    SaySource,
    SignIn,
    SignOut,
    SignedIn,
)


def create(parts: Parts, name: str = "wenbao_actions") -> Sanic[Any, Any]:
    """The server with every action; what is slow the first time is done before it is asked."""
    schemas.load()
    actions: dict[str, CitizenAction] = {one.action: one(parts) for one in ACTIONS}
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LARGEST_CALL

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        return json({"status": "ok"})

    @app.get("/actions")
    async def names(request: Request) -> HTTPResponse:
        return json([{"name": name} for name in actions])

    @app.post("/webhook")
    async def run(request: Request) -> HTTPResponse:
        return await _run(actions, request)

    @app.exception(Exception)
    async def fail(request: Request, problem: Exception) -> HTTPResponse:
        status = problem.status_code if isinstance(problem, SanicException) else 500
        log.error("request failed: %s", type(problem).__name__)
        return json({"error": "request_failed"}, status=status)

    @app.after_server_start
    async def settle(app: Sanic[Any, Any]) -> None:
        # The collector passes over what is loaded now: knowledge and code stay.
        gc.collect()
        gc.freeze()

    @app.after_server_stop
    async def close(app: Sanic[Any, Any]) -> None:
        await parts.close()

    return app


async def _run(actions: Mapping[str, CitizenAction], request: Request) -> HTTPResponse:
    """One call; the SDK's executor would check and copy anew what our actions made themselves."""
    called = request.json
    if not isinstance(called, dict) or "tracker" not in called:
        return json({"error": "bad_request"}, status=400)
    name = called.get("next_action")
    if not name:
        return empty()
    if name not in actions:
        return json({"error": "no_such_action", "action_name": name}, status=404)
    dispatcher, tracker = CollectingDispatcher(), Tracker.from_dict(called["tracker"])
    # No action of ours reads the domain; the SDK wants it to be there.
    domain = called.setdefault("domain", {})
    thread = CONVERSATION.set(_thread(tracker))
    try:
        events = await actions[name].run(dispatcher, tracker, domain)
    finally:
        CONVERSATION.reset(thread)
    said = {"events": events, "responses": dispatcher.messages}
    return HTTPResponse(ujson.dumps(said), content_type="application/json")


def _thread(tracker: Tracker) -> str:
    """The conversation for the log, if its name is one of ours: another may be anything."""
    name = str(tracker.sender_id)
    return name if _OURS.fullmatch(name) else ""
