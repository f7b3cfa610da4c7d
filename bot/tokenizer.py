"""Chinese words by jieba, with the field's own terms from a lexicon file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jieba
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.normalizer import normalize
from bot.text.lexicon import cutter, terms

_LEXICON_FILE = "lexicon.txt"
MOST_CUT = 600


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
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
        """`lexicon` (one term a line) and `glossary`: what jieba keeps whole."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
            "lexicon": "data/lexicon.txt",
            "glossary": "data/knowledge/glossary.yml",
        }

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, lexicon: list[str]
    ) -> None:
        super().__init__(config)
        self._storage = storage
        self._resource = resource
        self._lexicon = lexicon
        self._cutter = cutter(lexicon)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ChineseTokenizer:
        """Make a tokenizer from the lexicon in the repository."""
        lexicon = terms(Path(config["lexicon"]), Path(config["glossary"]))
        return cls(config, model_storage, resource, lexicon)

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
            lexicon = (directory / _LEXICON_FILE).read_text(encoding="utf-8").splitlines()
        return cls(config, model_storage, resource, lexicon)

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the lexicon in the model."""
        with self._storage.write_to(self._resource) as directory:
            (directory / _LEXICON_FILE).write_text("\n".join(self._lexicon), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Cut what was said; a message that comes in has none of training's other texts."""
        for message in messages:
            message.set(TOKENS_NAMES[TEXT], self.tokenize(message, TEXT))
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Cut the text of `attribute` into words."""
        return tokens(self._cutter, message.get(attribute) or "")


def tokens(words: jieba.Tokenizer, text: str) -> list[Token]:
    """The words of `text`, normalised, without white space; of a very long text both ends."""
    spelled = normalize(text)
    found = []
    for begin, stop in _pieces(len(spelled.text)):
        for word, start, end in words.tokenize(spelled.text[begin:stop]):
            if word.strip():
                found.append(Token(word, *spelled.span(begin + start, begin + end)))
    return found


def _pieces(length: int) -> list[tuple[int, int]]:
    """Nothing that is decided looks at the middle of a very long text."""
    if length <= MOST_CUT:
        return [(0, length)]
    return [(0, MOST_CUT // 2), (length - MOST_CUT // 2, length)]
