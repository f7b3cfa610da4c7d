"""What a question is about, without the frame that it comes in.

Politeness, the letter's "关于……的咨询" and the names of places say nothing about the topic,
and they make questions alike that are not. Rules only; nothing here is learnt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# A text that is nothing but frame is kept as it is.
_LEAST = 2
# Ranking looks at this many characters: a story's first and last ones.
MOST_CHARACTERS = 200

_FRAME = re.compile(
    r"请?问(?!题)一?下?|(?:我)?想?(?:要)?咨询一?下?|请教一?下?|律师|客服|您?你?好(?=[,，。!！ ])|"
    r"你好|您好|谢谢您?你?|麻烦您?你?|关于|相关|有关|"
    r"的?(?:问题|事宜|事情|情况|政策)(?:的?咨询)?$|(?<=的)咨询$|咨询$|问题|政策|"
    r"有?谁知道|大家|各位|[啊呀呢吧嘛哦噢哈]+"
)
# Publishers mask places as a letter and a number: "B3区".
_MASKED = r"(?<![a-z0-9])[a-z]\d{0,2}(?:市|县|区|州|镇)(?:县|市)?"
_LEAD = re.compile(
    r"^(?:好[的吧]?|嗯+|[哦噢行]|谢谢[您你]?|(?:知道|明白|懂)了|那么?|还有?|另外|再问一?下?|请问"
    r"|[,，。!！\s])+"
)
_BARE_END = re.compile(r"^[\s,，。、；;:：!！?？~～.…-]+|[\s,，。、；;:：!！~～.…-]+$")


def places_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the names of places, longest first."""
    known = sorted({name for name in names if len(name) > 1}, key=len, reverse=True)
    listed = "|".join(map(re.escape, known))
    named = f"|(?:{listed})(?:省|市|区|县)?" if listed else ""
    return re.compile(_MASKED + named)


def subject(text: str, places: re.Pattern[str]) -> str:
    """A normalised text without places and frame; never empty unless `text` is."""
    text = shortened(text)
    without_places = places.sub("", text)
    bare = _BARE_END.sub("", _FRAME.sub("", without_places))
    if len(bare) >= _LEAST:
        return bare
    return without_places if len(without_places) >= _LEAST else text


def led_in(text: str) -> str:
    """What "嗯，", "好的，那" and the like lead to."""
    return _LEAD.sub("", text)


def shortened(text: str) -> str:
    """A long story's beginning and end: who it is about, and what is asked."""
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return text[:half] + " " + text[-half:]
