"""What is asked of the answer itself: whom to call about it, and where it stands written."""

from __future__ import annotations

import re

ASK_PHONE, ASK_SOURCE = "ask_phone", "ask_source"

# "那我打哪个电话", "我该给谁打电话啊", "电话多少".
_ASKS_PHONE = re.compile(
    r"(?:好的?|嗯|谢谢(?:你|您)?|[那,，。\s])*(?:我|俺|现在|到底|该|应该|得|要|想问|是|能|可以|上面说的|你说的|您说的|[,，\s])*"
    r"(?:(?:给|跟)(?:谁|哪(?:个|里|儿|边)?|什么人|啥人)打(?:个)?电话|打(?:给)?(?:谁|哪(?:个|里|儿|边)?|什么|啥)(?:的)?(?:电话|号码?)?"
    r"|[找问]谁(?:问|办|说|去|解决)?|(?:什么|啥|哪个)电话|电话(?:号码?)?(?:是)?(?:多少|几号|哪个|啥)|(?:你|您)?(?:说|给)(?:我)?个?电话(?:号码?)?)"
    r"(?:[啊呀呢吧吗嘛哦,，。?？\s]|打.{1,4}还是.{1,4}的)*"
)
_DOUBTS = (
    r"(?:你|您)?(?:真的|真|能|敢)?(?:确定|肯定|保证|没(?:说|弄|搞)错|说的(?:对|准|是真的))(?:吗|么|不|吧|嘛)"
    r"|(?:是)?真的(?:吗|么|假的|嘛|不)|真的?假的|(?:不会|没|别)(?:是)?骗(?:我|人)(?:吧|吗|的吧)?"
    r"|(?:这|这个|你这)?(?:准|靠谱|可靠|可信|算数|保真)(?:不准|吗|么|不|嘛)"
)
_WHERE = (
    r"(?:这|这个|这条|这话|你说的|上面的?|刚才的?)?(?:是|有)?(?:啥|什么|哪)?(?:的)?(?:依据|根据|出处|凭据)"
    r"(?:是|在)?(?:什么|啥|哪里?|哪儿|吗|么|呢|没有)?"
    r"|(?:这|这个|这条|你说的)?(?:是)?(?:哪个|哪条|什么|啥|谁)(?:文件|条文|法律?|规定|政策|办法)?"
    r"(?:里)?(?:规定|写|说|讲|定)(?:的|着)?(?:啊|呀|呢)?"
    r"|(?:有|给我)(?:没有)?(?:看看?|发)?(?:个|红头)?(?:文件|依据|出处|来源|原文)(?:吗|么|没|不|看看)?"
    r"|(?:在)?哪(?:里|儿)?(?:规定|写着?|能查到|看得到)的?"
)
_ASKS_SOURCE = re.compile(
    rf"(?:那|可|但|哎|咦|啊|[,，。\s])*(?:{_DOUBTS}|{_WHERE})"
    rf"(?:[?？!！,，。\s啊呀呢吧]*(?:{_DOUBTS}|{_WHERE}))?[?？!！。\s啊呀呢吧]*"
    r"|(?:are you sure|is (?:that|this) (?:true|right|correct)|(?:what is )?(?:the |your )?source"
    r"|where (?:is|does) (?:it|that|this) (?:written|say(?: so)?)|which law)[?.!\s]*",
    re.IGNORECASE,
)


def asked_of_the_answer(spelled: str) -> str | None:
    """The intent of who asks for the number to call or for the source; nothing for others."""
    if _ASKS_PHONE.fullmatch(spelled):
        return ASK_PHONE
    return ASK_SOURCE if _ASKS_SOURCE.fullmatch(spelled) else None
