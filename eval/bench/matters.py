"""What an official could ask of a corpus: made of its own titles, numbers, headings and tables, so that any corpus will do.
Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from index.schema import Clause, Document
from rag.library import Library
from rag.words.dictionary import cut

_FIGURE = re.compile(
    r"([一-鿿]{2,8}(?:里程|面积|规模|人口|比重|覆盖率|吞吐量|总量|产值|数量))(达到|超过|突破|不低于|约)\s*"
    r"(\d[\d.]*)\s*(平方公里|公里|万?亿元|万元|亿?万?吨|万?人|[%％]|万?个)"
)
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d+[.．、])\s*")
_SHORT = 26  # characters; nobody types a longer title


@dataclass(frozen=True, slots=True)
class Matters:
    """Questions, and what their answers have to hold."""

    figure: str  # a question
    value: str  # the number its answer is
    numbered: Document  # with a 文号
    other: Document  # another of its kind
    heading: str  # of `numbered` or another, with several below it
    headed: Document
    row: str  # a question that a table answers; empty where there are no tables
    issuer: str
    words: str  # two words of one clause
    clause: Clause  # a long one, to be pasted
    half: str  # the first half of a 文号, with other brackets than printed


def matters(library: Library) -> Matters:
    """What is at hand; StopIteration never: a corpus without a figure asks for a 文号."""
    entries = [document for document, _, _ in library.documents()]
    clauses = [clause for clause in library.store.clauses if not clause.marks and not clause.doubtful]
    short = [d for d in entries if len(d.title) <= _SHORT] or entries
    numbered = next((d for d in short if d.doc_no and d.issued_on and d.issuers), short[0])
    other = next((d for d in short if d is not numbered and d.kind == numbered.kind), short[-1])
    figure, value = _figure(clauses, {d.doc_id: d for d in short}) or (
        f"{numbered.title}的文号是什么？",
        numbered.doc_no or "",
    )
    headed, heading = _heading(clauses, {d.doc_id: d for d in short})
    long = max((c for c in clauses if c.kind == "clause" and len(c.text) < 400), key=lambda c: len(c.text))
    half = re.sub(r"〔", "[", re.sub(r"〕.*", "]", numbered.doc_no or numbered.title[:4]))
    words = " ".join(_frequent(long.text))
    issuer = (numbered.issuers or ("",))[0]
    return Matters(figure, value, numbered, other, heading, headed, _row(clauses), issuer, words, long, half)


def _figure(clauses: list[Clause], documents: dict[str, Document]) -> tuple[str, str] | None:
    for clause in clauses:
        if clause.kind == "clause" and clause.doc_id in documents and (found := _FIGURE.search(clause.text)):
            return f"《{documents[clause.doc_id].title}》中{found[1]}{found[2]}多少{found[4]}？", found[3]
    return None


def _frequent(text: str) -> list[str]:
    """The two words of two characters or more that a text repeats most."""
    counts = Counter(word for word in cut(text) if len(word) > 1 and not word.isdigit())
    return [word for word, _ in counts.most_common(2)]


def _heading(clauses: list[Clause], documents: dict[str, Document]) -> tuple[Document, str]:
    """A first-level heading with three or more below it."""
    for (doc_id, first), own in groupby(clauses, key=lambda c: (c.doc_id, c.path[:1])):
        below = {clause.path[1] for clause in own if len(clause.path) > 1}
        if doc_id in documents and first and len(below) >= 3:
            return documents[doc_id], re.sub(r"^第?[一二三四五六七八九十]+[章、]?\s*", "", first[0])
    document = next(iter(documents.values()))
    return document, "主要内容"


def _row(clauses: list[Clause]) -> str:
    for clause in clauses:
        grid = clause.grid
        if grid is None or not grid.read or len(grid.columns) < 3:
            continue
        named = [(n, c) for n, c in zip(grid.columns, grid.cells, strict=True) if n.strip() and c.strip()]
        if len(named) >= 3 and 4 <= len(named[1][1]) <= 24 and not any(_NUMBERED.match(cell) for _, cell in named):
            return f"{' '.join(named[1][1].split())}的{' '.join(named[2][0].split())}是什么？"
    return ""
