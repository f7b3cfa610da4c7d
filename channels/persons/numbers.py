"""What numbers that identify a person look like, and what tells them from other figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

RESIDENT_ID, PHONE, CARD = "resident_id", "phone", "bank_card"
FEWEST_OF_A_CARD = 15
# Blanks, dashes, dots and strokes that people put between digits; never a comma, which groups
# amounts.
_GAP = (
    r"[ \u00a0\u2000-\u200a\u202f\u3000\t"
    r".\u3002\uff0e\u00b7\u2022\u2027\u30fb"
    r"_/\\\uff0f\-\u2010-\u2015\u2212\ufe63\uff0d]"
)
_PROVINCES = {
    *(11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46),
    *(50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83),
}
# The groups in which people write a mobile number; 1500 2000 300 are three amounts.
_PHONE_GROUPS = {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (3, 3, 5), (1,) * 11}
_STAMP = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("~", _GAP + "{0,2}"))


_ID_18 = _shape(r"(?<!\d)(?=(\d(?:~\d){16}~[\dX])(?!\d))")
_ID_18_GLUED = re.compile(r"(?=(\d{17}[\dX]))")
_ID_15 = _shape(r"(?<!\d)(?=(\d(?:~\d){14})(?!\d))")
_CARD = tuple(_shape(rf"(?<!\d)(?=(\d(?:~\d){{{many - 1}}})(?!\d))") for many in (19, 18, 17, 16))
_MOBILE = r"((?:(?:\+|00)?86~)?1~[3-9](?:~\d){9})(?!\d)"
_PHONE = _shape(rf"(?<!\d)(?={_MOBILE})")
_PHONE_443 = _shape(r"(?<!\d)(?=(1[3-9]\d\d~\d{4}~\d{3})(?!\d|~[元块]))")
# The word that says what a number is makes sure of what its digits do not prove.
_LINK = r"(?:号码|号)?(?:[\u4e00-\u9fff]{2,4}行)?[\s是为:：,，(（]{0,4}"
_PHONE_WORD = r"(?i:手机|电话|联系方式|微信|tel|phone|mobile)"
_CARD_WORD = r"(?:银行卡|储蓄卡|借记卡|信用卡|工资卡|社保卡|社会保障卡|卡号)"
_ID_WORD = r"(?:身份证|证件号)"


def _beside(word: str, number: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A number behind its word, and one that is said to be it: ……是我的银行卡."""
    return (
        _shape(rf"{word}{_LINK}(?=({number})(?!\d))"),
        _shape(rf"(?<!\d)(?=({number})(?!\d)\s*就?是[^\d\s,，。;；]{{0,6}}{word})"),
    )


_PHONE_NAMED = _shape(rf"{_PHONE_WORD}{_LINK}(?={_MOBILE})")
_CARD_NAMED = _beside(_CARD_WORD, r"\d(?:~\d){11,18}")
_ID_NAMED = _beside(_ID_WORD, r"\d(?:~\d){16}(?:~[\dX])?")
_ID_NAMED_GLUED = _beside(_ID_WORD, r"\d{15,19}X?")


def check_digit(digits: str) -> str:
    """The 18th character of a resident identity number (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits))
    return "0123456789X"[(12 - total) % 11]


def _digits(written: str) -> str:
    return "".join(character for character in written if character.isdigit() or character == "X")


def value(kind: str, written: str) -> str:
    """The number itself, without what stands between its digits or before a mobile one."""
    digits = _digits(written)
    return digits[-11:] if kind == PHONE else digits


def _groups(written: str) -> tuple[int, ...]:
    return tuple(len(group) for group in re.split(r"[^0-9X]+", written) if group)


def _is_id_18(written: str) -> bool:
    """Region and birthday are right; a slip in the check digit identifies no less."""
    digits = _digits(written)
    return int(digits[:2]) in _PROVINCES and _is_birthday(digits[6:14])


def _is_checked_id_18(written: str) -> bool:
    digits = _digits(written)
    return _is_id_18(written) and check_digit(digits[:17]) == digits[17]


def _is_id_15(written: str) -> bool:
    digits = _digits(written)
    return int(digits[:2]) in _PROVINCES and _is_birthday("19" + digits[6:12])


def _is_named_id(written: str) -> bool:
    """A digit too few, or a birthday that never was, is a slip: the rest still names somebody."""
    return int(_digits(written)[:2]) in _PROVINCES


def _is_birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1880 <= born.year <= 2100


def _is_card(written: str) -> bool:
    digits, groups = _digits(written), _groups(written)
    if digits[0] == "0" or len(set(digits)) == 1 or _STAMP.match(digits):
        return False
    return _luhn(digits) and _is_grouped_as_card(written, digits, groups)


def _is_named_card(written: str) -> bool:
    """Behind the word for it a slip of a digit is still somebody's card."""
    digits, groups = _digits(written), _groups(written)
    whole = len(groups) == 1 or len(digits) >= FEWEST_OF_A_CARD
    return whole and _is_grouped_as_card(written, digits, groups)


def _is_grouped_as_card(written: str, digits: str, groups: tuple[int, ...]) -> bool:
    if len(groups) > 1 and (digits[0] not in "3456" or _end_in("00", written)):
        return False
    return groups in _card_groups(len(digits))


def _end_in(zeros: str, written: str) -> bool:
    """Whether each group is as round as amounts are."""
    return all(group.endswith(zeros) for group in re.split(r"\D+", written) if group)


def _card_groups(many: int) -> set[tuple[int, ...]]:
    fours = (4,) * (many // 4) + ((many % 4,) if many % 4 else ())
    return {(many,), fours, (6, many - 6), (1,) * many, (4, many - 4), (many - 4, 4)}


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        weighed = int(digit) * (1 + place % 2)
        total += weighed - 9 if weighed > 9 else weighed
    return total % 10 == 0


def _is_phone(written: str) -> bool:
    if "/" in written and _end_in("0", written):
        return False
    groups = _phone_groups(written)
    return groups in _PHONE_GROUPS or (groups == (4, 4, 3) and "-" in written)


def _is_phone_443(written: str) -> bool:
    """1381 2345 678; but 1500 2000 300 are amounts, and 1998 2003 150 begins with years."""
    years = all(group[:2] in ("19", "20") for group in re.split(r"\D+", written)[:2])
    return _groups(written) == (4, 4, 3) and not years and not _end_in("0", written)


def _is_named_phone(written: str) -> bool:
    """Behind the word for it a number may be grouped at will."""
    groups = _phone_groups(written)
    return (len(groups) <= 4 or groups in _PHONE_GROUPS) and not _end_in("00", written)


def _phone_groups(written: str) -> tuple[int, ...]:
    country = re.match(r"(?:\+|00)?86\D*", written)
    return _groups(written[country.end() :] if country else written)


# The surest first: what one search has found, the next cannot see.
SEARCHES: tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...] = (
    (_ID_18, RESIDENT_ID, _is_checked_id_18),
    *((named, RESIDENT_ID, _is_named_id) for named in _ID_NAMED),
    *((card, CARD, _is_card) for card in _CARD),
    (_ID_18, RESIDENT_ID, _is_id_18),
    (_ID_18_GLUED, RESIDENT_ID, _is_checked_id_18),
    (_ID_15, RESIDENT_ID, _is_id_15),
    *((named, RESIDENT_ID, bool) for named in _ID_NAMED_GLUED),
    *((named, CARD, _is_named_card) for named in _CARD_NAMED),
    (_PHONE, PHONE, _is_phone),
    (_PHONE_443, PHONE, _is_phone_443),
    (_PHONE_NAMED, PHONE, _is_named_phone),
)
