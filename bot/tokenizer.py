"""Chinese words by jieba, with the field's own terms from a lexicon file."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import jieba
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.normalizer import normalize

_LEXICON_FILE = "lexicon.txt"

jieba.setLogLevel(logging.WARNING)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True
)
class ChineseTokenizer(Tokenizer):
    """Tokens are normalised words; their offsets point into the citizen's own text."""

    @staticmethod
    def supported_languages() -> list[str] | None:
        """Chinese alone: the words come from a Chinese dictionary."""
        return ["zh"]

    @staticmethod
    def required_packages() -> list[str]:
        """What has to be installed beside Rasa."""
        return ["jieba", "opencc"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`lexicon`: a file with one term a line; jieba keeps such terms whole."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
            "lexicon": "data/lexicon.txt",
        }

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, lexicon: Path
    ) -> None:
        super().__init__(config)
        self._storage = storage
        self._resource = resource
        self._lexicon = lexicon
        self._words = words(lexicon)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ChineseTokenizer:
        """Make a tokenizer from the lexicon in the repository."""
        return cls(config, model_storage, resource, Path(config["lexicon"]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ChineseTokenizer:
        """Make a tokenizer from the lexicon that the model was trained with."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, directory / _LEXICON_FILE)

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the lexicon in the model."""
        with self._storage.write_to(self._resource) as directory:
            shutil.copyfile(self._lexicon, directory / _LEXICON_FILE)
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Cut the text of `attribute` into words."""
        return self._apply_token_pattern(tokens(self._words, message.get(attribute) or ""))


def words(lexicon: Path) -> jieba.Tokenizer:
    """jieba's own dictionary and the terms of `lexicon`."""
    cutter = jieba.Tokenizer()
    cutter.initialize()
    for line in lexicon.read_text(encoding="utf-8").splitlines():
        term = line.strip()
        if term and not term.startswith("#"):
            cutter.add_word(term)
    return cutter


def tokens(cutter: jieba.Tokenizer, text: str) -> list[Token]:
    """The words of `text`, normalised, without white space."""
    spelled = normalize(text)
    found = []
    for word, start, end in cutter.tokenize(spelled.text):
        if word.strip():
            found.append(Token(word, *spelled.span(start, end)))
    return found
