"""Whether a message, said when we asked whether registries may be looked into, is a yes or a no.

A yes in other words ("嗯 查吧") has to be heard, for whoever says it waits for his record. Only
what says nothing else is one: "为什么要我同意" and "可以查到几年的" ask.
"""

from __future__ import annotations

import re

from bot.dialogue.follow_up import MOST_CHARACTERS

# The intents that a button sends, too, and those that answer any question.
AGREE, REFUSE = "agree_to_look_ups", "refuse_look_ups"
_YES, _NO = "affirm", ("deny", "decline")

_END = r"[的了吧呀啊哦嘛呗,，。!！ ]*"
_YES_WORDS = rf"(?:(?:好的?|行|可以|中|要得|嗯+|没问题|ok|同意|授权){_END}){{1,3}}"
_LOOK = r"(?:(?:你|您)?(?:去|帮我)?[查看](?:一?下)?|麻烦(?:你|您)?了?|谢谢(?:你|您)?)*"
_GO_ON = r"(?:你|您)?(?:就|尽管|可以|赶紧|快)?查[吧呀啊嘛呗]"
_HAS_AGREED = r"(?:我|俺)?(?:不是)?(?:都|已经|就)?(?:同意|授权)(?:了|你|您|查|的|吗|啊|呀|嘛)*"
_AGREES = re.compile(
    rf"{_YES_WORDS}{_LOOK}{_END}|{_GO_ON}{_END}(?:{_HAS_AGREED})?{_END}|{_HAS_AGREED}{_END}"
)
_REFUSES = re.compile(r"不(?:同意|要查|让查|想让|可以|行|准|愿)|别查|拒绝")


def consented(spelled: str, intent: str) -> str:
    """`AGREE` or `REFUSE`; nothing where a normalised text says neither.

    `intent` is what it says by itself.
    """
    if len(spelled) > MOST_CHARACTERS:
        return ""
    if intent in _NO or _REFUSES.search(spelled):
        return REFUSE
    return AGREE if intent == _YES or _AGREES.fullmatch(spelled) else ""
