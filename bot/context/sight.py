"""What a message shows after the question before it, and the decision that follows from both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.context.asking import PLAIN, asked, asks_all, names_no_matter
from bot.context.lines import Heard
from bot.context.said import Said
from bot.context.signs import LEAST_LOG, Sight, signs, signs_of_nobody
from bot.context.telling import scheme_of, tells_years
from bot.context.weights import (
    IN_CONTEXT,
    UNCLEAR_WAY,
    Before,
    Context,
    chances,
    offered,
    settled,
    stands,
)
from bot.entities.kinds import insurances
from bot.ranking.classifier import softmax
from bot.ranking.decision import Decision
from bot.ranking.model import Model
from bot.ranking.rivals import ESTIMATES
from bot.ranking.wordings import Ranked
from bot.text.features import Row
from bot.text.sentence_vectors import SentenceVectors

# Whoever has just seen his record and asks what we would answer with how to see it.
CHECK_RECORD = "check_record"
# A text's n-grams and its vector.
Seen = tuple[Row, np.ndarray]
# What asks for one's own record ("交了几年", "办到哪一步了", "批了没"), and what asks how.
_OWN = re.compile(
    r"查|帮我|帮忙|[看瞅瞧][看瞅瞧一]?[看瞅瞧下]|[了上到批来账过下交发][没冇]|交没交|有没有"
    r"|多少|几[年个]|哪一?步|还剩|余额|进度|到账"
)
_HOW = re.compile(r"[怎咋如]|在?哪(?:里|儿|个)?[看查能可]|我是?问|我不是")
# Where to go and what to bring is told by no record: "那我去哪登记 带啥".
_WHERE = re.compile(
    r"[去到在]哪|哪[里儿]办|带(?:些|点)?(?:啥|什么|哪)|要(?:啥|什么|哪些)(?:材料|手续|证)"
)
# An item that was answered before, and of which no line stands out, is offered below this chance
# and not told once more: "火星上的社保怎么交给外星人的猫" after a lost card has 0.81. By hand.
SURE_WITHOUT_LINE = 0.85
AUTHORISE = "authorise_other"
_LOOKS_IN = re.compile(r"授权|[看查]|记录|登录|帮我管")
# What asks to have something counted.
_COUNT = re.compile(r"[算估测]|estimat|calculat")
# What asks whether something holds.
_HOLDS = re.compile(
    r"是不是就|算不算|[能可该会][不否][能可该会]|还[能可会该].{0,8}[吗不么嘛]|会.{0,6}吗$"
)
# Who names the years himself tells a circumstance, but for one who wants them looked up.
# From this chance on a message that names another insurance is about that; by hand.
SURE_ALONE = 0.8
_ASKS = re.compile(r"多少|几[个年月天]|怎么[交缴领算查]")
_LOOK = re.compile(r"查|帮我|帮忙|看看|看下|瞅瞅")


def decide_after(
    model: Model,
    alone: Decision,
    text: str,
    words: Sequence[str],
    vectors: SentenceVectors,
    before: Before,
) -> Decision:
    """The decision on a normalised text; `alone` is that on the text by itself."""
    items, context = model.wordings.items, model.context
    if context is None or before.item not in items:
        return alone
    how = context.own.how if before.own else ()
    if before.shown and alone.decision == "answer" and alone.answers[0][0] in how:
        return replace(alone, decision="lookup", intent=CHECK_RECORD, answers=(), way=IN_CONTEXT)
    decision = alone
    if not clear_by_itself(alone, text, before):
        sight = sight_after(model, text, words, vectors, before)
        place = items.index(before.item)
        of_items = signs(sight, items, place, context.neighbours)
        never = {*how, before.item} if before.denied else {*how}
        denied = [number for number, item in enumerate(items) if item in never]
        found = chances(context, of_items, signs_of_nobody(sight, of_items, alone), denied)
        decision = settled(without(alone, before), found, items, context)
        if decision.decision == "lookup" and (_WHERE.search(text) or _of_a_rule(text)):
            decision = replace(offered(found, items), beside=alone.intent)
        if decision.decision == "clarify" and alone.intent.startswith(ESTIMATES):
            decision = replace(decision, beside=alone.intent)
    return to_the_point(model, decision, text, words, vectors, before.item)


def to_the_point(
    model: Model,
    decision: Decision,
    text: str,
    words: Sequence[str],
    vectors: SentenceVectors,
    before: str = "",
) -> Decision:
    """An answer with what of it fits just this text, as far as its vector is known by now.

    Where the item was answered `before` that is said alone, else beside the short answer.
    """
    context = model.context
    if decision.decision != "answer" or context is None or not (context.lines and context.said):
        return decision
    item = decision.answers[0][0]
    if item != before and decision.way not in (UNCLEAR_WAY, IN_CONTEXT):
        return decision
    about, kept = model.subject(text, words)
    vector = model.wordings.space.place(vectors.one(about))
    find = context.lines.fitting if item == before else context.lines.beside
    fit = find(item, Heard(model.row(about, kept), vector, asked(text)), context.said)
    if fit.vague and decision.way == IN_CONTEXT and decision.confidence < SURE_WITHOUT_LINE:
        return replace(decision, decision="clarify", intent="unclear")
    return replace(decision, lines=fit.lines, unsaid=fit.unsaid, vague=fit.vague)


def clear_by_itself(alone: Decision, text: str, before: Before) -> bool:
    """Whether nothing that was said before has a say in this."""
    if alone.way == UNCLEAR_WAY and alone.intent.startswith(ESTIMATES):
        return bool(_COUNT.search(text))  # "他缴了28年 领了9年 能领多少个月" goes on
    if alone.way == UNCLEAR_WAY and alone.intent == AUTHORISE:
        return bool(_LOOKS_IN.search(text))  # "我儿子替我去领行吗" lets nobody look into a record
    if _of_another_insurance(alone, text, before):
        return True  # "我月薪八千五，个人养老交多少" right after an injury
    return stands(alone, before) or asks_for_own(alone, text)


def _of_another_insurance(alone: Decision, text: str, before: Before) -> bool:
    """Whether it asks, and surely so by itself, about an insurance that was not spoken of."""
    if alone.decision != "answer" or alone.confidence < SURE_ALONE or not _ASKS.search(text):
        return False
    now, then = ({one.value for one in insurances(told)} for told in (text, before.text))
    return bool(now and then) and not now & then


def asks_for_own(alone: Decision, text: str) -> bool:
    """Whether a look-up is asked for in so many words, and no circumstance told: "我才交了三年"."""
    own = alone.decision == "lookup" and _OWN.search(text) and not _HOW.search(text)
    return bool(own) and (not tells_years(text) or bool(_LOOK.search(text)))


def _of_a_rule(text: str) -> bool:
    """Whether it asks what holds, and for nothing of one's own: "失业金是不是就没了"."""
    holds = _HOLDS.search(text) or asked(text) & PLAIN
    return bool(holds) and not _OWN.search(text)


def without(alone: Decision, before: Before) -> Decision:
    """The decision whose choices leave out what was said not to be meant."""
    if not before.denied or alone.decision != "clarify":
        return alone
    others = tuple(one for one in alone.answers if one[0] != before.item)
    return replace(alone, answers=others)


def sight_after(
    model: Model,
    text: str,
    words: Sequence[str],
    vectors: SentenceVectors,
    before: Before,
    but: np.ndarray | None = None,
) -> Sight:
    """What is weighed; messages of talks that are marked in `but` have no part in it.

    The vector of texts that belong together is the mean of theirs: no new one is made.
    """
    about, kept = model.subject(text, words)
    vector, row = vectors.one(about), model.row(about, kept)
    told, items = model.context, model.wordings.items
    place, story = model.wordings.space.place(vector), before.story or before.text
    story_seen = _alone_seen(model, story, vectors)
    both = {one: _together(model, one, text, words, vectors) for one in {before.text, story}}
    talks = _of_talks(model, (row, place), story_seen, but)
    return Sight(
        length=len(text),
        asks=asks_all(text),
        goes_on=bool(asked(text)) and names_no_matter(text),
        intents=model.intents(model.row(text, words), vector),
        alone=_logarithms(_ranked(model, row, vector), model),
        together=_logarithms(both[before.text], model),
        near=model.wordings.middles @ place,
        said=_nearest(told.said if told else None, row, place, items),
        lines=_nearest(told.lines.seen if told and told.lines else None, row, place, items),
        story=_logarithms(_ranked(model, *story_seen), model),
        story_now=_logarithms(both[story], model),
        talks=talks[0],
        talks_nobody=talks[1],
        after=_after(told, before.item, items, but),
        middles=model.wordings.middles,
        scheme=_scheme(text, before),
        told=(len(before.story), len(before.text), story == before.text),
    )


def _alone_seen(model: Model, story: str, vectors: SentenceVectors) -> Seen:
    about = model.subject(story, ())[0]
    return model.row(about, ()), vectors.one(about)


def _after(
    told: Context | None, item: str, items: tuple[str, ...], but: np.ndarray | None
) -> np.ndarray:
    """How often each item was wanted after this one, and at all, where talks tell it."""
    return told.talks.wanted(item, items, but) if told and told.talks else np.zeros((len(items), 2))


def _scheme(text: str, before: Before) -> str:
    """The scheme that was told last."""
    told = (scheme_of(one) for one in (text, before.text, before.story))
    return next((one for one in told if one), "")


def _of_talks(
    model: Model, message: Seen, story: Seen, but: np.ndarray | None
) -> tuple[np.ndarray, float]:
    """What talks tell of a message, placed already, in its story."""
    told, items = model.context, model.wordings.items
    if not (told and told.talks):
        return np.zeros(len(items)), 0.0
    row, vector = story
    return told.talks.nearness(message, (row, model.wordings.space.place(vector)), items, but)


def _together(
    model: Model, first: str, text: str, words: Sequence[str], vectors: SentenceVectors
) -> Ranked:
    """Ranked by what was said first and the text together."""
    both, kept = model.subject(f"{first}，{text}", words)
    mean = vectors.one(model.subject(first, ())[0]) + vectors.one(model.subject(text, words)[0])
    return _ranked(model, model.row(both, kept), mean / np.linalg.norm(mean))


def _nearest(told: Said | None, row: Row, place: np.ndarray, items: tuple[str, ...]) -> np.ndarray:
    return told.nearness(row, place, items) if told else np.zeros(len(items))


def _ranked(model: Model, row: Row, vector: np.ndarray) -> Ranked:
    wordings = model.wordings
    place = wordings.space.place(vector)
    return wordings.rank_by(wordings.word_nearness(row), wordings.middles @ place, place)


def _logarithms(ranked: Ranked, model: Model) -> np.ndarray:
    """Of the probability of each item; what was not looked at is as unlikely as can be."""
    found = np.full(len(model.wordings.items), LEAST_LOG)
    likely = np.maximum(softmax(model.sharpness * ranked.alike), np.exp(LEAST_LOG))
    found[ranked.items] = np.log(likely)
    return found
