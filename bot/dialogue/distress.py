"""Whether somebody says that they do not want to live: heard before all else, whatever they ask.

A rule and no classifier, as it may stand in any story and must never lose against a question about
benefits. That an insurance asks for suicide ("自杀算工伤吗") is a question like any other.
"""

from __future__ import annotations

import re

_IN_DISTRESS = re.compile(
    r"不想(?:再)?活(?!动)|活不(?:下去|了了)|活着(?:也|真|还)?(?:没|有)(?:什么|啥)(?:意思|用)"
    r"|活着没(?:有)?(?:意思|劲|用|盼头)|活(?:够|腻|烦)(?:了|歪)|不如死|死了(?:算了|才|就)?(?:干净|清净|解脱|算了)"
    r"|(?:真|就|都)?想死(?!亡)|(?:想|要)(?:求)?安乐死|不想(?:在|待在|留在)?(?:这个?)?世(?:界)?上"
    r"|没(?:有)?(?:活下去|活着)的?(?:勇气|意思|必要|念头)|(?:我|真的?|实在)撑不(?:下去|住)了"
    r"|(?:我|去|要|想)(?:跳楼|跳河|上吊|自尽|寻死|轻生|自杀)(?!的?(?:算|能|能不能|赔|有没有|怎么|是不是))"
    r"|结束(?:自己的?|我的?)?(?:生命|这一切)|没(?:有)?活路了?"
    r"|\bwant(?:ed)? to die\b|\bkill(?:ing)? my ?self\b|\bsuicidal\b|\bcommit suicide\b"
    r"|\bend (?:my|it) (?:life|all)\b|\b(?:do not|don't|dont) want to (?:live|be alive)\b"
    r"|\bno reason to live\b|\bbetter off dead\b|\bhurt(?:ing)? my ?self\b",
    re.IGNORECASE,
)


def in_distress(text: str) -> bool:
    """Whether a normalised text says so."""
    return bool(_IN_DISTRESS.search(text))
