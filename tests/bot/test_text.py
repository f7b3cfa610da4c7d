"""Spelling, words, features and vectors of a text."""

from __future__ import annotations

from pathlib import Path

import jieba
import numpy as np
import pytest
from pypinyin.constants import PHRASES_DICT

from bot.normalizer import normalize
from bot.text import sentence_vectors, shipped_vectors
from bot.text.features import Vocabulary, counted, features
from bot.text.sentence_vectors import E5Vectors, KeptVectors, key_of
from bot.text.wording import MOST_CHARACTERS, places_pattern, shortened, subject
from bot.tokenizer import tokens

PLACES = places_pattern(["上海", "广东", "沪"])


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("ＡＢＣ１２", "abc12"),
        ("養老保險怎麼轉移", "养老保险怎么转移"),
        ("社保卡😀丢了", "社保卡丢了"),
        ("失业\u200b金", "失业金"),
        ("社保　卡\t丢了", "社保 卡 丢了"),
        ("", ""),
        ("\x00\x07", ""),
    ],
)
def test_a_text_has_one_spelling(typed: str, spelled: str) -> None:
    assert normalize(typed).text == spelled


@pytest.mark.parametrize(
    "typed", ["我的社保卡丢了怎么办", "社保卡😀丢 了", "社會保險卡遺失", "㈱社保"]
)
def test_every_word_stands_where_its_offsets_say(words: jieba.Tokenizer, typed: str) -> None:
    for token in tokens(words, typed):
        assert token.text in normalize(typed[token.start : token.end]).text or token.text == "株"
        assert 0 <= token.start < token.end <= len(typed)


def test_the_fields_terms_stay_whole(words: jieba.Tokenizer) -> None:
    assert "灵活就业" in [token.text for token in tokens(words, "灵活就业怎么交")]


@pytest.mark.parametrize(
    ("typed", "about"),
    [
        ("你好，请问社保卡丢了怎么办", "社保卡丢了怎么办"),
        ("咨询上海社保卡补办的问题", "社保卡补办"),
        ("咨询养老保险问题", "养老保险"),
        ("b3区社保卡补办", "社保卡补办"),
        ("上海", "上海"),
        ("你好", "你好"),
    ],
)
def test_frame_and_places_are_no_part_of_the_subject(typed: str, about: str) -> None:
    assert subject(typed, PLACES) == about


def test_a_long_story_keeps_its_beginning_and_its_end() -> None:
    short = shortened("头" + "中" * 5_000 + "尾")
    assert len(short) <= MOST_CHARACTERS + 1
    assert (short[0], short[-1]) == ("头", "尾")


def test_no_readings_of_phrases_are_held_in_memory() -> None:
    assert not PHRASES_DICT


def test_homophones_share_their_sounds() -> None:
    right, typo = features("养老金", ["养老金"]), features("养佬金", ["养", "佬", "金"])
    assert {"~yang lao", "~lao jin"} <= set(right) & set(typo)


def test_rows_have_length_one_and_unknown_features_no_part() -> None:
    vocabulary = Vocabulary.of(
        counted([features("社保卡", ["社保卡"]), features("失业金", ["失业金"])])
    )
    _, values = vocabulary.row(features("社保卡", ["社保卡"]))
    assert np.linalg.norm(values) == pytest.approx(1.0)
    assert len(vocabulary.row(features("xyz", ["xyz"]))[0]) == 0


class CountingVectors:
    """Counts what it is asked for."""

    def __init__(self, encoder: E5Vectors) -> None:
        self.encoder = encoder
        self.asked: list[str] = []

    def one(self, text: str) -> np.ndarray:
        return self.encoder.one(text)

    def many(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return self.encoder.many(texts)


def test_vectors_of_wordings_are_computed_once(tmp_path: Path, encoder: E5Vectors) -> None:
    counting = CountingVectors(encoder)
    first = KeptVectors(tmp_path, counting, None).many(["社保卡", "失业金"])
    again = KeptVectors(tmp_path, counting, None).many(["失业金", "社保卡"])
    assert counting.asked == ["社保卡", "失业金"]
    assert np.allclose(first, again[::-1])


def test_vectors_asked_for_one_by_one_are_written_together(
    tmp_path: Path, encoder: E5Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentence_vectors, "MOST_UNWRITTEN", 2)
    kept, file = KeptVectors(tmp_path, encoder, None), tmp_path / "sentence_vectors.npz"
    kept.one("社保卡")
    assert not file.exists()
    kept.one("失业金")
    counting = CountingVectors(encoder)
    KeptVectors(tmp_path, counting, None).many(["社保卡", "失业金"])
    assert counting.asked == []


def test_a_broken_cache_is_computed_anew(tmp_path: Path, encoder: E5Vectors) -> None:
    (tmp_path / "sentence_vectors.npz").write_bytes(b"PK broken")
    assert KeptVectors(tmp_path, encoder, None).many(["社保卡"]).shape == (1, 384)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "😀"])
def test_the_encoder_takes_any_text(encoder: E5Vectors, text: str) -> None:
    assert np.isfinite(encoder.one(text)).all()


def test_shipped_vectors_come_back_nearly_as_they_were(tmp_path: Path, encoder: E5Vectors) -> None:
    texts = ["社保卡丢了怎么补办", "失业金能领几个月"]
    exact = encoder.many(texts)
    file = tmp_path / "shipped.npz"
    named = {key_of(text): row for text, row in zip(texts, exact, strict=True)}
    shipped_vectors.write(file, named)
    counting = CountingVectors(encoder)
    found = KeptVectors(tmp_path / "kept", counting, file).many(texts)
    assert counting.asked == []
    assert np.abs(found @ exact.T - exact @ exact.T).max() < 0.001


def test_what_is_kept_stays_in_its_file_whatever_is_shipped(
    tmp_path: Path, encoder: E5Vectors
) -> None:
    first, then, last = (CountingVectors(encoder) for _ in range(3))
    exact = KeptVectors(tmp_path, first, None).many(["社保卡", "失业金"])
    file = tmp_path / "shipped.npz"
    shipped_vectors.write(file, {key_of("社保卡"): exact[0]})
    found = KeptVectors(tmp_path, then, file).many(["养老金", "社保卡", "医保", "失业金"])
    assert then.asked == ["养老金", "医保"]
    assert found[3].tolist() == exact[1].tolist()
    assert found[1] @ exact[0] > 0.999
    again = KeptVectors(tmp_path, last, None).many(["社保卡", "失业金", "养老金", "医保"])
    assert last.asked == []
    assert again[0].tolist() == exact[0].tolist()
