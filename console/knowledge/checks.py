"""What keeps an entry from going on: each problem names its field and a sentence of words.yml."""

from __future__ import annotations

import dataclasses
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from console.knowledge.content import FIGURE, ITEM
from console.knowledge.known import Known
from records.staff.entries import Content

FEWEST_WORDINGS = 5
LONGEST_WORDING = 200  # a citizen's message is no longer than 500, a wording is not a letter
MOST_WORDINGS = 300
LONGEST_TEXT = 8000  # a cell of a spreadsheet holds 32,767
LONGEST_DISPLAY = 100  # it stands in the middle of a sentence
_NUMBER = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)\s*(%|万|亿)?", re.ASCII)
_TIMES = {"万": 10_000, "亿": 100_000_000}
_TEXTS = ("title", "summary", "detail", "points", "local", "area", "owner", "facts", "related")
# What follows "//" up to the path, whatever it is made of; names with a dot; numbers of machines.
# A dot in Chinese text is no host but where one of the Chinese top domains comes behind it.
_CHINESE_ENDS = (
    "中国|中國|公司|网络|網絡|政务|政務|公益|在线|中文网|网址|网站|网店|手机|商城|集团|信息"
)
_HOST = re.compile(
    r"(?<=//)[^\s/?#,;!()<>\"'“”‘’《》、。]+"
    r"|(?:[\w-]{1,63}\.)+(?:[^\W\d_\u2e80-\u9fff]{2,}|" + _CHINESE_ENDS + ")"
    r"|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])",
    re.IGNORECASE,
)
_WORDS_BEFORE = re.compile(r"^[\u2e80-\u9fff]+(?=[^\W\u2e80-\u9fff][\w-]*\.)")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
# Rasa would read these as marks of its own, not as words.
_MARKS = re.compile(r"\]\s*[({]|\$\{")
# Controls, halves of pairs, line ends that no editor shows, and marks of byte order.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Problem:
    """Something to put right before the entry can go on."""

    field: str
    code: str
    values: dict[str, Any] = dataclasses.field(default_factory=dict)


def problems(kind: str, entry: str, content: Content, known: Known) -> list[Problem]:
    """Everything that is wrong with an entry by itself."""
    found = list(_of_figure(content, known) if kind == FIGURE else _of_item(entry, content, known))
    named = {one.field for one in found}
    found += [one for one in _of_schema(kind, entry, content, known) if one.field not in named]
    return found


def _of_item(entry: str, content: Content, known: Known) -> Iterator[Problem]:
    for name in _TEXTS:
        yield from _of_text(name, content.get(name))
    for text in (content.get("english") or {}).values():
        yield from _of_text("english", text)
    yield from _of_places(content)
    for cited in content.get("sources") or []:
        if cited.get("source") not in known.sources:
            yield Problem("sources", "unknown_source", {"source": cited.get("source")})
    if entry in (content.get("related") or []):
        yield Problem("related", "itself")
    if content.get("retired") and not content.get("effective_to"):
        yield Problem("effective_to", "retired_without_day")
    yield from _of_figures_used(content, known)
    yield from _of_days(content)
    yield from _of_wordings(content["wordings"])


def _of_places(content: Content) -> Iterator[Problem]:
    """Braces are for figures, and only `local` has them; addresses are the government's."""
    told = {name: content.get(name) or "" for name in ("title", "summary", "detail", "local")}
    told["points"] = " ".join(content.get("points") or [])
    told["english"] = " ".join((content.get("english") or {}).values())
    for name, text in told.items():
        if name != "local" and re.search(r"[{}]", text):
            yield Problem(name, "placeholder")
    told["sources"] = " ".join(str(one.get("article", "")) for one in content.get("sources") or [])
    yield from _of_hosts(told)


def _of_hosts(told: Mapping[str, str]) -> Iterator[Problem]:
    for name, text in told.items():
        for host in foreign_hosts(text):
            yield Problem(name, "foreign_host", {"host": host})


def foreign_hosts(text: str) -> list[str]:
    """Addresses that are not the government's, however wide or with what in between."""
    wide = unicodedata.normalize("NFKC", text)
    plain = "".join(one for one in wide if unicodedata.category(one) != "Cf")
    found = [one.rpartition("@")[2].partition(":")[0] for one in _HOST.findall(plain)]
    return [_WORDS_BEFORE.sub("", one) for one in found if not one.lower().endswith(".gov.cn")]


def _of_figures_used(content: Content, known: Known) -> Iterator[Problem]:
    used = set(_PLACEHOLDER.findall(content.get("local") or "")) - {"region"}
    if used != set(content.get("parameters") or []):
        yield Problem("parameters", "not_as_in_local", {"names": ", ".join(sorted(used))})
    for name in sorted(used - set(known.names)):
        yield Problem("local", "unknown_figure", {"name": name})
    if content.get("local") and content.get("scope") != "regional":
        yield Problem("local", "not_regional")


def _of_figure(content: Content, known: Known) -> Iterator[Problem]:
    for name in ("label", "display"):
        yield from _of_text(name, content.get(name))
    yield from _of_number(content)
    if content.get("region") not in known.regions:
        yield Problem("region", "unknown_region")
    if content.get("source") and content["source"] not in known.sources:
        yield Problem("source", "unknown_source", {"source": content["source"]})
    yield from _of_hosts({name: content.get(name) or "" for name in ("label", "display")})
    yield from _of_days(content)


def _of_number(content: Content) -> Iterator[Problem]:
    """What is reckoned with and what is said are the same."""
    value, display = content.get("value"), content.get("display") or ""
    if len(display) > LONGEST_DISPLAY:
        yield Problem("display", "too_long", {"most": LONGEST_DISPLAY})
    if value is None:
        return
    if not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        yield Problem("value", "no_number")
    elif not any(math.isclose(value, one) for one in _numbers(display)):
        yield Problem("display", "without_value", {"value": value})


def _numbers(text: str) -> Iterator[float]:
    """Every number that a text may mean: 1,000, 0.1万, and 8% as 8 or 0.08."""
    for digits, unit in _NUMBER.findall(unicodedata.normalize("NFKC", text)):
        number = float(digits.replace(",", ""))
        yield number * _TIMES.get(unit, 1)
        if unit == "%":
            yield number / 100


def _of_days(content: Content) -> Iterator[Problem]:
    days: dict[str, date] = {}
    for name in ("effective_from", "effective_to", "review_by"):
        if content.get(name):
            try:
                days[name] = date.fromisoformat(content[name])
            except ValueError:
                yield Problem(name, "no_date")
    if days.get("effective_to", date.max) < days.get("effective_from", date.min):
        yield Problem("effective_to", "ends_before")


def _of_wordings(wordings: list[str]) -> Iterator[Problem]:
    if not FEWEST_WORDINGS <= len(wordings) <= MOST_WORDINGS:
        yield Problem("wordings", "how_many", {"least": FEWEST_WORDINGS, "most": MOST_WORDINGS})
    for line in wordings:
        if len(line) > LONGEST_WORDING or "\n" in line:
            yield Problem("wordings", "long_wording", {"line": line[:20], "most": LONGEST_WORDING})
        elif not readable(line) or _MARKS.search(line):
            yield Problem("wordings", "unreadable_wording", {"line": line[:20]})
        elif not any(one.isalnum() for one in line):
            yield Problem("wordings", "empty_wording", {"line": line[:20]})
        elif line.lstrip().startswith(("/", "／")):  # which the engine takes for a command
            yield Problem("wordings", "command_wording", {"line": line[:20]})


def _of_text(name: str, value: Any) -> Iterator[Problem]:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and not readable(text.replace("\n", "")):
            yield Problem(name, "unreadable")
        if isinstance(text, str) and len(text) > LONGEST_TEXT:
            yield Problem(name, "too_long", {"most": LONGEST_TEXT})


def readable(text: str) -> bool:
    """Whether it holds nothing that cannot be seen."""
    return _UNSEEN.search(text) is None


def _of_schema(kind: str, entry: str, content: Content, known: Known) -> Iterator[Problem]:
    if kind == ITEM:
        told = {name: one for name, one in content.items() if name not in ("wordings", "retired")}
        schema, whole = known.schemas["item"], {"items": [{"id": entry, **told}]}
    else:
        schema, whole = known.schemas["parameter"], {"parameters": [dict(content)]}
    wrong = dict.fromkeys(one for error in schema.iter_errors(whole) for one in _fields(error))
    yield from (Problem(one, "not_as_it_must", {}) for one in wrong)


def _fields(error: Any) -> list[str]:
    """The fields that an error is about: one that is there, or all that are missing."""
    path = [str(one) for one in error.absolute_path][2:]
    if path:
        # The one figure that needs no source is known by its name.
        return ["source" if (path[0], error.validator) == ("name", "const") else path[0]]
    if error.validator != "required":
        return ["local"]
    return [one for one in error.validator_value if one not in error.instance]
