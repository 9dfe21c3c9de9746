"""Whether a clause says what a sentence claims. Deterministic, needs no model, pure.

A sentence is aligned with the stretch of a clause that shares most of its wording; then every figure with its unit,
date, 《title》, 文号, bound, modal word, negation and name in it must stand there too, each figure beside the same
subject. What fails is never shown as supported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.entities import addresses, dates, doc_nos, modality, organs, titles
from index.entities.printed import flatten
from index.sentences import split_sentences
from index.terms import pairs
from rag.verification import figures, narrowing
from rag.verification.substitution import substituted

OVERLAP = 0.6  # of the sentence's content pairs that the clause must hold (eval's definition of support)
_WINDOW = 3  # clause sentences one claim may rest on
_MARK = re.compile(r"\[\d+(?:[,，、]\s*\d+)*\]|【\d+】|［\d+］")
# What is done to a document: who printed it need not have approved it.
_ACT = re.compile(r"批准|批复|核准|印发|转发|发布(?!会)|颁布|公布|下发|废止|修订|审议|签署|签发")
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

    Words of the `question` by which the sentence asserts nothing need no support; those that narrow it do.
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
        open_ = tuple(_narrowed(claim, claim, source, question))
        return Verdict(not open_, place, exact, exact + len(claim), open_), 2.0
    start, stop, share = _align(claim, source.text)
    window = source.text[start:stop]
    problems = [
        *_wording(claim, window, source.about, question),
        *figures.problems(claim, window, source.about, question),
        *_fixed(claim, window, source.about),
        *_names(claim, source.text, source.about, question),
        *_slots(claim, window),
        *_narrowed(claim, window, source, question),
    ]
    return Verdict(not problems, place, start, stop, tuple(problems)), share


def _begins(text: str, at: int) -> bool:
    """Whether a sentence or half-sentence begins there: behind 不得 or in mid-figure the same words say something
    else."""
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
    said = set(pairs(claim)) - figures.COMMON
    held = set(pairs(window)) | set(pairs(about))
    if not said:
        return []
    free = set(pairs(question)) - held
    counted = said - free or said
    share = len(counted & held) / len(counted)
    return [] if share >= OVERLAP else [("wording", f"与原文用词重合 {share:.0%}")]


def _fixed(claim: str, window: str, about: str) -> list[tuple[str, str]]:
    """Dates, titles, 文号, modal words and negations."""
    flat, source, document = flatten(claim), flatten(window), flatten(about)
    problems = []
    known = dates.dates(source) | dates.dates(document)
    years = {day.split("-")[0] for day in known}
    problems += [("date", day) for day in dates.dates(flat) - known if "-" in day or day not in years]
    problems += [("title", t) for t in dict.fromkeys(titles.titles(flat)) if t not in source and t not in document]
    problems += [("doc_no", n) for n in doc_nos.doc_nos(flat) if n not in source and n not in document]
    ordinals = addresses.ordinals(flat) - addresses.ordinals(source) - addresses.ordinals(document)
    problems += [("ordinal", which) for which in sorted(ordinals)]
    problems += [("modality", word) for word in modality.modals(flat) if word not in source and word not in document]
    problems += [("modality", word) for word in modality.reversals(flat, source)]
    problems += [("act", word) for word in set(_ACT.findall(flat)) if word not in source and word not in document]
    denied, said = modality.negations(flat), modality.negations(source)
    problems += [("negation", f"不{what}") for what in denied if what not in said]
    problems += [
        ("negation", f"原文为否定：{what}")
        for what in set(said)
        if len(what) == 2 and what in flat and what not in denied and source.count(what) <= said.count(what)
    ]
    return problems


def _slots(claim: str, window: str) -> list[tuple[str, str]]:
    """Years and places that stand where the clause has another."""
    return [(code, f"{said}（原文为{given}）") for code, said, given in substituted(flatten(claim), flatten(window))]


def _narrowed(claim: str, window: str, source: Source, question: str) -> list[tuple[str, str]]:
    """What the question is narrowed by and the clause does not say: in the claim's own words, or, of a claim that names
    nothing the question does (“每月300元。”), in the question's, which are all the subject it has."""
    if not question:
        return []
    phrase = claim.rstrip("。；;！")
    asked = narrowing.narrowing(question, phrase if phrase in source.text else window, source.text, source.about)
    open_ = [m.said for m in (*asked.missing, *asked.elsewhere)]
    flat = flatten(claim)
    if any(m.said in flat for m in asked.mentions if m.kind in ("name", "word")):
        return [("narrowed", said) for said in open_ if said in flat]
    return [("subject", said) for said in open_]


def _names(claim: str, text: str, about: str, question: str) -> list[tuple[str, str]]:
    """Places, organs and other proper names that neither the clause nor its document mentions."""
    import logging

    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    known = flatten(text) + "\n" + flatten(about)
    known += "\n" + re.sub("[的了]", "", known)  # what a claim may leave out runs no two words into one name
    flat = flatten(claim)
    problems = []
    for word, flag in jieba.posseg.cut(flat, HMM=False):
        if len(word) > 1 and flag in _PLACE_FLAGS and word not in known:
            problems.append(("name", word))
    for match in organs.NAMED.finditer(flat):
        tail = match[0][-3:]
        if len(match[0]) >= 3 and tail not in known and not _generic(tail):
            problems.append(("name", match[0]))
    return list(dict.fromkeys(problems))


def _generic(tail: str) -> bool:
    """Endings that are no names: 全部, 各地区, 市区 …"""
    return bool(
        re.search(
            r"个(?:省|市|区|县|州)$|(?:全|内|外|大|一|局|干|总|各|该|地|两|本|省|有关|相关|所在)(?:部|区|市|县|局|省)$|省市$|区县$|市县$",
            tail,
        )
    )
