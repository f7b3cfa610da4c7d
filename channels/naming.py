"""Finds a person's name beside their identity number: together they say who somebody is.

A Chinese name is a surname and one or two characters, written without spaces into a sentence,
so only the neighbourhood of a number tells that it is meant. Names that stand alone stay.
"""

from __future__ import annotations

import re

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余"
    "杜叶程苏魏吕丁沈任姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱侯江尹薛闫段雷钱汤"
    "黎史陶贺毛郝龚邵万覃武戴孔向欧伍华葛文章鲁申倪岳柳祝尚季俞童舒庞颜樊常康温"
)
_DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "司徒", "皇甫", "尉迟", "东方", "夏侯", "令狐")
# What begins like a name and is none.
_NO_NAMES = tuple(
    (
        "江苏 江西 成都 常州 温州 石家 武汉 高新 方便 万一 向您 余额 文件 "
        "章程 白天 任何 钱包 程序 常用 何时 康复 史上 姓名 名字 的 号 是 叫 我 他 她 查 证 码"
    ).split()
)
# What people put between a name and its number.
_LINK = re.compile(
    r"[\s,，、:：;；(（\[【/|]*(?:的)?(?:(?:居民)?身份证(?:号码|号)?|证件号码?|号码|ID)?"
    r"(?:是|为)?[\s,，、:：;；(（\[【/|]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[\s,，、:：;；)）\]】/|]*(?:姓名|名字)?(?:是|叫)?[\s:：]*([\u4e00-\u9fff]{2,4})"
    r"(?=$|[^\u4e00-\u9fff])"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_FARTHEST = 40


def before(text: str, start: int) -> tuple[int, int] | None:
    """Where the name stands that belongs to the number which begins at `start`."""
    first = max(0, start - _FARTHEST)
    link = _LINK.search(text[first:start])
    end = first + link.start() if link else start
    # The words before the name are glued to it, so the longest name that can be one is taken.
    for begin in (end - 4, end - 3, end - 2):
        if begin >= first and _is_name(text[begin:end]):
            return begin, end
    return None


def after(text: str, end: int) -> tuple[int, int] | None:
    """Where the name stands that follows the number which ends at `end`."""
    match = _AFTER.match(text, end)
    if match is None or not _is_name(match[1]):
        return None
    return match.span(1)


def _is_name(written: str) -> bool:
    if not _CHINESE.fullmatch(written) or any(part in written for part in _NO_NAMES):
        return False
    if written[:2] in _DOUBLE_SURNAMES:
        return 3 <= len(written) <= 4
    return written[0] in _SURNAMES and 2 <= len(written) <= 3
