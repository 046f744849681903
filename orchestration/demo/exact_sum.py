"""Making an amount out of given pieces exactly: the last step of every calibration."""

from __future__ import annotations

from collections.abc import Iterable


class ExactSum:
    """What is left of an amount, and whether a piece may still be taken from it.

    A piece may be taken while the rest can still be made of the pieces. The amount aimed at is the largest sum of
    pieces (each as often as needed) that does not exceed `amount`.
    """

    def __init__(self, amount: int, pieces: Iterable[int]) -> None:
        self._can_be_made = [True] + [False] * amount
        for piece in set(pieces):
            for total in range(piece, amount + 1):
                self._can_be_made[total] |= self._can_be_made[total - piece]
        self.left = max(total for total in range(amount + 1) if self._can_be_made[total])

    def fits(self, piece: int) -> bool:
        return piece <= self.left and self._can_be_made[self.left - piece]

    def take(self, piece: int) -> None:
        self.left -= piece
