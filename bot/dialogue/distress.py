"""Whether somebody says that they do not want to live: heard before all else, whatever they ask.

A rule and no classifier, as it may stand in any story and must never lose against a question about
benefits. That an insurance asks for suicide ("自杀算工伤吗") is a question like any other.
"""

from __future__ import annotations

import re

_IN_DISTRESS = re.compile(
    r"不想活(?!动)|活不下去|活着(?:也|真|还)?(?:没|有)(?:什么|啥)(?:意思|用)|活着没(?:有)?(?:意思|劲|用|盼头)"
    r"|(?:真|就|都)?想死(?!亡)|死了算了|不如死|死了(?:才|就)?(?:干净|清净|解脱)"
    r"|(?:我|去|要|想)(?:跳楼|跳河|上吊|自尽|寻死|轻生|自杀)(?!的?(?:算|能|能不能|赔|有没有|怎么|是不是))"
    r"|结束(?:自己的?|我的?)?生命|没(?:有)?活路了?"
)


def in_distress(text: str) -> bool:
    """Whether a normalised text says so."""
    return bool(_IN_DISTRESS.search(text))
