"""The numbering 1 / 1.1 / 1.1.1 of emergency plans, standards and technical annexes, in a part that counts so. Pure.

A part counts so where some x.1 has an x.2 behind it; a lone 1.2 is a figure. Its numbers stand above 一、 and （一）
where they come first (1 总则, 1.1 目的), and below where they are items of one (二、建设内容: 1. 1.1 1.2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.markers import ITEM_RANK, Marker

_DECIMAL = re.compile(r"^(\d{1,2}(?:[.．]\d{1,2}){0,3})([.．]?)[\s　]*(?=[一-鿿“《（])(.*)$")
_ABOVE, _BELOW = 45, ITEM_RANK  # the ranks of 1; of 1.1, 1.1.1 … one more each
_MEASURE = re.compile(
    r"[百千]?[万亿]|[个元倍年月日天吨米分岁人户座条项处级类亩度]|公里|公斤|小时|平方|立方|千瓦|兆瓦|毫|厘|摄氏|左右|以[上下内]"
)
_OUTER = ("一、", "（一）")
_HEADS = ("编", "分编", "章", "附件")


def uses_decimals(texts: Sequence[str]) -> bool:
    """Whether paragraphs are numbered 1.1, 1.2 …: some x.1 with x.2 behind it."""
    values = {_value(match[1]) for text in texts if (match := _DECIMAL.match(text))}
    return any(len(value) == 2 and value[1] == 1 and (value[0], 2) in values for value in values)


def decimals(texts: Sequence[str], marks: Sequence[Marker | None]) -> list[Marker | None]:
    """The marks of paragraphs, with the decimal ones among them in the chapters that count so."""
    out = list(marks)
    heads = [place for place, mark in enumerate(marks) if mark is not None and mark.kind in _HEADS]
    for begin, end in zip([0, *heads], [*heads, len(texts)], strict=True):
        if uses_decimals(texts[begin:end]):
            run = _Run()
            out[begin:end] = [
                run.mark(text, mark) for text, mark in zip(texts[begin:end], marks[begin:end], strict=True)
            ]
    return out


class _Run:
    """Where the count of one part stands."""

    def __init__(self) -> None:
        self.last: tuple[int, ...] = ()
        self.rank = _ABOVE
        self.dotted = False  # whether its outermost numbers are printed with a point behind them
        self.outer = False  # a 一、 or （一） has come, and none of its items yet
        self.items = 0  # the last of 1. 2. 3. below a number of this count

    def mark(self, text: str, mark: Marker | None) -> Marker | None:
        """The mark of the next paragraph, `mark` where it is no number of this count."""
        match = _DECIMAL.match(text)
        if match is None or (mark is not None and mark.kind in ("条", "附件")):
            if mark is not None and mark.kind in _OUTER:
                self.outer, self.items = True, 0
            return mark
        value, dotted = _value(match[1]), bool(match[2])
        begins = value in ((1,), (1, 1)) and (not self.last or (self.outer and self.rank == _BELOW))
        if begins:
            self.rank, self.dotted = (_BELOW if self.outer else _ABOVE), dotted
        elif not self._fits(value, dotted, match[3]):
            self.items = value[0] if len(value) == 1 else 0
            return mark if len(value) == 1 else None
        self.last, self.outer, self.items = value, False, 0
        return Marker("1.1", self.rank + len(value) - 1, match[1], match[3])

    def _fits(self, value: tuple[int, ...], dotted: bool, rest: str) -> bool:
        """Whether a number goes on with the count; faults in it stay as printed, figures and items are none of it."""
        if len(value) == 1:
            goes_on = bool(self.last) and 0 < value[0] - self.last[0] <= 2 and dotted == self.dotted
            return goes_on and not (self.items and value[0] == self.items + 1) and not _MEASURE.match(rest)
        if value in _next(self.last):
            return True
        return not _MEASURE.match(rest) and (not self.last or value[0] in (self.last[0], self.last[0] + 1))


def _next(last: tuple[int, ...]) -> set[tuple[int, ...]]:
    """The numbers that may follow one: a step at any of its levels, or the first below it."""
    return {(*last, 1), *((*last[:depth], last[depth] + 1) for depth in range(len(last)))}


def _value(label: str) -> tuple[int, ...]:
    return tuple(map(int, re.split(r"[.．]", label)))
