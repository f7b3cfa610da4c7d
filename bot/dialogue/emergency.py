"""Whether somebody's life is in danger right now: the number to call comes before any policy.

A rule, as for despair (`bot/dialogue/distress.py`). What has happened and is asked of an insurance
("昨天晕倒送医院了 算工伤吗") is a question like any other.
"""

from __future__ import annotations

import re

_NOW = re.compile(
    r"救命(?!钱|稻草|药|恩|的)|快(?:来|去)?救(?:人|我)|(?:喘|透)不(?:过|上)来?气|呼吸不(?:了|过来|上来)"
    r"|(?:没|没有|停止)了?呼吸|没(?:有)?(?:心跳|脉搏)|(?:晕|昏|栽)倒(?:了|在)|昏迷(?:了|不醒)|抽搐|口吐白沫"
    r"|大出血|血止不住|流血不止|(?:胸口|心口|心脏|胸)(?:突然|好|很|特别)?(?:疼|痛|闷)(?:得|死|喘|受不了)"
    r"|快(?:要)?不行了|叫不醒|触电|煤气中毒|喝(?:了)?农药|吃(?:了)?安眠药|着火了"
    r"|家暴|(?:在|又|天天|老|一直)打我|(?:老公|老婆|丈夫|他|她)打我|(?:扣|关|锁|绑)(?:住|起来|在).{0,6}(?:出不去|走不了|不让走)"
    r"|\b(?:can(?:no|')?t|cannot) breathe\b|\bheart attack\b|\bnot breathing\b"
    r"|\bunconscious\b|\bbleeding\b",
    re.IGNORECASE,
)
# What asks for the policy of it, or tells that it is over.
_ASKED_OF_POLICY = re.compile(
    r"算(?:不算)?(?:工|是|不|视)|工伤|报销|能报|报(?:吗|不|多少)|赔|待遇|抚恤|丧葬|补(?:助|贴)|津贴|救助|低保|残疾|护理|申请|医保|社保|保险|认定|鉴定"
    r"|去世|过世|死亡|没了|走了|住(?:了)?院|出院|送(?:到|去|进)?了?医院|抢救(?:了|过来|无效)|手术|后来|当时"
    r"|昨天|前天|上(?:周|个?星期|个?月|次)|去年|前年|之前|以前|\d+月\d+|离婚",
)
# Nobody asks an insurance while he says these.
_ABOVE_ALL = re.compile(
    r"(?:快|来人)救命|救命[啊呀,，!！]|快(?:来|去)?救(?:人|我)|(?:没|没有)了?呼吸了?(?:怎么办|咋办|[,，!！]|$)"
)


def in_emergency(text: str) -> bool:
    """Whether a normalised text calls for help right now."""
    if not _NOW.search(text):
        return False
    return bool(_ABOVE_ALL.search(text)) or not _ASKED_OF_POLICY.search(text)
