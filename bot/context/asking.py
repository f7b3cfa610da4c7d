"""What may be asked of whatever matter: what to bring, where, who for whom, until when, how long.

"我弟还在宁波 叫他替我跑一趟行不" names no matter: it is about the one spoken of, and the line
that answers it tells who may go. The signs are weighed with all others (`make follow-ups`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.text.wording import led_in

# What asks for more about whatever was asked, in so many words.
_ALL_OF_IT = re.compile(
    r"^(?:都|一般|大概|具体)?(?:"
    r"(?:需?要|得)?(?:带|准备|提供|交)?(?:什么|哪些|啥)(?:材料|手续|证件?|资料|条件|东西|流程)"
    r"|(?:需?要|得|应?该)?(?:带|准备|提供|拿)(?:些|点)?(?:什么|哪些|啥子?)去?"
    r"|(?:需?要|得)?(?:多久|多长时间|几天|多少天|几个月)(?:能?(?:办好|办完|到账|下来|生效|用上?))?"
    r"|(?:需?要|得|应?该)?(?:[去到在上])?(?:哪里?|哪儿|什么地方)(?:能|可以)?(?:办理?|申请|弄)?"
    r"|(?:需?要|得|应?该)?[去到找](?:谁|哪个?(?:部门|单位|窗口))(?:办理?|申请|弄)?"
    r"|(?:在?网上|在?手机上?|线上)(?:能|可以)?(?:办理?|申请|弄)?"
    r"|怎么(?:办理?|弄|申请|操作|投诉|举报|查|[交领报补转])"
    r"|(?:一个?月|每个?月|一年|每年|一次)?(?:需?要|得|能)?(?:花|交|领|拿|给)?多少钱?|[要收][钱费]"
    r"|(?:需?要|得)?到?(?:多大(?:年纪|岁数|年龄)?|几岁)(?:能|可以|才能?)?(?:[领拿退办]|申请)?"
    r"|最?[早晚]?(?:什么|啥)时候(?:能|可以|才能?)?(?:[领拿退办发]|到账|下来|申请)?"
    r"|(?:家[里属]?人?|别人|孩子)(?:能|可以)?代办"
    r")[吗呢么啊呀不没嘛吧哦]*[?？。!！\s]*$"
)
_KIN = (
    r"(?:我|俺|他|她|孩子|娃|儿子|女儿|闺女|儿媳|女婿|老公|老婆|媳妇|老伴|对象|家里?人|家属|别人|亲戚|同事|朋友|邻居"
    r"|姥姥|姥爷|奶奶|爷爷|外婆|外公|[爸妈爹娘弟哥姐妹叔姑舅姨]{1,2})"
)
_MAY = (
    r"(?:行|成|可以|中|能)(?:吗|不|嘛|么|吧|没|否)|(?:能|可以|行|成)不(?:能|可以|行|成)|[行成能]么"
)
_GO = r"[去跑来弄办领交取拿签填报]"
# What is asked, and how a line tells it.
FACETS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "papers": (
        re.compile(
            r"[带拿备开要用提供]{1,2}(?:点|些|上|着|齐|好|了)?(?:什么|啥子?|哪些|哪样|哪几样)"
            r"|(?:什么|啥|哪些|哪几样)(?:东西|材料|手续|证|资料|单子)|材料|手续"
            r"|(?:身份证|户口本|复印件|原件|证明|照片|单子|病历|发票|合同)[^,，。]{0,8}(?:够|行|成|要|带|丢|没|可以)"
            r"|[带拿要]不?[带拿要]?(?:身份证|户口本|复印件|原件|证明|照片|单子|病历|发票|合同|卡)"
        ),
        re.compile(
            r"身份证|户口簿|户口本|材料|证明|复印件|原件|单据|发票|病历|银行卡|申请表|承诺书|[带拿备]好|带上|照片"
        ),
    ),
    "where": (
        re.compile(
            r"[去到上在跑找](?:什么地方|啥地方|哪)|找谁|哪[里儿个边].{0,4}[办弄交领申报]|窗口"
            r"|(?:镇上|村里|乡里|街道|社区|县里|老家|外地|本地|网上|手机上?|家里|银行)[^,，。]{0,6}"
            r"(?:能|可以|行|成|弄|办|搞|交|领)"
        ),
        re.compile(
            r"窗口|网上|手机|掌上|平台|[Aa]pp|小程序|到.{0,12}(?:局|机构|街道|乡镇|社区|大厅|银行|中心|部门)|[去找].{0,10}"
            r"(?:局|机构|部门|窗口|街道|银行|中心)"
        ),
    ),
    "proxy": (
        re.compile(
            rf"[替帮代](?:我|他|她|俺|老人|忙)?.{{0,4}}?{_GO}|代[办领签]|委托|{_KIN}.{{0,6}}{_GO}.{{0,8}}(?:{_MAY})"
            rf"|(?:本人|亲自)(?:必须|一定|要|得|非要|非得)?.{{0,4}}(?:到场|[去来到])|{_KIN}(?:能|可以)(?:不能)?[替帮代]"
        ),
        re.compile(r"代办|代领|代理|委托|家人|亲属|家属|本人|别人|上门"),
    ),
    "deadline": (
        re.compile(
            r"多久(?:之?内|以内|之?前)|期限|最[晚迟]|截止|截至|过了.{0,10}(?:还|就|咋|怎)|来[得不]及|超过.{1,8}(?:还|就)"
            r"|什么时候(?:之?前|以前)|(?:有|没).{0,3}(?:时间|日期)?限制|晚了|过期|作废|错过|拖到?"
        ),
        re.compile(
            r"\d+(?:个?工作)?日内|\d+天内|\d+年内|\d+个月内|期限|截止|之前|以前|逾期|过了|过期|时效|月底|年底"
        ),
    ),
    "time": (
        re.compile(
            r"(?<![领拿发交缴休])(?:多久|多长时间|几天|多少天|几个(?:月|星期|礼拜))|(?:啥|什么)时候|何时"
        ),
        re.compile(r"\d+(?:个?工作)?[日天]|\d+个?月|次月|当月|当天|当场|即时|马上"),
    ),
    "fee": (
        re.compile(
            r"[要收花][^,，。]{0,3}钱(?:吗|不|嘛|么|没)|收费|手续费|免费|工本费|要多少钱|花多少钱"
        ),
        re.compile(r"免费|不收|不要钱|费用|收费|工本费|手续费"),
    ),
}
# What is plainly said or not: where no line tells it, none that is near answers it.
PLAIN = frozenset({"papers", "proxy", "deadline"})
# What names a matter of its own.
_SUBJECT = re.compile(
    r"社保|社会保险|养老|医保|医疗|失业|工伤|生育|公积金|年金|低保|退休|居民|职工|灵活|农保|新农合|合作医疗|转移|津贴|补贴|护理"
    r"|产假|备案|报销|门诊|抚恤|丧葬|工亡|认定|鉴定|认证|断缴|补缴|基数|登记|仲裁|投诉|落户|买房|个税|驾照|驾驶证|护照|签证|结婚|离婚"
    r"|过户|车|快递|学校|幼儿园|入学|报名|旅游|机票|火车|宽带|水电|燃气|房产|租房"
)


def asks_all(text: str) -> bool:
    """Whether more is asked for in so many words: "要带什么", "多久能办好"."""
    return _ALL_OF_IT.match(led_in(text)) is not None


def asked(text: str) -> frozenset[str]:
    """Which of these a normalised text asks."""
    return frozenset(name for name, (asks, _) in FACETS.items() if asks.search(text))


def told(line: str) -> frozenset[str]:
    """Which of these a line tells."""
    return frozenset(name for name, (_, tells) in FACETS.items() if tells.search(line))


def names_no_matter(text: str) -> bool:
    """Whether a normalised text may be about whatever was spoken of."""
    return _SUBJECT.search(text) is None
