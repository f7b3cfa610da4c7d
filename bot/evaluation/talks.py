"""`python -m bot.evaluation.talks`: how well whole talks are followed, from first to last message.

`bench/talks.jsonl` holds talks like those of `data/follow_ups/talks.jsonl`, by writers that have no
part in that; `earlier` marks messages that are only clear from what was told before. Each message
is understood after what was really understood before it, as in the engine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports

# isort: split
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.in_context import understood
from bot.understand import graph_of

TALKS = Path("bench/talks.jsonl")
MOST_CHOICES = 3
GOES_ON = ("same", "other")
EARLIER = "told earlier"
Parsed = dict[str, Any]
Parse = Callable[[UserMessage, DialogueStateTracker], Parsed]


def main(model: Path, file: Path) -> int:
    """Say what became of each kind of message."""
    parse, found = graph_of(model), dict[str, Counter[str]]()
    for line in file.read_text("utf-8").splitlines():
        for kind, verdict in judged(json.loads(line)["talk"], parse):
            found.setdefault(kind, Counter())[verdict] += 1
    sys.stdout.writelines(f"{line}\n" for line in told(found))
    return 0


def judged(talk: Sequence[Mapping[str, Any]], parse: Parse) -> Iterator[tuple[str, str]]:
    """The kind of each message and the verdict on it; once more where it hangs on what was told."""
    events: list[Event] = [ActionExecuted("action_listen")]
    for one in talk:
        tracker = DialogueStateTracker.from_events("talk", events)

        async def understand(said: UserMessage, tracker: DialogueStateTracker = tracker) -> Parsed:
            return parse(said, tracker)

        parsed = asyncio.run(understood(UserMessage(one["said"]), tracker, understand))
        events += [
            UserUttered(one["said"], parsed["intent"], parsed.get("entities") or [], parsed),
            ActionExecuted("action_listen"),
        ]
        verdict = verdict_on(parsed, {*one["want"]})
        yield one["kind"], verdict
        if one.get("earlier") and one["kind"] in GOES_ON:
            yield EARLIER, verdict


def verdict_on(parsed: Mapping[str, Any], want: set[str]) -> str:
    """What a message that wants these items came to; of two matters each is looked at."""
    listed = [one["id"] for one in parsed.get("answers") or ()]
    parts = [one["answers"][0]["id"] for one in parsed.get("parts") or () if one["answers"]]
    if parsed.get("decision") == "answer":
        return "right" if {*listed[:1], *parts} & want else "wrong"
    if parsed.get("decision") == "clarify":
        return "among choices" if {*listed[:MOST_CHOICES]} & want else "other choices"
    return str(parsed.get("decision"))


def told(found: Mapping[str, Counter[str]]) -> Iterator[str]:
    """A line a kind, in percent."""
    for kind, verdicts in sorted(found.items()):
        count = verdicts.total()
        shares = ", ".join(f"{v} {100 * n / count:.0f}" for v, n in verdicts.most_common())
        yield f"{kind:12}{count:5} {shares}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--file", type=Path, default=TALKS)
    return parser.parse_args()


if __name__ == "__main__":
    options = _options()
    sys.exit(main(options.model, options.file))
