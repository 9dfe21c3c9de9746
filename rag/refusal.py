"""Whether the evidence can answer at all: decided from scores and from what the best sentences hold, not by the model.

The thresholds lie between questions from elsewhere and everyday-worded questions on the corpus; the latter share few
words with it, so likeness of meaning decides there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.content import index_text
from index.store import Store
from rag import facts
from rag.evidence import Passage
from rag.places import PLACES
from rag.question import Query
from rag.retrieve import Ranking

LIKENESS = 0.865  # best cosine below which, without shared wording, a question is from elsewhere
WORDING = 0.30  # share of the question's weight of terms that counts as shared wording
FIGURE_WORDING = 0.12  # the same for the best sentence with a figure in it, when a figure is asked for
RARE = 0.01  # share of clauses: a place named less often than this is none of the corpus's own
LOOKED_AT = 10  # clauses
_SAYS_LITTLE = frozenset("目标 要到 达到 数量 数值 指标 标准 大小 总数 需要 要求 压缩 增长 提高 降低 下降 建成 建设 完成 新增 一共 总共 分别 各自 到达 控制 保持".split())
_ATTRIBUTE = re.compile(r"([一-鿿]{2})(?:分别|各自|各|大概|大约|一共|总共)?(?:是|为)?多少(?![个家项条座所户名])")


def reason(store: Store, query: Query, ranking: Ranking, candidates: Sequence[Passage], wording: float) -> str | None:
    """Why the question cannot be answered from these documents, or None; `wording` as Fusion.coverage gives it."""
    if not candidates:
        return "所选范围内没有可以检索的条款，无法回答。"
    likeness = max(p.similarity for p in candidates)
    if likeness < LIKENESS and wording < WORDING:
        return "所收文件与这个问题无关，无法回答。"
    texts = [_all_text(store, row) for row in ranking.rows[:LOOKED_AT]]
    if strange := _strange_place(store, query, texts):
        return f"所收文件没有关于“{strange}”的规定，无法回答。"
    if query.asks & {"number", "when"} and not query.asks & {"list", "duty"}:
        if query.years and not any(year in text for text in texts for year in query.years):
            return f"所收文件没有写明{query.years[0]}年的这项内容，无法回答。"
        if (attribute := _asked_attribute(query)) and "compare" not in query.asks and not any(attribute in text for text in texts):
            return f"所收文件没有写明“{attribute}”，无法回答。"
        if "number" in query.asks and wording < 2 * WORDING and _figure_wording(store, candidates) < FIGURE_WORDING:
            return "所收文件没有写明所问的数字，无法回答。"
    return None


def _asked_attribute(query: Query) -> str | None:
    """The two characters that name the asked-for figure (票价 in “票价是多少”), where the question says it plainly."""
    match = _ATTRIBUTE.search("".join(query.text.split()))
    return match[1] if match and match[1] not in _SAYS_LITTLE else None


def _strange_place(store: Store, query: Query, texts: Sequence[str]) -> str | None:
    """A place the question names that neither the best clauses nor, but for a mention, the corpus speaks of."""
    for place in PLACES:
        if place not in query.text or any(place in text for text in texts):
            continue
        if sum(place in clause.text for clause in store.clauses) < RARE * len(store.clauses):
            return place
    return None


def _figure_wording(store: Store, candidates: Sequence[Passage]) -> float:
    """Coverage of the question by the best sentence that holds a figure."""
    return max(
        (
            p.coverage for p in candidates
            if facts.quantities(facts.flatten(store.clauses[p.clause].text[p.start : p.stop]))
        ),
        default=0.0,
    )  # fmt: skip


def _all_text(store: Store, row: int) -> str:
    clause = store.clauses[row]
    document = store.documents[clause.doc_id]
    return index_text(document, clause) + (document.notice_title or "") + "".join(document.issuers)
