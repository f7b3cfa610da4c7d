"""What the engine makes of questions: `python -m bot.understand q.jsonl model.tar.gz`.

For each line `{"question": …}` prints `{"question", "decision", "intent", "answers", "ms"}`.
The questions go through the model's own graph, as messages of citizens do.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# As the server sets it: the matrices of one question are small.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main(questions: Path, model: Path) -> int:
    """Print one line of JSON for each question."""
    parse = parser(model)
    for question in _questions(questions):
        started = time.perf_counter()
        understood = parse(question)
        milliseconds = (time.perf_counter() - started) * 1000
        line = {
            "question": question,
            "decision": understood.get("decision", "reject"),
            "intent": understood["intent"]["name"],
            "answers": understood.get("answers", []),
            "ms": round(milliseconds, 3),
        }
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


def parser(model: Path) -> Any:
    """A function from a text to Rasa's parse data, by the graph of `model`."""
    import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports

    # isort: split
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.trackers import DialogueStateTracker

    understand = graph_of(model)
    tracker = DialogueStateTracker.from_events("understand", [])

    def parse(text: str) -> dict[str, Any]:
        # A citizen's text never begins with a slash: the gateway has made it a full-width one.
        return understand(UserMessage("／" + text[1:] if text.startswith("/") else text), tracker)

    parse("预热")
    return parse


def graph_of(model: Path) -> Callable[[Any, Any], dict[str, Any]]:
    """A function from a message and its tracker to Rasa's parse data, by the graph of `model`."""
    import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports

    # isort: split
    from rasa.core.processor import MessageProcessor

    from bot.serving.tuning import tune

    tune()
    _, metadata, graph = MessageProcessor._load_model(str(model))

    def understand(message: Any, tracker: Any) -> dict[str, Any]:
        inputs = {"__message__": [message], "__tracker__": tracker}
        understood = graph.run(inputs=inputs, targets=[metadata.nlu_target])
        found: dict[str, Any] = understood[metadata.nlu_target][0].as_dict(True)
        found.setdefault("intent", {"name": "out_of_scope"})
        return found

    return understand


def _questions(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield str(json.loads(line)["question"])
            except (ValueError, KeyError, TypeError):
                sys.exit(f'{file}: line {number} is not a JSON object with a "question"')


if __name__ == "__main__":
    if len(sys.argv) != 3 or not Path(sys.argv[1]).is_file():
        sys.exit("usage: make -s understand FILE=questions.jsonl")
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
