"""Whether the evidence can answer at all: decided from scores and from what the best sentences hold, not by the model.

Each rule names what the documents do not state. The thresholds lie between questions from elsewhere and near misses on
one side and everyday-worded questions on the other (tests/data/refusals.jsonl; the curve is in eval's report).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.content import index_text
from index.schema import Document
from index.store import Store
from index.terms import compact, pairs
from rag.answering.evidence import Passage, speaks_of
from rag.answering.horizon import Horizon
from rag.query.addresses import numbered, stands_at
from rag.query.asked import Asked, asked, fits, stated
from rag.query.dictionary import cut
from rag.query.places import PLACES, PROVINCE, SHORT
from rag.query.question import Query
from rag.query.spoken import everyday
from rag.query.titles import Titles, written
from rag.query.wording import is_everyday
from rag.retrieval.retrieve import Ranking
from rag.schema import Filters
from rag.verification import facts
from rag.verification.narrowing import Narrowing

WORDING = 0.30  # share of the question's weight of terms that counts as shared wording
YEAR_WORDING = 0.5  # of the share of the best sentence with a figure in it, what one of the year asked for must reach
TIMELY = 5  # sentences among which one of that year is told in any case
FIRST = 5  # sentences that are about a question in everyday words, where they say by name what it asks for
MENTIONS = 30  # clauses: from so many on a place is one of the corpus's own, however large it is
RARE = 0.01  # share of clauses: a place named less often than this is none of the corpus's own
LOOKED_AT = 10  # clauses
ABOUT = 0.5  # of the best clause's share of the question's terms, what the clause that states the attribute must reach
ALIKE = 0.64  # likeness of what is asked for to the words of a sentence that says it in other words
SPOKEN_OF = 0.5  # share of the words a question names its documents by, with which a clause of another speaks of them
KNOWN = 0.3  # share of a document's name that one of ours must bear for it to be meant
_NAME = re.compile(
    r"([一-鿿0-9（）()、—“”A-Za-z]{4,40}?(?:规划纲要|规划(?!范围|面积|期|建设|用地|区|内|编制|的)|方案|实施意见|指导意见|若干意见|条例|办法|行动计划|实施细则))"
)
_BEFORE_NAME = re.compile(r"[说讲提写]的|[中里]的|什么|哪[个些]?|怎么|如何|谁|有没有|是否")  # in a question's sentence
_KIND = re.compile(
    r"\d{4}年?|[这那哪该本各两几一二三四五]个?|规划纲要|规划|方案|实施|意见|指导|若干|条例|办法|行动|计划|细则|总体|工作|文件|政策|[的和与及里中]"
)
_ACCOUNT, _DILUTED = 20, 0.015  # characters, and by how much the bar is lower then
_TELLING = 3  # character pairs
_NAMED = 2  # words of a question that a refusal names
_OPEN = frozenset(("list", "duty"))  # questions whose answer is no single figure or name


@dataclass(frozen=True)
class Evidence:
    """What the decision is made from."""

    store: Store
    query: Query
    ranking: Ranking
    candidates: Sequence[Passage]
    years: Sequence[Horizon | None]  # one a sentence
    titles: Titles
    wording: float  # as Fusion.coverage gives it for the first clauses
    shares: Callable[[Sequence[int]], list[float]]  # the same for each of these clause rows
    alike: Callable[[Sequence[str], Sequence[int]], float]  # likeness of words of the question to the best of sentence rows
    bar: float  # closeness below which a question is from elsewhere

    @property
    def closeness(self) -> float:
        """Best cosine of a sentence; 1 where shared wording already shows that the question is ours."""
        likeness = max((p.similarity for p in self.candidates), default=0.0)
        return 1.0 if self.wording >= WORDING else likeness

    @property
    def seldom(self) -> float:
        """In how many clauses a word or a place must stand to be one of the corpus's own."""
        return min(RARE * len(self.store.clauses), MENTIONS)

    @cached_property
    def named(self) -> list[Document]:
        """Documents the question names."""
        return self.titles.best(self.query)

    @cached_property
    def dated(self) -> bool:
        """Whether the question asks for a year that is no part of a document's name."""
        years = self.query.years
        return bool(years) and not any(year in document.title for document in self.named for year in years)


def reason(found: Evidence) -> str | None:
    """Why the question cannot be answered from these documents, or None."""
    if not found.candidates:
        return "所选范围内没有可以检索的条款，无法回答。"
    texts = [_all_text(found.store, row) for row in found.ranking.rows[:LOOKED_AT]]
    return (
        _strange_title(found) or _strange_number(found, texts) or _strange_place(found, texts) or elsewhere(found) or _empty_address(found)
        or (None if found.query.asks & (_OPEN | {"confirm"}) else _missing_year(found, texts) or _missing_attribute(found))
    )  # fmt: skip


def unanswered(narrowed: Narrowing, filters: Filters) -> str:
    """What is said where the clauses were read and none answers: what the nearest one does not speak of, if any."""
    scope = "所选范围内" if filters != Filters() else "所收文件"
    missing = dict.fromkeys(mention.said for mention in (*narrowed.missing, *narrowed.elsewhere))
    if missing:
        return f"{scope}没有写明“{'、'.join([*missing][:_NAMED])}”的这项内容，无法回答；最接近的条款说的是别的。"
    return f"{scope}没有条款直接写明所问内容，无法回答。"


def elsewhere(found: Evidence) -> str | None:
    """Neither the meaning nor the wording of anything here is near."""
    text = found.query.text
    # A case told at length: its cosine with any one sentence is lower.
    told = len(text) >= _ACCOUNT and (everyday(text) or re.search("[，,。]", text.strip("。")))
    bar = found.bar - _DILUTED if told else found.bar
    return "所收文件与这个问题无关，无法回答。" if found.closeness < bar else None


def _strange_place(found: Evidence, texts: Sequence[str]) -> str | None:
    """A place the question names that neither the best clauses nor, but for a mention, the corpus speaks of."""
    clauses = found.store.clauses
    words = cut(found.query.text)
    governed = [document.title + "".join(document.issuers) for document in _documents(found)]
    for place in PLACES:
        spoken_of = place in found.query.text if len(place) > 2 else any(word.startswith(place) for word in words)
        if not spoken_of or any(place in text or SHORT.get(place, place) in text for text in texts):
            continue
        if any(PROVINCE.get(place, place) in own for own in governed):
            continue
        if sum(place in clause.text for clause in clauses) < found.seldom:
            return f"所收文件没有关于“{place}”的规定，无法回答。"
    return None


def _strange_title(found: Evidence) -> str | None:
    """A document that none of ours is, unless what is asked for is said where one of ours mentions it."""
    query = found.query
    told = _with_figures(found) if "number" in query.asks else found.candidates[:LOOKED_AT]
    texts = [side.text for side in query.sides] or [query.text]
    said = (_BEFORE_NAME.split(name)[-1] for text in texts for name in _NAME.findall(text))
    unmarked = [name for name in said if _telling(name) and _unheard(found, name)]
    for name in (*query.titles, *unmarked):
        if found.titles.known(name) >= KNOWN or any(compact(name) in compact(_text(found.store, p)) for p in told):
            continue
        return f"所收文件中没有《{name}》，无法回答。"
    return None


def _strange_number(found: Evidence, texts: Sequence[str]) -> str | None:
    """A 文号 that no document has, unless a clause at hand mentions it."""
    if not found.query.doc_nos or found.named:
        return None
    told = ["".join(text.replace("〔", "[").replace("〕", "]").split()) for text in texts]
    for letters, year, number in found.query.doc_nos:
        if not any(written(letters[-2:], year, number) in text for text in told):
            return f"所收文件中没有文号为{letters}〔{year}〕{int(number)}号的文件，无法回答。"
    return None


def _unheard(found: Evidence, name: str) -> bool:
    """Whether a name without its 《》 holds a word that these documents hardly know, or a place that is not theirs:
    abbreviations of what is held do neither."""
    own = "".join(d.title + "".join(d.issuers) for d in found.store.documents.values())
    if any(place in name and place not in own for place in PLACES):
        return True
    return any(len(word) > 1 and len(found.store.words.holders(word)) < found.seldom for word in cut(_KIND.sub("，", name)))


def _telling(name: str) -> bool:
    """Whether a name says which document is meant: “2022年和2027年两个方案” does not."""
    return len(pairs(_KIND.sub("，", name))) >= _TELLING


def _empty_address(found: Evidence) -> str | None:
    """第…条 of a named document that has none."""
    address, named = numbered(found.query.address), found.named
    if not address or len(named) != 1:
        return None
    own = found.store.clauses_of(named[0].doc_id)
    if any(stands_at(clause, address) for clause in own):
        return None
    return f"《{named[0].title}》中没有{''.join(address)}，无法回答。"


def _missing_year(found: Evidence, texts: Sequence[str]) -> str | None:
    """The year asked for, where no sentence near the question states it or, if a figure is asked for, one of that year."""
    query = found.query
    if not found.dated:
        return None
    if "number" in query.asks:
        figures = _with_figures(found)
        best = max((p.coverage for p in figures), default=0.0)
        timely = [p for p in figures if speaks_of(query.years, _text(found.store, p), found.years[p.sentence])]
        told = any(p.coverage >= YEAR_WORDING * best or p in found.candidates[:TIMELY] for p in timely)
    else:
        told = any(year in text for text in texts for year in query.years)
    return None if told else f"所收文件没有写明{'、'.join(query.years)}年的这项内容，无法回答。"


def _with_figures(found: Evidence) -> list[Passage]:
    return [p for p in found.candidates if facts.quantities(facts.flatten(_text(found.store, p)))]


def _missing_attribute(found: Evidence) -> str | None:
    """What the question asks for by name, where no clause about its subject states it."""
    if not (wants := asked(found.query)):
        return None
    rows = list(dict.fromkeys(p.clause for p in found.candidates))
    share = dict(zip(rows, found.shares(rows), strict=True))
    about = _of_subject(found, rows)
    own = [p for p in found.candidates if p.clause in about]
    near = [p for p in own if share[p.clause] >= ABOUT * max(share.values())]
    # The wording of a question in everyday words does not tell which clauses are about it.
    first = own[:FIRST] if is_everyday(found.query, found.wording) else []
    for wanted in wants:
        timely, more = ([p for p in passages if _timely(found, wanted, p)] for passages in (near, first))
        if not any(_states(found, wanted, p) for p in timely + more) and not _alike(found, wanted, timely):
            what = f"“{''.join(wanted.attribute)}”" if wanted.attribute else "所问内容"
            return f"所收文件没有写明{what}{'的这个数字' if wanted.figure else ''}，无法回答。"
    return None


def _of_subject(found: Evidence, rows: Sequence[int]) -> set[int]:
    """Those of these clauses that can speak of what the question names: the clauses of the documents it names, or, where
    it names them without 《》, any that say half of the words it names them by; all where it names none."""
    clauses, named = found.store.clauses, {document.doc_id for document in found.named}
    own = {row for row in rows if clauses[row].doc_id in named}
    if found.query.titles and len(named) == 1:
        return own
    if not (subject := found.titles.subject(found.query)):
        return set(rows)
    terms = {row: set(pairs("\n".join((*clauses[row].path, clauses[row].text)))) for row in rows}
    return own | {row for row in rows if len(terms[row] & subject) >= SPOKEN_OF * len(subject)}


def _timely(found: Evidence, wanted: Asked, passage: Passage) -> bool:
    """Whether a sentence speaks of the year asked for, where a figure of one is."""
    if not (wanted.figure and found.dated):
        return True
    return speaks_of(found.query.years, _text(found.store, passage), found.years[passage.sentence])


def _states(found: Evidence, wanted: Asked, passage: Passage) -> bool:
    clause = found.store.clauses[passage.clause]
    return stated(wanted, _text(found.store, passage), "\n".join((*clause.path, clause.text)))


def _alike(found: Evidence, wanted: Asked, passages: Sequence[Passage]) -> bool:
    """Whether one of these sentences says in other words what is asked for by name, with a figure that fits."""
    fitting = [p.sentence for p in passages if wanted.attribute and fits(wanted, _text(found.store, p))]
    return bool(fitting) and found.alike(wanted.attribute, fitting) >= ALIKE


def _documents(found: Evidence) -> list[Document]:
    """The documents of the best clauses."""
    rows = found.ranking.rows[:LOOKED_AT]
    return [found.store.documents[found.store.clauses[row].doc_id] for row in rows]


def _text(store: Store, passage: Passage) -> str:
    return store.clauses[passage.clause].text[passage.start : passage.stop]


def _all_text(store: Store, row: int) -> str:
    clause = store.clauses[row]
    document = store.documents[clause.doc_id]
    return index_text(document, clause) + (document.notice_title or "") + "".join(document.issuers)
