"""Checks data/nlu/asked.tsv: every line is a question, and every item named is one of ours.

How sure to be is found by these questions: it must be found anew where many have come or gone.

Prints each problem as ``file: line: sentence`` and exits with 1 if there is any.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.check_knowledge import ALL_IDS, ROOT, Problem, bare, read

FILE, SURENESS = "data/nlu/asked.tsv", "data/sureness.json"
MOST_CHANGED = 0.1
LEAST_CHARACTERS, MOST_CHARACTERS = 2, 120
MOST_ITEMS = 6
# A telephone's or an identity card's number: whoever it belongs to, it stays out.
_PERSONAL = re.compile(r"\d{11}|\d{17}[\dXx]")


def main(root: Path = ROOT) -> int:
    """Look at the file."""
    found = list(problems(root))
    for problem in found:
        print(problem)
    return 1 if found else 0


def problems(root: Path) -> Iterator[Problem]:
    """Everything that is wrong."""
    owner, lines = _written(root), (root / FILE).read_text("utf-8").splitlines()
    yield from _sureness_of(len(lines), root)
    for number, line in enumerate(lines, 1):
        ids, _, question = line.partition("\t")
        for sentence in (*_of_items(ids.split()), *_of_question(question)):
            yield Problem(FILE, str(number), sentence)
        if bare(question) in owner:
            told = owner[bare(question)]
            yield Problem(FILE, str(number), f"“{question}” stands under {told} already")
        owner[bare(question)] = f"line {number}"


def _sureness_of(questions: int, root: Path) -> Iterator[Problem]:
    file = root / SURENESS
    if not file.exists():
        return  # training finds it itself
    found = json.loads(file.read_text("utf-8"))["questions"]
    if abs(questions - found) > MOST_CHANGED * found:
        yield Problem(
            SURENESS, "questions", f"found by {found} questions, now {questions}: `make sureness`"
        )


def _written(root: Path) -> dict[str, str]:
    """The wordings that were written for an item, and which."""
    groups = read(root).groups
    pairs = (
        (one, item) for group in groups for item, lines in group.wordings.items() for one in lines
    )
    return {bare(line): item for line, item in pairs}


def _of_items(ids: list[str]) -> Iterator[str]:
    if not 1 <= len(set(ids)) == len(ids) <= MOST_ITEMS:
        yield f"names no, too many or the same items ({' '.join(ids)})"
    for item in ids:
        if item not in ALL_IDS:
            yield f"{item} is no item"


def _of_question(question: str) -> Iterator[str]:
    if not LEAST_CHARACTERS <= len(question.strip()) <= MOST_CHARACTERS or "\t" in question:
        yield f"“{question}” is no question"
    if _PERSONAL.search(question):
        yield "has somebody's number in it"


if __name__ == "__main__":
    sys.exit(main())
