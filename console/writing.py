"""The templates and words of the console, all of them in `web/console`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from console.knowledge.checks import Problem
from console.refusals import Refusal, Wanted
from console.roles import may

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CHINA = ZoneInfo("Asia/Shanghai")


class Writing:
    """Renders templates; everything that is put in is escaped."""

    def __init__(self, folder: Path) -> None:
        self.words: dict[str, Any] = yaml.load(
            (folder / "words.yml").read_text("utf-8"),
            Loader=_Loader,  # noqa: S506 - safe loader
        )
        self._environment = Environment(
            loader=FileSystemLoader(folder / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"words": self.words, "may": may}
        self._environment.filters |= {
            "moment": _moment,
            "object": self.object,
            "fact": self.fact,
            "problem": self.problem,
            "sentence": self.sentence,
            "word": self.word,
        }

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        text = self._environment.get_template(template).render(**values)
        return HTMLResponse(text, status)

    def problem(self, problem: Problem) -> str:
        """A problem as a sentence."""
        return self.sentence(problem.code, problem.values)

    def told(self, problem: Problem) -> str:
        """A problem as a sentence that names its field, for where the field is not in sight."""
        sentence, field = self.problem(problem), self.word(problem.field, "fields")
        if problem.code == "not_as_it_must":
            sentence += self.words["notes"].get(problem.field, "")
        return sentence if field.split("（")[0] in sentence else f"{field}：{sentence}"

    def sentence(self, code: str, values: Mapping[str, Any]) -> str:
        """The sentence of a problem's code, filled in."""
        sentence: str = self.words["problems"][code]
        return sentence.format(**values)

    def word(self, name: str, group: str) -> str:
        """What a name of ours is called."""
        return str(self.words[group].get(name, name))

    def object(self, told: str) -> str:
        """What an entry of the audit log is about."""
        name, _, which = told.partition(":")
        return self.word(name, "objects").replace("{}", which)

    def fact(self, value: Any, name: str) -> str:
        """What an entry of the audit log tells under a name."""
        group = {"roles": "roles", "reasons": "gate_reasons", "fields": "fields"}.get(name)
        listed = value if isinstance(value, list) else [value]
        if group:
            listed = [word for one in listed for word in re.split("[, ]+", str(one))]
        return "、".join(
            self.word(str(one), group or "audit_values").rstrip("。") for one in listed
        )

    def refusal(self, refusal: Refusal, signed_in: bool, back: str = "/") -> Response:
        """A page that says why not."""
        sentence = self.words["refusals"][refusal.code]
        detail = refusal.detail
        if isinstance(refusal, Wanted):
            detail = self.words["wanted"][refusal.what].format(**refusal.values)
        return self.page(
            "refused.html",
            refusal.status,
            sentence=sentence,
            detail=detail,
            signed_in=signed_in,
            back=back,
        )


def _moment(at: datetime) -> str:
    return at.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
