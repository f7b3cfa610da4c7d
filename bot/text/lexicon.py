"""The words that jieba keeps whole: the glossary's terms and popular names, and our own list."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable
from pathlib import Path

import jieba
import yaml

from bot.normalizer import normalize

jieba.setLogLevel(logging.WARNING)


def terms(lexicon: Path, glossary: Path) -> list[str]:
    """All terms in one spelling, each once, in order."""
    listed = [line.strip() for line in lexicon.read_text(encoding="utf-8").splitlines()]
    own = [line for line in listed if line and not line.startswith("#")]
    named = yaml.safe_load(glossary.read_text(encoding="utf-8"))["terms"]
    official = [word for one in named for word in (one["term"], *one.get("colloquial", ()))]
    spelled = [normalize(str(word)).text for word in (*own, *official)]
    # jieba cannot keep a term with a space in it, and one character is a word anyway.
    return sorted({word for word in spelled if len(word) > 1 and " " not in word})


def cutter(words: Iterable[str]) -> jieba.Tokenizer:
    """jieba with its own dictionary and these words; made once for the same words."""
    return _cutter(tuple(words))


@functools.lru_cache(maxsize=2)
def _cutter(words: tuple[str, ...]) -> jieba.Tokenizer:
    made = jieba.Tokenizer()
    made.initialize()
    for word in words:
        made.add_word(word)
    return made
