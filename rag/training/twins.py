"""Minimal pairs by rule: a question with one word, year or number exchanged for another of its kind is not answered.

What is put in comes from the same text where it can, so that a reader must relate and not only look up.
"""

from __future__ import annotations

import logging
import random
import re
from collections import defaultdict
from collections.abc import Sequence

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_KINDS = ("n", "nr", "ns", "nt", "nz", "t", "vn", "j")
_ASKED = re.compile(r"[什么哪谁几多少怎如何是否]")
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:省|自治区|市|自治州|州|盟|县|区|旗)")
_NAMING = ("《{}》里，", "按照{}，", "{}：")
_FROM_TEXT = 0.6
_KEPT = 4000  # words of a kind remembered from earlier questions


class Twins:
    """Remembers the words of earlier questions to draw from."""

    def __init__(self, chance: random.Random) -> None:
        import jieba.posseg

        jieba.setLogLevel(logging.WARNING)
        self._cut = jieba.posseg.lcut
        self._chance = chance
        self._seen: dict[str, list[str]] = defaultdict(list)

    def of(self, question: str, body: str, answer: str) -> str | None:
        """A twin of a question that `body` answers by `answer`; None where no word offers itself."""
        years = _YEAR.findall(question)
        if years and self._chance.random() < 0.5:
            old = self._chance.choice(years)
            told_of = set(_YEAR.findall(body))  # of these the body may say the same
            around = [year for d in (-5, -2, -1, 1, 2, 3, 5) if (year := str(int(old) + d)) not in told_of]
            return question.replace(old, self._chance.choice(around)) if around else None
        words = [(word, tag) for word, tag in self._cut(question, HMM=False) if _exchangeable(word, tag)]
        told = [(word, tag) for word, tag in words if word in body and word not in answer]
        for word, tag in told:
            if len(self._seen[tag]) < _KEPT:
                self._seen[tag].append(word)
        if not told:
            return None
        word, tag = self._chance.choice(told)
        near = [
            w
            for w, t in self._cut(body, HMM=False)
            if t == tag and _exchangeable(w, t) and w not in question and w not in answer
        ]
        pool = (
            near if near and self._chance.random() < _FROM_TEXT else [w for w in self._seen[tag] if w not in question]
        )
        if not pool:
            return None
        return question.replace(word, self._chance.choice(pool), 1)

    def named(self, questions: Sequence[str], own: str, other: str) -> tuple[list[str], list[str]] | None:
        """The questions with the document they are about named, by its title or its place, and with another's name
        there instead; None where the two do not differ, or only some of the questions name the place themselves."""
        here, there = (found[0] if (found := _PLACE.match(title)) else "" for title in (own, other))
        differ = bool(here and there and here != there)
        held = [bool(here) and here in question for question in questions]
        if differ and all(held):
            return list(questions), [question.replace(here, there) for question in questions]
        if own == other or any(held):
            return None
        if differ and self._chance.random() < 0.5:
            own, other = here, there
        way = self._chance.choice(_NAMING)
        return [way.format(own) + question for question in questions], [
            way.format(other) + question for question in questions
        ]


def _exchangeable(word: str, tag: str) -> bool:
    return len(word) > 1 and tag in _KINDS and not _ASKED.search(word)
