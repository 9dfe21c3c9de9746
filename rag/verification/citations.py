"""Whether a clause says what a sentence claims. Deterministic, needs no model, pure.

A sentence is aligned with the stretch of a clause that shares most of its wording; then every figure with its unit,
date, 《title》, 文号, bound, modal word, negation and name in it must stand there too, each figure beside the same
subject. What fails is never shown as supported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.sentences import split_sentences
from index.terms import pairs
from rag.verification import facts
from rag.verification.slots import substituted

OVERLAP = 0.6  # of the sentence's content pairs that the clause must hold (eval's definition of support)
_WINDOW = 3  # clause sentences one claim may rest on
_MARK = re.compile(r"\[\d+(?:[,，、]\s*\d+)*\]|【\d+】|［\d+］")
_SEGMENT = re.compile(r"[，,、；;：:。]|以及|[和与及]")
_COMMON = frozenset(
    pair for word in ("达到", "力争", "实现", "超过", "突破", "左右", "以上", "目标", "其中", "分别", "总体", "到年", "年底", "根据", "规定", "提出", "明确")
    for pair in pairs(word)
)  # fmt: skip
_NAME = re.compile(r"[一-鿿]{1,8}?(?:省|市|自治区|新区|高新区|示范区|区|县|州|厅|局|委员会|委|部|办公室|银行|海关|法院|检察院|公司|大学|机场|港)")
_PLACE_FLAGS = ("ns", "nt", "nr", "nz")


@dataclass(frozen=True, slots=True)
class Source:
    """A clause's text and the words about its document that a sentence may use: title, 文号, issuers, date."""

    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`source` and the span hold only if `ok`; `problems` are (code, what) otherwise."""

    ok: bool
    source: int = -1
    start: int = 0
    stop: int = 0
    problems: tuple[tuple[str, str], ...] = ()


def verify(sentence: str, sources: Sequence[Source], question: str = "") -> Verdict:
    """Find the source that bears out `sentence`; the verdict of the nearest one if none does.

    Words of the `question` need no support in themselves (they are its subject), figures and names do.
    """
    claim = strip_marks(sentence)
    if not any(c.isalnum() for c in claim):
        return Verdict(False, problems=(("empty", "没有内容"),))
    verdicts = [_against(claim, place, source, question) for place, source in enumerate(sources)]
    if not verdicts:
        return Verdict(False, problems=(("source", "没有证据"),))
    good = [v for v in verdicts if v[0].ok]
    return max(good or verdicts, key=lambda v: v[1])[0]


def strip_marks(text: str) -> str:
    """The text without citation marks, which a model may write but never places rightly."""
    return _MARK.sub("", text).strip()


def sentences_of(text: str) -> list[str]:
    """A written answer's sentences."""
    return [text[start:stop] for start, stop in split_sentences(text)]


def repeats(sentence: str, question: str) -> bool:
    """Whether a sentence only says the question back."""
    said, asked = set(pairs(strip_marks(sentence))), set(pairs(question))
    return not said - asked


def _against(claim: str, place: int, source: Source, question: str) -> tuple[Verdict, float]:
    """The verdict, and the share of the claim's pairs found, by which sources are compared."""
    if (exact := source.text.find(claim)) >= 0 and _begins(source.text, exact):
        return Verdict(True, place, exact, exact + len(claim)), 2.0
    start, stop, share = _align(claim, source.text)
    window = source.text[start:stop]
    problems = [
        *_wording(claim, window, source.about, question),
        *_figures(claim, window, source.about),
        *_fixed(claim, window, source.about),
        *_names(claim, source.text, source.about, question),
        *_slots(claim, window),
    ]
    return Verdict(not problems, place, start, stop, tuple(problems)), share


def _begins(text: str, at: int) -> bool:
    """Whether a sentence or half-sentence begins there: behind 不得 or in mid-figure the same words say something else."""
    before = text[:at].rstrip()
    return not before or before[-1] in "。；;，,：:！？" or "\n" in text[len(before) : at]


def _align(claim: str, text: str) -> tuple[int, int, float]:
    """The run of up to _WINDOW clause sentences that holds most of the claim's pairs; the shortest of equals."""
    spans = split_sentences(text)
    wanted = set(pairs(claim))
    own = [set(pairs(text[a:b])) & wanted for a, b in spans]
    best = (0, len(text), -1.0)
    for first in range(len(spans)):
        held: set[str] = set()
        for last in range(first, min(first + _WINDOW, len(spans))):
            held |= own[last]
            share = len(held) / len(wanted) if wanted else 0.0
            if share > best[2] + (0.0 if last == first else 1e-9):
                best = (spans[first][0], spans[last][1], share)
    return best


def _wording(claim: str, window: str, about: str, question: str) -> list[tuple[str, str]]:
    said = set(pairs(claim)) - _COMMON
    held = set(pairs(window)) | set(pairs(about))
    if not said:
        return []
    free = set(pairs(question)) - held
    counted = said - free or said
    share = len(counted & held) / len(counted)
    return [] if share >= OVERLAP else [("wording", f"与原文用词重合 {share:.0%}")]


def _figures(claim: str, window: str, about: str) -> list[tuple[str, str]]:
    flat, source = facts.flatten(claim), facts.flatten(window)
    stated = facts.quantities(flat)
    given = [*facts.quantities(source)]
    around = facts.quantities(facts.flatten(about))
    problems = []
    for q in stated:
        same = [g for g in given if facts.same_quantity(q, g)]
        if not same and not any(facts.same_quantity(q, a) for a in around):
            problems.append(("figure", flat[q.start : q.stop]))
        elif same and not _same_bound(flat, q, source, same):
            problems.append(("bound", flat[max(0, q.start - 4) : q.stop + 2]))
        elif same and (_swapped(flat, q, source, given) or _other_subject(flat, q, source, same)):
            problems.append(("subject", _segment(flat, q.start)))
    return problems


def _same_bound(flat: str, q: facts.Quantity, source: str, same: Sequence[facts.Quantity]) -> bool:
    """Whether 以上, 左右, 不超过 … stand by the figure in both, or in neither."""
    mine = facts.bounds(_near(flat, q))
    return any(facts.bounds(_near(source, g)) == mine for g in same)


def _near(flat: str, q: facts.Quantity) -> str:
    before = re.split(r"[，,、；;。]", flat[max(0, q.start - 8) : q.start])[-1]
    behind = re.split(r"[，,、；;。]", flat[q.stop : q.stop + 3])[0]
    return before + flat[q.start : q.stop] + behind


def _swapped(flat: str, q: facts.Quantity, source: str, given: Sequence[facts.Quantity]) -> bool:
    """Whether the words beside the figure stand, in the source, beside another figure of its unit instead."""
    context = set(pairs(re.sub(r"[\d.%]+", "", _segment(flat, q.start)))) - _COMMON
    if not context:
        return False
    best_same = best_other = 0
    for g in given:
        overlap = len(context & set(pairs(_segment(source, g.start))))
        if facts.same_quantity(q, g):
            best_same = max(best_same, overlap)
        elif g.unit == q.unit:
            best_other = max(best_other, overlap)
    return best_other > best_same


def _other_subject(flat: str, q: facts.Quantity, source: str, same: Sequence[facts.Quantity]) -> bool:
    """Whether the words before the figure name what, in the source, another figure's half-sentence speaks of."""
    start = max((m.end() for m in _SEGMENT.finditer(flat, 0, q.start)), default=0)
    said = set(pairs(flat[start : q.start])) - _COMMON
    own: set[str] = set()
    others: set[str] = set()
    at = 0
    for part in re.split(r"[；;。]", source):
        stop = at + len(part)
        if any(at <= g.start < stop for g in same):
            own |= set(pairs(part))
        elif facts.quantities(part):
            others |= set(pairs(part))
        at = stop + 1
    return len(said & others - own) >= 2


def _segment(flat: str, at: int) -> str:
    """The stretch between commas in which a place of the text lies."""
    start = max((m.end() for m in _SEGMENT.finditer(flat, 0, at)), default=0)
    end = _SEGMENT.search(flat, at)
    return flat[start : end.start() if end else len(flat)]


def _fixed(claim: str, window: str, about: str) -> list[tuple[str, str]]:
    """Dates, titles, 文号, modal words and negations."""
    flat, source, document = facts.flatten(claim), facts.flatten(window), facts.flatten(about)
    problems = []
    known = facts.dates(source) | facts.dates(document)
    years = {day.split("-")[0] for day in known}
    problems += [("date", day) for day in facts.dates(flat) - known if "-" in day or day not in years]
    problems += [("title", t) for t in facts.titles(flat) if t not in source and t not in document]
    problems += [("doc_no", n) for n in facts.doc_nos(flat) if n not in source and n not in document]
    problems += [("modality", word) for word in facts.modals(flat) if word not in source and word not in document]
    problems += [("modality", word) for word in facts.reversals(flat, source)]
    problems += [("act", word) for word in facts.acts(flat) if word not in source and word not in document]
    denied, said = facts.negations(flat), facts.negations(source)
    problems += [("negation", f"不{what}") for what in denied if what not in said]
    problems += [
        ("negation", f"原文为否定：{what}")
        for what in set(said)
        if len(what) == 2 and what in flat and what not in denied and source.count(what) <= said.count(what)
    ]
    return problems


def _slots(claim: str, window: str) -> list[tuple[str, str]]:
    """Years and places that stand where the clause has another."""
    return [(code, f"{said}（原文为{given}）") for code, said, given in substituted(facts.flatten(claim), facts.flatten(window))]


def _names(claim: str, text: str, about: str, question: str) -> list[tuple[str, str]]:
    """Places, organs and other proper names that neither the clause nor its document mentions."""
    import logging

    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    known = facts.flatten(text) + "\n" + facts.flatten(about)
    flat = facts.flatten(claim)
    problems = []
    for word, flag in jieba.posseg.cut(flat, HMM=False):
        if len(word) > 1 and flag in _PLACE_FLAGS and word not in known:
            problems.append(("name", word))
    for match in _NAME.finditer(flat):
        tail = match[0][-3:]
        if len(match[0]) >= 3 and tail not in known and not _generic(tail):
            problems.append(("name", match[0]))
    return list(dict.fromkeys(problems))


def _generic(tail: str) -> bool:
    """Endings that are no names: 全部, 各地区, 市区 …"""
    return bool(re.search(r"个(?:省|市|区|县|州)$|(?:全|内|外|大|一|局|干|总|各|该|地|两|本|省|有关|相关|所在)(?:部|区|市|县|局|省)$|省市$|区县$|市县$", tail))
