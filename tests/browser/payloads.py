"""Pieces of text that would run a script on a page that is careless with them."""

from __future__ import annotations

RUN = "window.__ran=1;alert(1)"
_TAGS = [
    "<script>{run}</script>",
    "<ScRiPt>{run}</ScRiPt >",
    "<script/src=data:,{run}></script>",
    "<script>/*</script><script>*/{run}</script>",
    '<script type="module">{run}</script>',
    "</script><script>{run}</script>",
    "</title><script>{run}</script>",
    "</textarea><script>{run}</script>",
    "</style><script>{run}</script>",
    "--><script>{run}</script>",
    "]]><script>{run}</script>",
    '<noscript><p title="</noscript><img src=x onerror={run}>">',
    "<iframe src=javascript:{run}></iframe>",
    '<iframe srcdoc="<script>parent.{run}</script>"></iframe>',
    "<object data=javascript:{run}></object>",
    "<embed src=javascript:{run}>",
    "<base href=javascript:{run}//>",
    "<link rel=stylesheet href=javascript:{run}>",
    "<meta http-equiv=refresh content='0;url=javascript:{run}'>",
    "<style>@import 'javascript:{run}';</style>",
    "<form action=javascript:{run}><button>x</button></form>",
    "<math href=javascript:{run}>x</math>",
    "<svg><script>{run}</script></svg>",
    "<svg><a xlink:href=javascript:{run}><text y=9>x</text></a></svg>",
    "<svg><set attributeName=onmouseover to={run}>",
    "<svg><foreignObject><img src=x onerror={run}></foreignObject></svg>",
    "<template><img src=x onerror={run}></template>",
    "<xss id=x tabindex=1 onfocus={run}></xss>",
    "{{{{constructor.constructor('{run}')()}}}}",
    "${{{run}}}",
    "<%= {run} %>",
    "[x](javascript:{run})",
    "![x](javascript:{run})",
    '"><img src=x onerror={run}>',
    "'><img src=x onerror={run}>",
    "`><img src=x onerror={run}>",
    "<img src=`x`onerror={run}>",
    "<img/src=x/onerror={run}>",
    "<img src=x onerror&#61;{run}>",
    "<img src=x:x onerror=eval(atob('YWxlcnQoMSk='))>",
    "&lt;img src=x onerror={run}&gt;",
    "&#60;script&#62;{run}&#60;/script&#62;",
    "\\u003cscript\\u003e{run}\\u003c/script\\u003e",
    "%3Cscript%3E{run}%3C/script%3E",
    "＜script＞{run}＜/script＞",
    "\u2028<script>{run}</script>",
    "\ufeff<script>{run}</script>",
    "\u202e<script>{run}</script>",
]
_ELEMENTS = [
    "img src=x",
    "svg",
    "body",
    "video src=x",
    "audio src=x",
    "input autofocus",
    "details open",
    "marquee",
    "select autofocus",
    "textarea autofocus",
    "iframe",
    "object",
    "keygen autofocus",
]
_HANDLERS = [
    "onerror",
    "onload",
    "onfocus",
    "ontoggle",
    "onstart",
    "onanimationstart",
    "onpointerover",
    "onbeforetoggle",
]
_SCHEMES = [
    "javascript:{run}",
    "JaVaScRiPt:{run}",
    "java\tscript:{run}",
    "java\nscript:{run}",
    " javascript:{run}",
    "\x01javascript:{run}",
    "javascript&colon;{run}",
    "javascript://%0a{run}",
    "data:text/html,<script>{run}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:{run}",
    "blob:https://x/{run}",
    "filesystem:https://x/{run}",
    "view-source:javascript:{run}",
    "https://user:pass@evil.example/",
    'https://evil.example/"onmouseover="{run}',
    "https://evil.example/'><script>{run}</script>",
    "http://[::1]:bad/",
    "//evil.example/{run}",
    "https:evil.example",
    "intent://x#Intent;scheme=javascript;end",
    "about:blank#{run}",
]

PAYLOADS: list[str] = [
    *(one.format(run=RUN) for one in _TAGS),
    *(f"<{element} {handler}={RUN}>" for element in _ELEMENTS for handler in _HANDLERS),
]
LINKS: list[str] = [one.format(run=RUN) for one in _SCHEMES]


def stuffed(payload: str, link: str) -> list[dict[str, object]]:
    """Every card with the payload wherever a card has text, and the link wherever it has one."""
    choice = {"title": payload, "payload": "/x"}
    office = dict.fromkeys(("name", "phone", "address", "hours"), payload)
    words = dict.fromkeys(("title", "document", "article", "issued"), payload)
    source = {**words, "url": link}
    return [
        _answer(payload, link) | {"sources": [source], "related": [choice], "office": office},
        _estimate(payload) | {"sources": [source]},
        {"type": "table", "title": payload, "columns": [{"label": payload}], "rows": [[payload]]},
        _form(payload) | {"submit": choice},
        _record(payload),
        {"type": "handoff", "places": [office], "ticket": 1, "position": 1, **office},
        {
            **dict.fromkeys(("title", "number", "expires_at", "verify"), payload),
            "type": "certificate",
            "url": link,
        },
        {"type": "office", **office},
        {"type": "notice", "level": "outage", "phone": payload},
        {"type": "choices", "choices": [choice]},
        {"type": payload, "anything": [payload]},
        {"type": "table", "rows": 7},  # a card that is none at all
    ]


def _answer(payload: str, link: str) -> dict[str, object]:
    return {
        **dict.fromkeys(("item", "title", "detail", "effective_from"), payload),
        "type": "answer",
        "summary": f"{payload} {link}",
        "region": {"code": "1", "name": payload},
    }


def _estimate(payload: str) -> dict[str, object]:
    return {
        "type": "estimate",
        "kind": payload,
        "inputs": {payload: payload},
        "formula": [payload],
        "results": [{"label": payload, "value": payload}],
    }


def _form(payload: str) -> dict[str, object]:
    options = [{"title": payload, "value": payload}]
    fields = [
        {"name": "a", "label": payload, "kind": "text", "value": payload},
        {"name": "b", "label": payload, "kind": "choice", "choices": options},
    ]
    return {"type": "form", "title": payload, "fields": fields}


def _record(payload: str) -> dict[str, object]:
    month = dict.fromkeys(("region", "employer", "base", "personal"), payload)
    return {
        "type": "contributions",
        "insurance": {"code": "p", "name": payload},
        "as_of": payload,
        "paid_to": payload,
        "months_total": 1,
        "periods": [],
        "overlaps": [{"month": payload, "regions": [payload]}],
        "regions": [{"code": payload, "name": payload, "status": "answered", "months": 1}],
        "gaps": [{"from": payload, "to": payload, "months": 1}],
        "months": [{**month, "month": "2024-01", "status": "paid"}],
    }
