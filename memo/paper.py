"""What a paper says, before it is Word, Markdown or plain text: questions with their answers, and numbered sources.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.schema import Clause, Document
from rag.relating.related import RelatedClauses
from rag.schema import Answer, Hit, Sentence, Status
from rag.status import LABEL

REFUSED = "所收文件未能回答这个问题"
REFUSED_IN_SCOPE = "在所选范围内未能回答这个问题"
NEAREST = "最接近的条款（未回答问题）"
UNSURE = "未能确定这些原文直接回答了问题，请自行判断"  # neither yes nor no
ADDRESS = " › "  # between the headings above a clause


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence or clause, verbatim where a document says it, and the sources it rests on."""

    text: str
    sources: tuple[int, ...] = ()

    @property
    def marked(self) -> str:
        """With its [n] marks; a “[9]” of the document's own becomes “［9］”, so that no mark is but ours."""
        return Sentence(self.text, self.sources, "").marked


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and what stands below it."""

    heading: str
    said: tuple[Said, ...] = ()
    numbered: bool = False
    rows: tuple[tuple[str, ...], ...] = ()  # of a table, the first its columns


@dataclass(frozen=True, slots=True)
class Origin:
    """One numbered source: where a quote stands and how it holds."""

    n: int
    document: str
    doc_no: str | None
    path: tuple[str, ...]
    quote: str
    status: Status
    doubtful: bool = False
    marked: bool = False  # its clause holds words that state no policy

    @property
    def place(self) -> str:
        """Document, 文号 and address on one line."""
        number = f"（{self.doc_no}）" if self.doc_no else ""
        return f"《{self.document}》{number}" + (f"，{ADDRESS.join(self.path)}" if self.path else "")

    @property
    def holds(self) -> str:
        """时效 in a word, and whether the words want comparing with the original."""
        doubts = ("，扫描识别，待核" if self.doubtful else "") + ("，条中含非政策文字" if self.marked else "")
        return LABEL[self.status.value] + doubts


@dataclass(frozen=True, slots=True)
class Part:
    """One question (or pasted clause) and what was found."""

    question: str
    blocks: tuple[Block, ...]
    origins: tuple[Origin, ...]
    day: date  # of retrieval
    notes: tuple[str, ...] = ()
    scope: str = ""  # the filters it was asked under, in words
    asked: str = "问题"  # what the question is called


@dataclass(frozen=True, slots=True)
class Paper:
    title: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()  # of the whole, below the title


def part(answer: Answer, day: date, scope: str = "") -> Part:
    """An answer as it is shown, unfolded nothing."""
    quoted = _quoted(answer)
    cited = {n for s in (*answer.conclusion, *quoted) for n in s.citations} | {side.n for side in answer.comparison}
    cited |= {n for _, n in answer.table.rows} if answer.table else set()
    unsure = "" if answer.refused or answer.conclusion else f"（{UNSURE}）"
    why = [s for s in answer.sentences if s.origin == "refusal"] if answer.refused else []
    blocks = (
        Block(refused(scope), _said(why)),
        Block("结论", _said(answer.conclusion)),
        Block("对照", tuple(Said(f"《{s.document.title}》：{s.text}", (s.n,)) for s in answer.comparison)),
        Block("表格", rows=_rows(answer)),
        Block(quoted_as(answer) + unsure, _said(quoted), numbered=True),
    )
    origins = tuple(_origin(c.n, c.document, c.clause, c.quote, c.status) for c in answer.citations if c.n in cited)
    shown = tuple(block for block in blocks if block.said or block.rows)
    return Part(answer.question, shown, origins, day, answer.notes, scope)


def refused(scope: str) -> str:
    """What a refusal is headed by: filters may be why."""
    return REFUSED_IN_SCOPE if scope else REFUSED


def quoted_as(answer: Answer) -> str:
    """What the verbatim sentences are called."""
    return NEAREST if answer.refused else "依据" if answer.conclusion else "相关原文"


def related_paper(found: Sequence[RelatedClauses], day: date, notes: Sequence[str] = ()) -> Paper:
    """A paste's related clauses, relation by relation; of a draft, clause by clause. `notes`: what was not looked up."""
    return Paper("相关政策", tuple(_around(each, day) for each in found), tuple(notes))


def differing(hit: Hit) -> tuple[str, ...]:
    """What a related clause says differently, each in words."""
    return tuple(
        f"{d.kind}{f'（{d.what}）' if d.what else ''}：粘贴“{hit.unit[slice(*d.ours)] or '未写'}”，本条“{hit.clause.text[slice(*d.theirs)] or '未写'}”"
        for d in hit.differences
    )


def _around(found: RelatedClauses, day: date) -> Part:
    groups: dict[str, list[tuple[int, Hit]]] = {}
    for n, hit in enumerate(found.hits, 1):
        groups.setdefault(hit.relation or "相关条款", []).append((n, hit))
    blocks = tuple(
        Block(relation, tuple(said for n, hit in hits for said in _beside(n, hit))) for relation, hits in groups.items()
    )
    origins = tuple(_origin(n, h.document, h.clause, h.quote or "", h.status) for n, h in enumerate(found.hits, 1))
    notes = () if found.related else ("未找到相关条款，以上只是最接近的。" if found.hits else "所选范围内没有条款。",)
    return Part(found.text, blocks, origins, day, notes, asked="条款原文")


def _beside(n: int, hit: Hit) -> tuple[Said, ...]:
    """A related clause, and below it how its document stands where the label does not say so, and what it says
    differently."""
    hierarchy = f"（{hit.hierarchy}）" if hit.hierarchy and hit.hierarchy != hit.relation else ""
    differences = f"（不同之处：{'；'.join(told)}）" if (told := differing(hit)) else ""
    return (Said(hit.clause.printed, (n,)), *(Said(line) for line in (hierarchy, differences) if line))


def _origin(n: int, document: Document, clause: Clause, quote: str, status: Status) -> Origin:
    return Origin(n, document.title, document.doc_no, clause.path, quote, status, clause.doubtful, bool(clause.marks))


def _quoted(answer: Answer) -> Sequence[Sentence]:
    return [s for s in answer.sentences if s.origin == "nearest"] if answer.refused else answer.support


def _said(sentences: Sequence[Sentence]) -> tuple[Said, ...]:
    return tuple(Said(sentence.text, sentence.citations) for sentence in sentences)


def _rows(answer: Answer) -> tuple[tuple[str, ...], ...]:
    if answer.table is None:
        return ()
    return ((*answer.table.columns, "出处"), *((*cells, f"[{n}]") for cells, n in answer.table.rows))
