"""One calibrated decision from what is known about a text.

`answer` an FAQ item, `clarify` by asking back, `lookup` the own record, `human`, `chat`, or
`reject` what is not covered. Being unsure is a decision of its own, not a weak answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

FAQ = "faq"
OUT_OF_SCOPE = "out_of_scope"
# What needs the person's own record or papers.
LOOKUPS = (
    *("look_up_contributions", "look_up_enrolment", "look_up_accounts", "look_up_benefits"),
    *("look_up_unemployment", "look_up_transfers", "look_up_card", "look_up_injury"),
    *("check_record", "look_up_for_other", "get_certificate", "exchange_status"),
    *("apply_coverage_certificate", "apply_pension_transfer", "export_my_data", "erase_my_data"),
)
# What an item may be taken for by somebody who speaks of himself.
RIVALS = frozenset(
    {
        *LOOKUPS,
        "estimate_pension",
        "estimate_flexible",
        "estimate_unemployment",
        "estimate_maternity",
    }
)
_DECISIONS = {**dict.fromkeys(LOOKUPS, "lookup"), "human": "human", OUT_OF_SCOPE: "reject"}
# A look-up asks for a sign-in: not where it may as well be a question about policy.
MAYBE_POLICY = 0.25
# So surely about policy that it is ours, even where no item stands out.
SURELY_POLICY = 0.95
# From this probability on that it is a policy question at all, the items' own ones count in full.
ENOUGH_POLICY = 0.4
# The same where a look-up may be meant as well: a rule is no answer to "我交到几月了".
ENOUGH_BESIDE_LOOKUP = 0.8
# So little suffices to ask back where one item would be this sure of it ("骑手摔伤了", "我在北京
# 交了8年回老家怎么转"): of 900 questions about other things 8 are asked back by that.
HARDLY_POLICY, SURE_ITEM = 0.05, 0.75
# Who only tells something is asked back where one item is this sure; by hand, decision 0002.
TOLD_ITEM = 0.85
# A lead that no cosine can have.
NEVER = 9.0


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which on we answer, offer choices, and take small talk as such.

    An item that is `clear_lead` ahead by n-grams alone is right with probability `clear_sure`.
    """

    answer: float
    choices: float
    chat: float
    clear_lead: float = NEVER
    clear_sure: float = 0.0


@dataclass(frozen=True)
class Decision:
    """What to do, the intent that Rasa's rules know, and the items, best first."""

    decision: str
    intent: str
    confidence: float
    answers: tuple[tuple[str, float], ...]
    way: str = "words"  # what it took: known by heart, n-grams alone, sentence vectors
    beside: str = ""  # the look-up that may be meant as well, where we ask back
    lines: tuple[str, ...] = ()  # what of the item fits just this
    if_ours: tuple[tuple[str, float], ...] = ()  # what a rejected text tells of, if it is ours
    unsaid: bool = False  # whether the item, answered before, says nothing of what is asked on
    vague: bool = False  # whether none of its lines stands out for what is asked on


def decide(
    intents: Mapping[str, float], answers: tuple[tuple[str, float], ...], thresholds: Thresholds
) -> Decision:
    """Decide by the intents' probabilities and the items' (of those that a policy question has)."""
    best = max(intents, key=lambda name: intents[name])
    sure = intents[best]
    unsure = best in LOOKUPS and bool(answers) and intents.get(FAQ, 0.0) >= MAYBE_POLICY
    if best not in (FAQ, OUT_OF_SCOPE) and sure >= thresholds.chat and not unsure:
        return Decision(_DECISIONS.get(best, "chat"), best, sure, answers)
    if answers and answers[0][1] >= thresholds.answer:
        return Decision("answer", FAQ, answers[0][1], answers)
    likely = sum(score for _, score in answers[:3])
    if likely >= thresholds.choices or _may_be_ours(intents, answers):
        return Decision("clarify", "unclear", likely, answers, beside=_beside(intents))
    return Decision("reject", OUT_OF_SCOPE, 1.0 - likely, answers)


def told(decision: Decision, answers: tuple[tuple[str, float], ...]) -> Decision:
    """What to do with something that is told and asks for nothing: "我在工地从架子上摔下来了".

    Nothing in it says that it is about policy; where one item is that likely if it is, we ask back,
    else the actions see whether one area is.
    """
    if not answers or answers[0][1] < TOLD_ITEM:
        return replace(decision, if_ours=answers)
    return Decision("clarify", "unclear", answers[0][1], answers)


def trusted(policy: Any) -> Any:
    """How much items' probabilities count when `policy` is that of a policy question at all."""
    return np.minimum(1.0, policy / ENOUGH_POLICY)


def trusted_among(intents: Mapping[str, float]) -> float:
    """The same by the probabilities of all intents."""
    policy = intents.get(FAQ, 0.0)
    if _beside(intents):
        return min(1.0, policy / ENOUGH_BESIDE_LOOKUP)
    return float(trusted(policy))


def _may_be_ours(intents: Mapping[str, float], answers: tuple[tuple[str, float], ...]) -> bool:
    policy = intents.get(FAQ, 0.0)
    if not answers or policy >= SURELY_POLICY:
        return bool(answers)
    return policy >= HARDLY_POLICY and answers[0][1] >= SURE_ITEM * trusted_among(intents)


def _beside(intents: Mapping[str, float]) -> str:
    best = max(RIVALS, key=lambda name: intents.get(name, 0.0))
    return best if intents.get(best, 0.0) >= MAYBE_POLICY else ""
