"""How well the inbox groups questions, and which words it offers as wordings, by threshold.

``python -m bench.alike`` (a quarter of an hour) has a model learn all but a fifth of the real
questions of `data/nlu/asked.tsv`, each by another citizen and labelled with the items that answer
it, and asks it what it makes of that fifth. Only those in trouble count, as in the inbox: asked
back, rejected, or answered without being sure. Two belong together where one item answers both.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from console.listening import alike, wordings
from records.questions.grouping import Question
from records.questions.understood import read
from scripts.stack import ENGINE_PYTHON, ROOT

ASKED = "data/nlu/asked.tsv"
PARTS = 5
OF_GROUPS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
OF_WORDINGS = (0.05, 0.25, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
# The order in which questions come decides where a group begins: the mean of some orders.
ORDERS = 5


@dataclass(frozen=True)
class Labelled:
    """A question in trouble, and the items that answer it."""

    question: Question
    items: frozenset[str]


@dataclass(frozen=True)
class Counted:
    """How many are right among those that were taken, and among all there are."""

    right: int
    taken: int
    there: int

    def __add__(self, other: Counted) -> Counted:
        """Both together."""
        right, taken = self.right + other.right, self.taken + other.taken
        return Counted(right, taken, self.there + other.there)

    @property
    def row(self) -> str:
        """Precision and recall, in percent."""
        precision, recall = self.right / max(1, self.taken), self.right / max(1, self.there)
        return f"{100 * precision:.0f} % | {100 * recall:.0f} %"


def main() -> int:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        held = lay_out(Path(folder))
        told = in_trouble(Path(folder), held)
    sys.stdout.write("\n".join([*_groups(told), "", *_wordings(told)]) + "\n")
    return 0


def lay_out(folder: Path) -> list[tuple[str, frozenset[str]]]:
    """Our own project without a fifth of what was asked; that fifth."""
    shutil.copytree(ROOT / "data", folder / "data")
    for name in ("config.yml", "domain.yml"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "models").mkdir()
    lines = (ROOT / ASKED).read_text("utf-8").splitlines()
    learnt = [line for number, line in enumerate(lines, 1) if number % PARTS]
    (folder / ASKED).write_text("\n".join(learnt) + "\n", encoding="utf-8")
    told = [line.partition("\t") for line in lines[PARTS - 1 :: PARTS]]
    return [(text, frozenset(items.split())) for items, _, text in told]


def in_trouble(folder: Path, asked: Sequence[tuple[str, frozenset[str]]]) -> list[Labelled]:
    """Those that would come to the inbox, as a model that has not learnt them understands them."""
    _run(folder, "bot.train", "models/held.tar.gz")
    file = folder / "questions.jsonl"
    lines = [json.dumps({"question": one}, ensure_ascii=False) for one, _ in asked]
    file.write_text("\n".join(lines), encoding="utf-8")
    said = _run(folder, "bot.understand", str(file), "models/held.tar.gz")
    found: list[Labelled] = []
    for number, (line, (text, items)) in enumerate(zip(said.splitlines(), asked, strict=True)):
        understood = read({"way": None, "version": "", **json.loads(line)})
        if understood is not None and understood.trouble is not None:
            found.append(Labelled(Question(number, text, understood.answers), items))
    return found


def _run(folder: Path, module: str, *told: str) -> str:
    command = [str(ENGINE_PYTHON), "-W", "ignore", "-m", module, *told]
    around = {**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"}
    done = subprocess.run(command, cwd=folder, env=around, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def pairs(told: Sequence[Labelled], places: Sequence[int], there: int) -> Counted:
    """Pairs that stand in one group, and how many of them one item answers."""
    groups = _by_group(told, places).values()
    taken = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    return Counted(sum(map(belonging, groups)), taken, there)


def belonging(told: Sequence[Labelled]) -> int:
    """Pairs that one item answers."""
    return sum(not one.items.isdisjoint(other.items) for one, other in combinations(told, 2))


def pure(told: Sequence[Labelled], places: Sequence[int]) -> Counted:
    """Questions of groups of more than one, and how many of them the group's own item answers."""
    many = [group for group in _by_group(told, places).values() if len(group) > 1]
    right = sum(
        max(Counter(item for one in group for item in one.items).values()) for group in many
    )
    return Counted(right, sum(map(len, many)), len(many))


def _by_group(told: Sequence[Labelled], places: Sequence[int]) -> dict[int, list[Labelled]]:
    groups: defaultdict[int, list[Labelled]] = defaultdict(list)
    for one, place in zip(told, places, strict=True):
        groups[place].append(one)
    return groups


def grouped(told: Sequence[Labelled], threshold: float, order: int) -> list[int]:
    """The group of each question, where they come in this order."""
    places = list(range(len(told)))
    random.Random(order).shuffle(places)
    kept, alike.ALIKE = alike.ALIKE, threshold
    try:
        found = alike.placed([told[place].question for place in places], {})
    finally:
        alike.ALIKE = kept
    groups = [0] * len(told)
    for place, group in zip(places, found, strict=True):
        groups[place] = id(group)
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    return [numbers[one] for one in groups]


def offered(told: Sequence[Labelled], places: Sequence[int], least: float) -> Counted:
    """Words that are offered to the item that their group was thought to be about."""
    right = taken = there = 0
    for group in _by_group(told, places).values():
        first = Counter(one.question.answers[0][0] for one in group if one.question.answers)
        if not first:
            continue
        item = first.most_common(1)[0][0]
        fits = [one for one in group if dict(one.question.answers).get(item, 0.0) >= least]
        right += sum(item in one.items for one in fits)
        taken += len(fits)
        there += sum(item in one.items for one in group)
    return Counted(right, taken, there)


def _groups(told: Sequence[Labelled]) -> Iterator[str]:
    there = belonging(told)
    yield f"{len(told)} questions in trouble; in use: {alike.ALIKE}"
    heads = ("likeness", "pairs rightly together", "pairs found", "groups", "of more than one")
    yield f"| {' | '.join(heads)} | one item answers of these |"
    yield "|" + " ---: |" * 6
    for threshold in OF_GROUPS:
        orders = [grouped(told, threshold, order) for order in range(ORDERS)]
        whole = sum((pairs(told, one, there) for one in orders), Counted(0, 0, 0))
        many = sum(len(set(one)) for one in orders) / ORDERS
        shared = sum((pure(told, one) for one in orders), Counted(0, 0, 0))
        share = f"{shared.there / ORDERS:.0f} | {100 * shared.right / max(1, shared.taken):.0f} %"
        yield f"| {threshold} | {whole.row} | {many:.0f} | {share} |"


def _wordings(told: Sequence[Labelled]) -> Iterator[str]:
    yield f"Words offered to the item of their group; in use: {wordings.LIKELY}"
    yield "| score | of this item | offered of these | words |"
    yield "| ---: | ---: | ---: | ---: |"
    orders = [grouped(told, alike.ALIKE, order) for order in range(ORDERS)]
    for least in OF_WORDINGS:
        whole = sum((offered(told, one, least) for one in orders), Counted(0, 0, 0))
        yield f"| {least} | {whole.row} | {whole.taken / ORDERS:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
