"""Checks data/knowledge and the wordings that belong to it; ``--only GROUP`` looks at one group.

Prints each problem as ``file: item: sentence`` and exits with 1 if there is any.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).resolve().parent.parent
# An item keeps its id for ever: the list only grows at its end.
ALL_IDS = [f"Q{number:03d}" for number in range(1, 265)]
# Facts too unsure to tell the public.
UNSURE_FACTS = {"LTC-04", "RET-12"}
WORDINGS = 16
# The C library takes a tenth of the time, where PyYAML was built with it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_SCHEMA_OF = {name: name.removesuffix("s") for name in ("sources", "parameters", "regions")}
_SCHEMA_OF |= {name: name for name in ("glossary", "retirement", "phrases")}


@dataclass(frozen=True)
class Problem:
    """Something to put right, and where."""

    file: str
    item: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}: {self.item}: {self.sentence}"


@dataclass(frozen=True)
class Group:
    """One file of items and the wordings of the same name."""

    name: str
    items: list[dict[str, Any]]
    wordings: dict[str, list[str]]

    @property
    def file(self) -> str:
        return f"data/knowledge/items/{self.name}.yml"

    @property
    def wordings_file(self) -> str:
        return f"data/nlu/faq/{self.name}.yml"


@dataclass
class Collection:
    """All that was read, and the problems found on the way."""

    plain: dict[str, Any]
    groups: list[Group]
    problems: list[Problem]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="GROUP", help="look at one group of items")
    only = parser.parse_args(arguments).only
    collection = read(root)
    problems = [*collection.problems, *find_problems(collection)]
    if only:
        ours = (f"data/knowledge/items/{only}.yml", f"data/nlu/faq/{only}.yml")
        problems = [problem for problem in problems if problem.file in ours]
    for problem in problems:
        print(problem)
    counted = [group for group in collection.groups if only in (None, group.name)]
    items = sum(len(group.items) for group in counted)
    wordings = sum(len(lines) for group in counted for lines in group.wordings.values())
    print(f"{items} items, {wordings} wordings, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


def read(root: Path) -> Collection:
    """Read all files; what cannot be read or breaks its schema becomes a problem."""
    knowledge, problems = root / "data/knowledge", list[Problem]()
    plain: dict[str, Any] = {}
    for name, schema in _SCHEMA_OF.items():
        content, broken = _load(root, knowledge / f"{name}.yml", schema)
        problems += broken
        plain[name] = content if not broken else {}
    names = {path.stem for path in (knowledge / "items").glob("*.yml")}
    names |= {path.stem for path in (root / "data/nlu/faq").glob("*.yml")}
    groups: list[Group] = []
    for name in sorted(names):
        content, broken = _load(root, knowledge / f"items/{name}.yml", "item")
        items = content.get("items") or [] if isinstance(content, dict) else []
        wordings, unread = _wordings(root, name)
        problems += [*broken, *unread]
        whole = [item for item in items if isinstance(item, dict) and "id" in item]
        groups.append(Group(name, whole, wordings))
    return Collection(plain, groups, problems)


def find_problems(collection: Collection) -> Iterator[Problem]:
    """Everything that a schema cannot see."""
    yield from _ids(collection.groups)
    for group in collection.groups:
        for item in group.items:
            for sentence in _item(item, collection):
                yield Problem(group.file, item["id"], sentence)
    yield from _shared_wordings(collection.groups)
    yield from _plain(collection.plain)


def _load(root: Path, path: Path, schema: str) -> tuple[Any, list[Problem]]:
    """The file's content with dates as text, and how it breaks its schema."""
    file = str(path.relative_to(root))
    try:
        content = _with_dates_as_text(_read(path))
    except (OSError, yaml.YAMLError) as problem:
        return {}, [Problem(file, "-", f"cannot be read: {' '.join(str(problem).split())}")]
    rules = json.loads((ROOT / f"data/knowledge/schemas/{schema}.json").read_text("utf-8"))
    validator = Draft202012Validator(rules, format_checker=FormatChecker())
    errors = sorted(validator.iter_errors(content), key=lambda error: list(map(str, error.path)))
    return content, [
        Problem(file, _place(content, list(error.absolute_path)), error.message[:300])
        for error in errors
    ]


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - safe loader


def _place(content: Any, path: list[str | int]) -> str:
    """The id of the entry that an error lies in, and the field."""
    names: list[str] = []
    for step in path:
        content = content[step]
        if isinstance(step, int) and isinstance(content, dict):
            names.append(str(content.get("id") or content.get("name") or step))
        elif names or not isinstance(content, list):
            names.append(str(step))
    return ".".join(names) or "-"


def _with_dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_dates_as_text(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_dates_as_text(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _wordings(root: Path, name: str) -> tuple[dict[str, list[str]], list[Problem]]:
    path = root / f"data/nlu/faq/{name}.yml"
    try:
        intents = _read(path)["nlu"]
        found = {
            one["intent"].removeprefix("faq/"): [
                line.strip()[2:].strip() for line in one["examples"].splitlines() if line.strip()
            ]
            for one in intents
        }
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as problem:
        sentence = f"cannot be read: {' '.join(str(problem).split())}"
        return {}, [Problem(str(path.relative_to(root)), "-", sentence)]
    return found, []


def _ids(groups: list[Group]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for group in groups:
        for item in (entry["id"] for entry in group.items):
            if item in seen:
                yield Problem(group.file, item, f"stands in {seen[item]}, too")
            if item not in ALL_IDS:
                yield Problem(group.file, item, "is not in the list of ids of this script")
            seen[item] = group.file
        for item in sorted(set(group.wordings) - {entry["id"] for entry in group.items}):
            yield Problem(group.wordings_file, item, f"is not an item of {group.file}")
    for item in ALL_IDS:
        if item not in seen:
            yield Problem("data/knowledge/items", item, "is missing; an id stays for ever")


def _item(item: dict[str, Any], collection: Collection) -> Iterator[str]:
    plain = collection.plain
    sources = {source["id"] for source in plain["sources"].get("sources", [])}
    ids = {other["id"] for group in collection.groups for other in group.items} | set(ALL_IDS)
    for cited in item.get("sources") or []:
        if isinstance(cited, dict) and cited.get("source") not in sources:
            yield f"cites the unknown source {cited.get('source')}"
    for other in item.get("related") or []:
        if other not in ids or other == item["id"]:
            yield f"is related to {other}, which is not another item"
    for fact in sorted(UNSURE_FACTS & set(item.get("facts") or [])):
        yield f"rests on {fact}, which is too unsure to tell the public"
    if item.get("effective_to") and item["effective_to"] < item["effective_from"]:
        yield "ends before it begins"
    yield from _texts(item, {one["name"] for one in plain["parameters"].get("parameters", [])})


def _texts(item: dict[str, Any], known: set[str]) -> Iterator[str]:
    names = set(_PLACEHOLDER.findall(item.get("local") or "")) - {"region"}
    if names != set(item.get("parameters") or []):
        yield f"`local` uses {sorted(names)}, `parameters` says {item.get('parameters') or []}"
    for name in sorted(names - known):
        yield f"uses the unknown parameter {name}"
    if item.get("local") and item.get("scope") != "regional":
        yield "has `local` but is not regional"
    texts = {field: item.get(field) or "" for field in ("title", "summary", "detail", "local")}
    texts["points"] = "\n".join(item.get("points") or [])
    texts |= {f"english.{field}": text for field, text in (item.get("english") or {}).items()}
    for field, text in texts.items():
        if field != "local" and re.search(r"[{}]", text):
            yield f"`{field}` holds a placeholder; only `local` may"
        for host in _HOST.findall(text):
            if not host.lower().endswith(".gov.cn"):
                yield f"`{field}` names {host}, which is no government address"


def _shared_wordings(groups: list[Group]) -> Iterator[Problem]:
    owners: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for item, lines in group.wordings.items():
            for line in lines:
                owners[bare(line)].add(item)
    for group in groups:
        for entry in group.items:
            many = len({bare(line) for line in group.wordings.get(entry["id"], [])})
            if many < WORDINGS:
                sentence = f"has {many} different wordings, {WORDINGS} are needed"
                yield Problem(group.wordings_file, entry["id"], sentence)
        for item, lines in group.wordings.items():
            for line in sorted({line for line in lines if len(owners[bare(line)]) > 1}):
                others = ", ".join(sorted(owners[bare(line)] - {item}))
                yield Problem(group.wordings_file, item, f"shares “{line}” with {others}")


def bare(line: str) -> str:
    """A wording without what does not change its meaning for the bot."""
    return re.sub(r"[\s，。！？、,.!?~…：:]", "", line).lower()


def _plain(plain: dict[str, Any]) -> Iterator[Problem]:
    for name, key in (("sources", "id"), ("regions", "code"), ("glossary", "id")):
        entries = plain[name].get("terms" if name == "glossary" else name, [])
        for value, many in Counter(entry[key] for entry in entries).items():
            if many > 1:
                yield Problem(f"data/knowledge/{name}.yml", value, "stands there twice")
    yield from _names_of_regions(plain["regions"].get("regions", []))
    known = {source["id"] for source in plain["sources"].get("sources", [])}
    for cited in plain["retirement"].get("sources", []):
        if cited["source"] not in known:
            yield Problem("data/knowledge/retirement.yml", cited["source"], "is an unknown source")
    codes = {region["code"] for region in plain["regions"].get("regions", [])}
    yield from _parameters(plain["parameters"].get("parameters", []), known, codes)


def _names_of_regions(regions: list[dict[str, Any]]) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for region in regions:
        for name in {region["name"], region["short"], *region["aliases"]}:
            if name in owner:
                sentence = f"{name} is a name of {owner[name]}, too"
                yield Problem("data/knowledge/regions.yml", region["code"], sentence)
            owner[name] = region["code"]


def _parameters(
    parameters: list[dict[str, Any]], sources: set[str], regions: set[str]
) -> Iterator[Problem]:
    file = "data/knowledge/parameters.yml"
    until: dict[str, str] = {}
    for one in sorted(parameters, key=lambda entry: str(entry["effective_from"])):
        title = f"{one['name']}/{one['region']}"
        if one["source"] is not None and one["source"] not in sources:
            yield Problem(file, title, f"cites the unknown source {one['source']}")
        if one["region"] not in regions:
            yield Problem(file, title, "is of an unknown region")
        if until.get(title, "") >= one["effective_from"]:
            yield Problem(file, title, "has two values for the same day")
        until[title] = one["effective_to"] or "9999-12-31"
        for host in _HOST.findall(one["display"]):
            if not host.lower().endswith(".gov.cn"):
                yield Problem(file, title, f"names {host}, which is no government address")


if __name__ == "__main__":
    sys.exit(main())
