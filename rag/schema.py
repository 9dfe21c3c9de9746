"""What retrieval and answering hand to the page, the command line and the evaluation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from index.schema import Clause, Document

CONCLUDING = frozenset(("span", "model", "metadata", "correction", "outline", "row", "computed"))  # origins of a 结论
SUPPORTING = 3  # verbatim sentences shown at once
_OWN_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Status:
    """时效 of a document as of a date."""

    value: str  # in_force / expired / unknown
    reason: str  # Chinese, e.g. 实施期2020—2022年已于2022年底届满
    span: str | None  # the verbatim words the reason rests on


@dataclass(frozen=True, slots=True)
class Filters:
    """What the user narrows the search to; None means any."""

    document: str | None = None  # part of a title or a 文号
    level: str | None = None
    issuer: str | None = None
    region: str | None = None
    kind: str | None = None
    year: int | None = None
    status: str | None = None
    collection: str | None = None  # a folder of documents, as rag.collection names it


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing said differently; spans are of the two texts given."""

    kind: str  # of rag.relating.differences: 数字, 年份, 要求 or 责任单位
    ours: tuple[int, int]
    theirs: tuple[int, int]
    what: str  # the words both stand beside


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved clause. What follows `status` is set by related search only."""

    rank: int  # 1-based
    score: float
    clause: Clause
    document: Document
    status: Status
    relation: str | None = None  # of rag.relating.labels.RELATIONS
    hierarchy: str | None = None  # 上位依据 or 贯彻落实, where the documents stand so
    quote: str | None = None  # the clause's sentence that shows it
    unit: str = ""  # the clause of the paste it is related to
    pasted: str | None = None  # the sentence of that
    differences: tuple[Difference, ...] = ()  # spans of `unit` and of the clause's text


@dataclass(frozen=True, slots=True)
class Citation:
    n: int  # 1-based; [n] in the answer
    clause: Clause
    document: Document
    status: Status
    quote: str  # a verbatim span of clause.text


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    citations: tuple[int, ...]
    origin: str

    # span: the words of a clause that answer; model: written, then checked; metadata: the document's own facts;
    # correction: what the question takes for granted and the clause contradicts; outline: a heading, an item of a list,
    # or how many there are; row: a table's row; computed: worked out from rows; extract: verbatim; refusal: why there
    # is no answer; nearest: what does not answer

    @property
    def marked(self) -> str:
        """The text with its [n] marks; a “[9]” of the document's own becomes “［9］”, so that no mark is but ours."""
        return _OWN_MARK.sub(r"［\1］", self.text) + "".join(f"[{n}]" for n in self.citations)


@dataclass(frozen=True, slots=True)
class Side:
    """One document's side of a comparison."""

    document: Document
    status: Status
    text: str  # verbatim
    n: int  # the citation it rests on


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a table that an answer rests on."""

    caption: str
    columns: tuple[str, ...]  # with their units
    rows: tuple[tuple[tuple[str, ...], int], ...]  # the cells of each, and its citation


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading of an outline."""

    depth: int  # 0 the outermost
    text: str
    n: int  # its citation


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the question arrived, but for `rerank_ms`; None where that moment never came."""

    evidence_ms: float | None = None
    rerank_ms: float | None = None  # of that, where a reranker is set: the cross-encoder's part
    first_token_ms: float | None = None
    read_ms: float | None = None  # what the reader took, where one is set
    formal_ms: float | None = None  # when an everyday question had been searched in the documents' words too
    total_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    question: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    refused: bool
    notes: tuple[str, ...] = ()  # what the reader must know: expired, model absent, sentences dropped
    timings: Timings = field(default_factory=Timings)
    max_cosine: float | None = None  # as refusal.Evidence.max_cosine; None where the document's own facts answer
    confidence: float | None = None  # how likely it answers, 0 to 1, refused or not; None where no reader has said
    rewriting: str = ""  # the documents' words that an everyday question was searched with beside its own
    comparison: tuple[Side, ...] = ()  # only where a comparison is asked for and documents differ
    table: Grid | None = None  # only where rows of a table answer
    outline: tuple[Entry, ...] = ()  # only where headings answer

    @property
    def conclusion(self) -> tuple[Sentence, ...]:
        """结论: the sentences that answer by themselves; empty where there is no safe one, or none has been read
        yet."""
        return tuple(sentence for sentence in self.sentences if sentence.origin in CONCLUDING)

    @property
    def support(self) -> tuple[Sentence, ...]:
        """依据, or 相关原文 where nothing is concluded: the first verbatim sentences."""
        return tuple(sentence for sentence in self.sentences if sentence.origin == "extract")[:SUPPORTING]

    @property
    def further(self) -> tuple[Sentence, ...]:
        """The verbatim sentences behind those, to be shown folded."""
        return tuple(sentence for sentence in self.sentences if sentence.origin == "extract")[SUPPORTING:]

    @property
    def text(self) -> str:
        """The sentences with their [n] marks."""
        return "".join(sentence.marked for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a streamed answer; `answer` is always whole and checked as far as it goes.

    `stage` is evidence (hits are in, nothing answered yet), formal (the model is naming an everyday question's matter
    in the documents' words; evidence comes again), extract (verbatim sentences are there, their relevance not read
    yet), read (the reader has settled conclusion, sentences or refusal), draft (the model is writing; `draft` holds its
    unchecked words so far, to be shown as such or not at all) or done. `ahead` is how many others the chat model
    serves first, where a server lets its users take turns.
    """

    stage: str
    answer: Answer
    draft: str = ""
    ahead: int = 0
