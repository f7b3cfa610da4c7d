"""What the stand-in engine says in the browser tests: every card, by the words that ask for it."""

from __future__ import annotations

from typing import Any

from tests.cards import check_card

Card = dict[str, Any]
SOURCES = [
    {
        "title": "中华人民共和国社会保险法",
        "document": "主席令第三十五号",
        "article": "第十条",
        "issued": "2010-10-28",
        "url": "https://www.gov.cn/law.html",
    },
    {
        "title": "关于试办养老保险的说明",
        "document": "演人社发〔2025〕8号",
        "issued": "2025-03-01",
        "url": "https://law.example.com/8",
    },
]
MORE = [
    {"title": "缴费基数怎么定", "payload": "/choose1"},
    {"title": "转人工", "payload": "/human"},
]
PLACE = {
    "name": "演示社会保险服务大厅",
    "address": "演示市人民路1号一楼",
    "hours": "周一至周五 9:00–17:00",
    "phone": "0000-12333",
}


def _months() -> list[Card]:
    months = [
        {
            "month": f"{year}-{month:02d}",
            "region": "440000" if year < 2022 else "510000",
            "employer": "演示纺织有限公司" if year < 2022 else "",
            "base": "4100.00",
            "personal": "328.00",
            "status": "arrears" if (year, month) == (2023, 7) else "paid",
        }
        for year in range(2020, 2026)
        for month in range(1, 13)
        if (year, month) not in ((2022, 3), (2022, 4), (2022, 5)) and (year, month) <= (2025, 10)
    ]
    return [*months[:-1], {**months[-1], "status": "deferred"}]


SCENES: dict[str, tuple[str, Card]] = {
    "answer": (
        "可以参加。灵活就业人员自己缴费，到户籍地或就业地的社保窗口或网上登记就行。\n依据：《社会保险法》第十条",
        {
            "type": "answer",
            "item": "Q001",
            "title": "灵活就业人员怎么参加职工养老保险",
            "summary": (
                "可以参加。带上身份证，到户籍地或就业地的社保窗口登记，也可以在网上办；"
                "费用全由自己缴，按月、按季、按年都行。"
            ),
            "detail": (
                "1. 登记：网上或窗口，带身份证。\n2. 选缴费基数：在当地公布的上下限之间。\n"
                "3. 缴费：比例 20%，其中 8% 记入个人账户。"
            ),
            "effective_from": "2025-01-01",
            "effective_to": "2026-12-31",
            "region": {"code": "510000", "name": "四川省"},
            "sources": SOURCES,
            "related": MORE,
            "office": {"name": "社保经办机构", "phone": "12333"},
        },
    ),
    "choices": ("您是想问下面哪一个？", {"type": "choices", "choices": MORE}),
    "contributions": (
        "您的职工养老保险一共缴了 66 个月，交到 2025年9月。",
        {
            "type": "contributions",
            "insurance": {"code": "pension", "name": "职工养老保险"},
            "as_of": "2025-11-25",
            "paid_to": "2025-09",
            "months_total": 66,
            "regions": [
                {"code": "440000", "name": "广东省", "status": "answered", "months": 24},
                {"code": "510000", "name": "四川省", "status": "answered", "months": 42},
                {"code": "310000", "name": "上海市", "status": "silent", "months": 0},
            ],
            "periods": [],
            "gaps": [{"from": "2022-03", "to": "2022-05", "months": 3}],
            "overlaps": [{"month": "2022-01", "regions": ["440000", "510000"]}],
            "months": _months(),
            "sources": SOURCES[:1],
        },
    ),
    "estimate": (
        "1972年8月出生的男职工，法定退休年龄是 61岁11个月，2034年7月退休。",
        {
            "type": "estimate",
            "kind": "retirement_age",
            "inputs": {"出生年月": "1972年8月", "人员类别": "男职工"},
            "results": [
                {"label": "法定退休年龄", "value": "61岁11个月"},
                {"label": "退休年月", "value": "2034年7月"},
                {"label": "最早可以（弹性提前）", "value": "2032年8月"},
            ],
            "formula": [
                "原退休年龄 60岁，延迟 1年11个月。",
                "60岁 加 1年11个月，就是 61岁11个月。",
            ],
            "sources": SOURCES[:1],
        },
    ),
    "form": (
        "请填写下面几项，我来帮您算。",
        {
            "type": "form",
            "title": "算一算退休时间",
            "fields": [
                {"name": "birth", "label": "出生年月", "kind": "month", "required": True},
                {
                    "name": "worker",
                    "label": "人员类别",
                    "kind": "choice",
                    "required": True,
                    "choices": [
                        {"title": "男职工", "value": "male"},
                        {"title": "女职工", "value": "f"},
                    ],
                },
                {
                    "name": "years",
                    "label": "已缴年限",
                    "kind": "number",
                    "value": "10",
                    "required": False,
                },
                {"name": "since", "label": "参保日期", "kind": "date", "required": False},
                {"name": "note", "label": "补充说明", "kind": "text", "required": False},
            ],
            "submit": {"title": "开始算", "payload": "/inform"},
        },
    ),
    "by_code": (
        "请写下您登记过的手机号。",
        {
            "type": "form",
            "title": "用短信验证码登录",
            "fields": [{"name": "phone", "label": "手机号", "kind": "text", "required": True}],
            "submit": {
                "title": "发验证码",
                "payload": "/sign_in_by_code",
                "to": "codes",
                "purpose": "sign_in",
            },
        },
    ),
    "table": (
        "近三个月的缴费如下。",
        {
            "type": "table",
            "title": "近三个月缴费",
            "columns": [
                {"label": "月份", "kind": "month"},
                {"label": "单位"},
                {"label": "个人缴费", "kind": "money"},
            ],
            "rows": [
                ["2025-10", "演示纺织有限公司", "328.00"],
                ["2025-09", "演示纺织有限公司", "328.00"],
            ],
            "sources": SOURCES[:1],
        },
    ),
    "sign_in": (
        "查个人记录要先登录，确认是您本人。",
        {"type": "sign_in", "reason": "contributions"},
    ),
    "certificate": (
        "您的参保证明开好了。",
        {
            "type": "certificate",
            "title": "参保缴费证明",
            "number": "YS-2026-000123",
            "url": "/healthz",
            "expires_at": "2026-12-01T00:00:00+08:00",
            "verify": "7K3M-9QXP",
        },
    ),
    "handoff": (
        "已经为您排上队，请在这里等一会儿。",
        {
            "type": "handoff",
            "phone": "12333",
            "hours": "周一至周五 9:00–17:00",
            "places": [PLACE],
            "ticket": 128,
            "position": 2,
        },
    ),
    "office": ("就近的大厅在这里。", {"type": "office", **PLACE}),
    "notice": (
        "真对不起，问保现在出了点故障，没能回答您这个问题。请过几分钟再问一次。",
        {"type": "notice", "level": "outage", "phone": "12333"},
    ),
}
PLAIN = "不客气。还有别的问题，接着问就行。详见 https://www.gov.cn/zhengce 和 https://news.example.com/a"

for _, card in SCENES.values():
    check_card(card)


def says(heard: dict[str, Any]) -> list[dict[str, Any]]:
    """The scene whose name was said; the words for a person; else plain words."""
    message = heard["message"].strip().lstrip("/")
    words, card = SCENES.get(message, (PLAIN, None)) if message != "转人工" else SCENES["handoff"]
    reply: dict[str, Any] = {"recipient_id": heard["sender"], "text": words}
    return [reply if card is None else {**reply, "custom": {"card": card}}]
