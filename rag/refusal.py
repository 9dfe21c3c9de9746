"""Whether the evidence can answer at all: decided from scores and from what the best sentences hold, not by the model.

Each rule names what the documents do not state. The thresholds lie between questions from elsewhere and near misses on
one side and everyday-worded questions on the other (tests/data/refusals.jsonl; the curve is in eval's report).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.content import index_text
from index.schema import Document
from index.store import Store
from index.terms import compact
from rag import facts
from rag.addresses import stands_at
from rag.evidence import Passage, speaks_of
from rag.horizon import Horizon
from rag.places import PLACES
from rag.question import Query
from rag.retrieve import Ranking

LIKENESS = 0.865  # best cosine below which, without shared wording, a question is from elsewhere
WORDING = 0.30  # share of the question's weight of terms that counts as shared wording
FIGURE_WORDING = 0.12  # the same for the best sentence with a figure in it, when a figure is asked for
YEAR_WORDING = 0.5  # of that, what a sentence of the year asked for must reach
RARE = 0.01  # share of clauses: a place named less often than this is none of the corpus's own
LOOKED_AT = 10  # clauses
_SAYS_LITTLE = frozenset("目标 要到 达到 数量 数值 指标 标准 大小 总数 需要 要求 压缩 增长 提高 降低 下降 建成 建设 完成 新增 一共 总共 分别 各自 到达 控制 保持".split())
_ATTRIBUTE = re.compile(r"([一-鿿]{2})(?:分别|各自|各|大概|大约|一共|总共)?(?:是|为)?多少(?![个家项条座所户名])")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the decision is made from."""

    store: Store
    query: Query
    ranking: Ranking
    candidates: Sequence[Passage]
    years: Sequence[Horizon | None]  # one a sentence
    named: Sequence[Document]  # documents the question names
    wording: float  # as Fusion.coverage gives it for the first clauses


def reason(found: Evidence) -> str | None:
    """Why the question cannot be answered from these documents, or None."""
    if not found.candidates:
        return "所选范围内没有可以检索的条款，无法回答。"
    likeness = max(p.similarity for p in found.candidates)
    if likeness < LIKENESS and found.wording < WORDING:
        return "所收文件与这个问题无关，无法回答。"
    texts = [_all_text(found.store, row) for row in found.ranking.rows[:LOOKED_AT]]
    return (
        _strange_place(found, texts) or _strange_title(found) or _empty_address(found)
        or (_missing_figure(found, texts) if _wants_figure(found.query) else None)
    )  # fmt: skip


def _wants_figure(query: Query) -> bool:
    return bool(query.asks & {"number", "when"}) and not query.asks & {"list", "duty"}


def _strange_place(found: Evidence, texts: Sequence[str]) -> str | None:
    """A place the question names that neither the best clauses nor, but for a mention, the corpus speaks of."""
    clauses = found.store.clauses
    for place in PLACES:
        if place not in found.query.text or any(place in text for text in texts):
            continue
        if sum(place in clause.text for clause in clauses) < RARE * len(clauses):
            return f"所收文件没有关于“{place}”的规定，无法回答。"
    return None


def _strange_title(found: Evidence) -> str | None:
    """A 《title》 that no document bears, unless what is asked for is said where a document mentions it."""
    for title in found.query.titles:
        wanted = compact(title)
        names = (compact(n) for d in found.store.documents.values() for n in (d.title, d.notice_title or "", *d.issuers))
        told = _with_figures(found) if _wants_figure(found.query) else found.candidates[:LOOKED_AT]
        mentioned = any(wanted in compact(_text(found.store, p)) for p in told)
        if not any(wanted in name for name in names) and not mentioned:
            return f"所收文件中没有《{title}》，无法回答。"
    return None


def _empty_address(found: Evidence) -> str | None:
    """第…条 of a named document that has none."""
    address = found.query.address
    if not address or len(found.named) != 1:
        return None
    own = [clause for clause in found.store.clauses if clause.doc_id == found.named[0].doc_id]
    if any(stands_at(clause, (part,)) for clause in own for part in address):
        return None
    return f"《{found.named[0].title}》中没有{''.join(address)}，无法回答。" if stands_nowhere(address) else None


def stands_nowhere(address: Sequence[str]) -> bool:
    """Whether an address is of a kind that clauses are numbered by (款 and 项 lie within them)."""
    return any(part[-1] in "编分章节条" for part in address)


def _missing_figure(found: Evidence, texts: Sequence[str]) -> str | None:
    """The year, the attribute or the figure asked for, where no sentence near the question states it."""
    query = found.query
    figures = _with_figures(found)
    best = max((p.coverage for p in figures), default=0.0)
    if query.years and not any(year in document.title for document in found.named for year in query.years):
        if "number" in query.asks:
            timely = (p for p in figures if speaks_of(query.years, _text(found.store, p), found.years[p.sentence]))
            told = max((p.coverage for p in timely), default=0.0) >= YEAR_WORDING * best
        else:
            told = any(year in text for text in texts for year in query.years)
        if not told:
            return f"所收文件没有写明{'、'.join(query.years)}年的这项内容，无法回答。"
    attribute = _asked_attribute(query)
    if attribute and "compare" not in query.asks and not any(attribute in text for text in texts):
        return f"所收文件没有写明“{attribute}”，无法回答。"
    if "number" in query.asks and found.wording < 2 * WORDING and best < FIGURE_WORDING:
        return "所收文件没有写明所问的数字，无法回答。"
    return None


def _with_figures(found: Evidence) -> list[Passage]:
    return [p for p in found.candidates if facts.quantities(facts.flatten(_text(found.store, p)))]


def _asked_attribute(query: Query) -> str | None:
    """The two characters that name the asked-for figure (票价 in “票价是多少”), where the question says it plainly."""
    match = _ATTRIBUTE.search("".join(query.text.split()))
    return match[1] if match and match[1] not in _SAYS_LITTLE else None


def _text(store: Store, passage: Passage) -> str:
    return store.clauses[passage.clause].text[passage.start : passage.stop]


def _all_text(store: Store, row: int) -> str:
    clause = store.clauses[row]
    document = store.documents[clause.doc_id]
    return index_text(document, clause) + (document.notice_title or "") + "".join(document.issuers)
