"""The encoder adapts: its twin in TensorFlow agrees with it, and nothing mixes two encoders."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.ranking.model import Model
from bot.text import biases, packed_encoder, shipped_vectors
from bot.text.biases import AS_IT_COMES, Biases
from bot.text.packed_encoder import StrangeEncoder
from bot.text.sentence_vectors import E5Vectors, KeptVectors, key_of

ROOT = Path(__file__).resolve().parents[2]
LOST = ["社保卡丢了怎么办", "卡掉了去哪补", "社保卡遗失怎么挂失", "补办社保卡要带什么"]
JOBLESS = ["失业金能领几个月", "没工作了能领钱吗", "失业金领取条件", "被辞退能领失业金不"]
STRANGE = ["ｆｕｌｌ　ｗｉｄｔｈ", "two  spaces in English", "😀", "龘𪚥", "x", ""]


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What another process, with the real TensorFlow, found."""
    asked = {"texts": [*LOST, *JOBLESS, *STRANGE], "labels": ["lost"] * 4 + ["jobless"] * 4}
    probe = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.bot.adapting_probe"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=55,
    )
    told: dict[str, Any] = json.loads(probe.stdout)
    return told


@pytest.fixture(scope="module")
def other() -> Biases:
    """Biases as they might have been learnt."""
    packed = packed_encoder.read(packed_encoder.shipped())
    return Biases({"l11.oln.b": packed.floats("l11.oln.b")[::-1].copy()})


def test_pieces_are_those_of_the_encoder(found: dict[str, Any]) -> None:
    encoder = E5Vectors()
    encoder.one("")
    asked = [*LOST, *JOBLESS, *STRANGE]
    counted = [encoder._encoder.token_count(text, True) for text in asked]
    assert found["pieces"] == counted


def test_the_network_gives_the_encoders_vectors(found: dict[str, Any]) -> None:
    assert min(found["as_it_comes"]) > 0.999
    assert min(found["adapted"]) > 0.999


def test_learning_moves_the_vectors_and_parts_the_intents(found: dict[str, Any]) -> None:
    assert found["moved"] < 0.99
    before, after = found["apart"]
    assert after > 1.5 * before


def test_biases_come_back_from_their_file(tmp_path: Path, other: Biases) -> None:
    file = tmp_path / "biases.npz"
    biases.write(file, other, {"社保卡丢了"})
    assert biases.read(file).fingerprint == other.fingerprint != ""
    assert biases.seen(file) == {biases.short_hash("社保卡丢了")}


def test_without_a_file_the_encoder_is_as_it_comes(tmp_path: Path) -> None:
    assert biases.read(tmp_path / "none.npz") is AS_IT_COMES
    assert biases.seen(tmp_path / "none.npz") == frozenset()


@pytest.mark.parametrize(
    "values",
    [{"l0.q.b": np.zeros(3)}, {"l0.q.w": np.zeros(384 * 384)}, {"l99.q.b": np.zeros(384)}],
)
def test_biases_of_another_encoder_are_refused(values: dict[str, np.ndarray]) -> None:
    with pytest.raises(StrangeEncoder):
        E5Vectors(Biases(values)).one("社保卡")


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.bin"
    file.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(StrangeEncoder):
        packed_encoder.read(file)


def test_kept_vectors_of_two_encoders_do_not_mix(tmp_path: Path, other: Biases) -> None:
    plain = KeptVectors(tmp_path, E5Vectors(), None).one("社保卡")
    changed = KeptVectors(tmp_path, E5Vectors(other), None).one("社保卡")
    assert float(plain @ changed) < 0.99
    assert np.allclose(KeptVectors(tmp_path, E5Vectors(), None).one("社保卡"), plain)


def test_shipped_vectors_of_another_encoder_are_not_taken(tmp_path: Path, other: Biases) -> None:
    file = tmp_path / "shipped.npz"
    row = np.full(384, 384**-0.5, dtype=np.float32)
    shipped_vectors.write(file, {key_of("社保卡", AS_IT_COMES): row}, AS_IT_COMES)
    assert shipped_vectors.read(file, other) == {}
    assert len(shipped_vectors.read(file, AS_IT_COMES)) == 1


def test_a_model_carries_the_biases_it_was_trained_with(
    tmp_path: Path, model: Model, other: Biases
) -> None:
    replace(model, biases=other).save(tmp_path)
    assert Model.read(tmp_path).biases.fingerprint == other.fingerprint
    model.save(tmp_path)
    assert Model.read(tmp_path).biases.fingerprint == ""
