"""The vault: values open only in their place and with their key; keys turn without opening any."""

from __future__ import annotations

import base64

import pytest

from records import vault
from records.vault import (
    AUDIT,
    INDEX,
    BadVaultKey,
    Keyring,
    MissingHashKey,
    Unsealable,
    blind,
    hash_key,
    read_key,
    rewrapped,
    seal,
    seal_bytes,
    unseal,
    unseal_bytes,
    version_of,
)

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PLACE = "identities.id_number:1"


def written(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode()


def test_a_value_opens_in_its_place_with_its_key_and_nowhere_else() -> None:
    sealed = seal(OLD, "310199199003150241", PLACE)
    assert unseal(OLD, sealed, PLACE) == "310199199003150241"
    for key, value, place in (
        (NEW, sealed, PLACE),
        (OLD, sealed, "identities.id_number:2"),
        (OLD, sealed[:-1] + bytes([sealed[-1] ^ 1]), PLACE),
        (OLD, b"\0\0\0\2" + sealed[4:], PLACE),
        (OLD, sealed[:40], PLACE),
        (OLD, b"", PLACE),
    ):
        with pytest.raises(Unsealable):
            unseal(key, value, place)


def test_no_two_seals_share_a_data_key() -> None:
    one, other = seal(OLD, "x", PLACE), seal(OLD, "x", PLACE)
    assert one != other
    swapped = one[: vault.VERSION_BYTES + 60] + other[vault.VERSION_BYTES + 60 :]
    with pytest.raises(Unsealable):
        unseal(OLD, swapped, PLACE)


def test_what_is_no_text_is_sealed_as_well() -> None:
    content = bytes(range(256)) * 50
    assert unseal_bytes(OLD, seal_bytes(OLD, content, PLACE), PLACE) == content


def test_turning_the_key_changes_the_wrapping_and_not_the_value() -> None:
    before = read_key(written(OLD))
    turning = read_key(f"2={written(NEW)},1={written(OLD)}")
    after = read_key(f"2={written(NEW)}")
    sealed = seal(before, "值", PLACE)
    assert (version_of(sealed), unseal(turning, sealed, PLACE)) == (1, "值")
    turned = rewrapped(turning, sealed)
    assert version_of(turned) == 2
    assert turned[64:] == sealed[64:]
    assert unseal(after, turned, PLACE) == "值"
    for key, value in ((after, sealed), (before, turned)):
        with pytest.raises(Unsealable):
            unseal(key, value, PLACE)
    with pytest.raises(Unsealable):
        rewrapped(after, sealed)


def test_a_keyring_shows_no_key() -> None:
    assert repr(OLD) not in repr(read_key(written(OLD)))
    assert "versions" not in repr(read_key(written(OLD)))


@pytest.mark.parametrize(
    "text",
    ["", "x", written(OLD)[:-4], "1=", "0=" + written(OLD), "a=" + written(OLD)]
    + [f"1={written(OLD)},1={written(NEW)}", f"1={written(OLD)},{written(NEW)}"],
)
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadVaultKey):
        read_key(text)


def test_every_key_that_starts_like_a_version_is_read_rightly() -> None:
    for first in range(256):
        key = bytes([first]) + OLD[1:]
        assert read_key(written(key)) == Keyring(1, {1: key}, turns=False)


def test_hashes_have_keys_of_their_own_that_outlast_the_vault_key() -> None:
    alone, turning = read_key(written(OLD)), read_key(f"2={written(NEW)},1={written(OLD)}")
    assert hash_key("", alone, INDEX) != hash_key("", alone, AUDIT) != OLD
    with pytest.raises(MissingHashKey):
        hash_key("", turning, INDEX)
    # Whoever began without a key of its own goes on with the old vault key as that.
    assert hash_key(written(OLD), turning, INDEX) == hash_key("", alone, INDEX)


def test_a_blind_index_finds_the_same_value_of_the_same_kind_only() -> None:
    key = hash_key("", read_key(written(OLD)), INDEX)
    assert blind(key, "phone", "13800000000") == blind(key, "phone", "13800000000")
    assert blind(key, "phone", "13800000000") != blind(key, "openid", "13800000000")
    assert blind(key, "phone", "13800000000") != blind(NEW, "phone", "13800000000")
