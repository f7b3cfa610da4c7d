"""Kinds of insurance (`pension`) and of workers (`female_55`), as the actions name them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.entities.found import Found

_INSURED = r"(?:保险|宝险|险)?"
_BASIC = r"(?:社会|基本)?"
# Longer and more special names stand before the names that they contain.
_INSURANCES = (
    (
        "resident_pension",
        rf"(?:城乡|城镇)?居民{_BASIC}养[老佬]{_INSURED}|城乡养老{_INSURED}|城乡居保|居保"
        rf"|新农保|农村{_BASIC}养老{_INSURED}|农保",
    ),
    (
        "resident_medical",
        rf"(?:城乡|城镇)?居民(?:{_BASIC}医疗{_INSURED}|医[保宝])|新农合|农村合作医疗|合作医疗"
        rf"|农村医[保疗]{_INSURED}|农合|少儿医保|学生医保|一老一小",
    ),
    (
        "pension",
        # 个人养老金 is paid into alone; 个人养老保险 and 个人养老交多少 are one's own share.
        rf"(?<!商业)(?:(?<!个人)(?:(?:城镇)?(?:企业)?职工|机关(?:事业)?(?:单位)?|企业)?{_BASIC}"
        r"养[老佬](?:保险|宝险|险|金|(?![院机服床护社产目理中]))"
        r"|(?<=个人)养[老佬](?:(?:保险|宝险|险)|(?=(?:每个?月)?[交缴扣出])))|职保",
    ),
    (
        "medical",
        rf"(?<!商业)(?:(?:城镇)?职工)?(?:{_BASIC}医疗(?:保险|宝险|险)|医[保宝])|大病保险"
        rf"|职工{_BASIC}医疗|医疗(?=[、,和及与]|$)",
    ),
    ("unemployment", r"失业(?:保险|宝险|险|金|补助金)|失业(?![率证登])"),
    ("injury", rf"工伤{_INSURED}|公伤|工商(?:保险|险|认定|鉴定)"),
    (
        "maternity",
        r"(?<!计划)(?<!优)生育(?:保险|宝险|险|津贴|金)|(?<!计划)(?<!优)生育(?![证登意政服率力])",
    ),
)
_INSURANCE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _INSURANCES))

# 女儿, 女婿, 男朋友 … are other people, 生男生女 is nobody.
_FEMALE = r"(?<![生子儿孙少美])女(?![儿婿孩朋友娃篇子排足神]|双全)"
_MALE = r"(?<![生])男(?![孩朋友娃神科足篮])"
_TITLE = r"(?:性|的|员工|职工|同志)?"
_OFFICE = (
    r"(?:干部|管理(?:人员|岗位?|层)?|技术(?:人员|岗位?)?|专技(?:人员|岗)?"
    r"|专业技术(?:人员|岗位?)?|公务员|处级|科级|参公)"
)
_BENCH = (
    r"(?:普通)?(?:职工)?(?:工人|普工|操作(?:工|岗位?)?|一线(?:工人|员工)?"
    r"|车间|生产岗位?|工勤(?:人员|岗位?)?|工人岗)"
)
POSTS = {"office": "female_55", "bench": "female_50"}
_OFFICE_WORD, _BENCH_WORD = re.compile(_OFFICE), re.compile(_BENCH)


def _in_post(post: str) -> str:
    """女干部, 女，管理岗 and 管理岗的女职工."""
    after = rf"{post}的?{_FEMALE}(?:性|的|员工|职工|同志|工(?!人))?"
    return rf"{_FEMALE}{_TITLE}[,是在]{{0,2}}{post}|{after}"


_WORKERS = (
    ("female_55", _in_post(_OFFICE)),
    ("female_50", rf"{_in_post(_BENCH)}|女工(?![人会委程作])"),
    (
        "female",
        rf"{_FEMALE}(?:职工|性|同志|士|的|员工|农民工|灵活就业(?:人员)?|教师|医生|护士)?"
        r"|阿姨|大妈|大姐",
    ),
    (
        "male",
        rf"{_MALE}(?:职工|性|同志|士|的|员工|工人|工|干部|公务员|农民工|灵活就业(?:人员)?|教师"
        rf"|医生)?"
        r"|大叔|大爷",
    ),
)
_WORKER = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _WORKERS))
# Relatives tell a sex only where somebody's retirement is spoken of.
_RELATIVES = re.compile(
    r"(?P<female>我?(?:妈妈?|母亲|老婆|妻子|媳妇|姐姐?(?![妹夫])|妹妹|奶奶|姥姥|外婆|岳母|婆婆"
    r"|姑姑|姨妈|嫂子|老妈|老娘|堂客|婆娘|婆姨|屋里头的|她)(?!们|咪))"
    r"|(?P<male>我?(?:爸爸?|父亲|(?<!养)老公(?!司)|丈夫|哥哥?|弟弟|爷爷|姥爷|外公|岳父|公公"
    r"|叔叔|舅舅|姑父|老爸|老爹|老汉儿?|当家的)(?!们))"
)


# A post and hardly more: "工人岗", "按工人算呢", "她是车间的".
_POST_ALONE = re.compile(
    rf"[那嗯是,，\s]*(?:(?:不对|不是|错了|[说搞弄]错了?)[,，!！\s]*)?(?:我妈?|她|俺|人家)?(?:是|属于?|按|应该|就|算|当|做|在|照|不是.{{1,6}}[,，是]{{1,2}}){{0,3}}"
    rf"(?:(?P<office>{_OFFICE})|(?P<bench>{_BENCH}))(?:身份|岗位?|编制)?的?"
    r"(?:[算来是退休的话上班了那要几岁呢吗呀啊嘛哈,，。?？\s]|多大|多少岁|什么时候){0,10}"
)


def post_alone(text: str) -> Found | None:
    """A woman's kind of post, where a normalised text names one and hardly more."""
    match = _POST_ALONE.fullmatch(text)
    if match is None:
        return None
    kind = "office" if match["office"] else "bench"
    return Found("worker_category", POSTS[kind], *match.span(kind))


def insurances(text: str) -> Iterator[Found]:
    """The kinds of insurance of a normalised text."""
    for match in _INSURANCE.finditer(text):
        yield Found("insurance", str(match.lastgroup), *match.span())


def workers(text: str, of_retirement: bool) -> Iterator[Found]:
    """The kind of worker, unless the text names several."""
    matches = list(_WORKER.finditer(text))
    if not matches and of_retirement:
        matches = list(_RELATIVES.finditer(text))
    kinds = {str(match.lastgroup) for match in matches}
    if kinds & {"female_55", "female_50"}:
        kinds.discard("female")
        if _OFFICE_WORD.search(text) and _BENCH_WORD.search(text):
            return
    for match in matches:
        if len(kinds) == 1 and match.lastgroup in kinds:
            post = _post(text) if match.lastgroup == "female" and of_retirement else None
            yield Found("worker_category", post or match.lastgroup, *match.span())
            return


def _post(text: str) -> str | None:
    """The post of a woman where it stands somewhere else: "我妈75年3月的，工人"."""
    office, bench = _OFFICE_WORD.search(text), _BENCH_WORD.search(text)
    if bool(office) == bool(bench):
        return None
    return POSTS["office" if office else "bench"]
