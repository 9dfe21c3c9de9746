"""文件关系: which document cites, implements, approves or replaces which, each with the words that say so. Pure.

Computed from the clauses alone whenever an index is opened, in one pass: names are found (index.entities.mentions),
resolved (rag.lineage.names) and read in their sentence (rag.lineage.relations). Named documents that are not held are
nodes as well.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from index.entities.dates import days
from index.entities.doc_nos import is_doc_no, normal
from index.entities.mentions import Mention, mentions
from index.entities.titles import core, plain
from index.schema import Clause, Document
from index.terms import compact
from rag.lineage.names import Names, issued_titles
from rag.lineage.relations import APPROVES, CITES, IMPLEMENTS, REPLACES, relation, relation_of_titles, sentence, to_come

_GENERIC = re.compile(
    r"^(?:本)?(?:总体|实施|行动|工作|推进|建设|专项|管理|若干|指导|发展|规划|暂行|联合)*"
    r"(?:规划|纲要|方案|计划|意见|措施|办法|条例|规定|细则|通知|批复|决定|清单|要点|规则|标准|协议|办法|法)$"
)
_BARE_TITLE = 8  # characters from which a title is told from other words without its 《》
_SHORT_NAME = 4  # characters from which the end of a title may stand for it
_GOES_ON = re.compile(r"[,。;、:)(]|和|及|与|以及|等|要求|精神|明确|提出|已|有关|的(?:批复|通知|要求|部署|意见|函)|$")
_COMES = re.compile(
    r"(?:[,。;、:)(》]|根据|依据|按照|依照|落实|贯彻|实施|执行|同意|批准|印发|的|和|及|与|关于|政府|办公厅|^)$"
)

# What the other document is to the one in hand: (relation, whether the one in hand says it) → label.
LABEL = {
    (IMPLEMENTS, True): "上位依据",
    (IMPLEMENTS, False): "贯彻落实",
    (APPROVES, False): "批准本文件",
    (APPROVES, True): "本文件批准",
    (CITES, True): "本文件引用",
    (CITES, False): "引用本文件",
    (REPLACES, False): "废止本文件",
    (REPLACES, True): "本文件废止",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A document held, or one that is only named."""

    id: str  # doc_id, or out-… for one outside the corpus
    title: str  # as printed in the citation for one outside; its 文号 where only that is printed
    doc_no: str | None
    issued_on: str | None
    level: str | None
    in_corpus: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """One place where `source` names `target`."""

    source: str  # doc_id of the document that speaks
    target: str  # id of a node
    relation: str  # cites / implements / approves / replaces
    clause_id: str
    path: tuple[str, ...]
    start: int  # quote == clause.text[start:stop]: the sentence, verbatim
    stop: int
    quote: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A document, what it names and what names it."""

    document: Document
    nodes: tuple[Node, ...]  # the document first, then in order of appearance
    edges: tuple[Edge, ...]  # those it says itself first, in printed order


@dataclass(frozen=True)
class Lineage:
    """The whole graph. `edges` in corpus order."""

    nodes: dict[str, Node]
    edges: tuple[Edge, ...]

    @cached_property
    def _from(self) -> Mapping[str, Sequence[Edge]]:
        return _by(self.edges, lambda edge: edge.source)

    @cached_property
    def _to(self) -> Mapping[str, Sequence[Edge]]:
        return _by(self.edges, lambda edge: edge.target)

    def around(self, document: Document) -> Neighbourhood:
        """The edges that begin or end at `document`, and their ends."""
        own, others = self._from.get(document.doc_id, ()), self._to.get(document.doc_id, ())
        ids = dict.fromkeys([document.doc_id, *(e.target for e in own), *(e.source for e in others)])
        return Neighbourhood(document, tuple(self.nodes[i] for i in ids), (*own, *others))

    def rests_on(self, doc_id: str) -> set[str]:
        """Documents held that this one implements or that approve it, directly or through another."""
        found: set[str] = set()
        todo = [doc_id]
        while todo:
            now = todo.pop()
            upper = {e.target for e in self._from.get(now, ()) if e.relation == IMPLEMENTS}
            upper |= {e.source for e in self._to.get(now, ()) if e.relation == APPROVES}
            new = {other for other in upper if self.nodes[other].in_corpus} - found - {doc_id}
            found |= new
            todo += new
        return found

    def replacing(self, doc_id: str) -> list[Edge]:
        """Where other documents of the corpus say that this one is no longer in force."""
        return [edge for edge in self._to.get(doc_id, ()) if edge.relation == REPLACES]


def _by(edges: Sequence[Edge], key: Callable[[Edge], str]) -> Mapping[str, Sequence[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(key(edge), []).append(edge)
    return found


def lineage(documents: Sequence[Document], clauses: Sequence[Clause]) -> Lineage:
    """The graph of a corpus; `clauses` of every document in printed order."""
    own: dict[str, list[Clause]] = {document.doc_id: [] for document in documents}
    for clause in clauses:
        own[clause.doc_id].append(clause)
    issues = {
        doc_id: [title for clause in group if clause.kind == "notice" for title in issued_titles(clause.text)]
        for doc_id, group in own.items()
    }
    graph = _Graph(documents, Names(documents, issues))
    for document in documents:
        graph.read(document, own[document.doc_id])
    return Lineage(graph.nodes, tuple(graph.edges))


def in_words(around: Neighbourhood) -> list[str]:
    """A neighbourhood as lines of text: each relation, the other document and the sentence that shows it."""
    titles = {node.id: f"《{node.title}》" + ("" if node.in_corpus else "（库外）") for node in around.nodes}
    lines = [f"《{around.document.title}》"]
    for edge in around.edges:
        own = edge.source == around.document.doc_id
        label, other = LABEL[edge.relation, own], edge.target if own else edge.source
        where = " › ".join(edge.path)
        lines.append(f"〔{label}〕{titles[other]}\n    {where}{'：' * bool(where)}“{' '.join(edge.quote.split())}”")
    return lines if around.edges else [*lines, "文中没有提到别的文件，也没有别的文件提到它。"]


def _longer(mention: Mention, full: dict[str, Mention]) -> Mention:
    """《人才办法》 in a document that names one 《海州市人才办法》 means that one."""
    short = core(mention.name)
    fit = [m for name, m in full.items() if len(name) > len(short) >= _SHORT_NAME and name.endswith(short)]
    return fit[0] if len(fit) == 1 else mention


def _own_number(mention: Mention, clause: Clause) -> bool:
    """Whether a bare 文号 is the document's own: in its notice, at the end of a line, or that under which it was
    公布."""
    text = clause.text
    begin, end = text.rfind("\n", 0, mention.start) + 1, text.find("\n", mention.stop)
    line = text[begin : end if end >= 0 else len(text)].strip(" 　（）()")
    alone = is_doc_no(line) or (end == mention.stop and "。" not in line)
    return clause.kind == "notice" and bool(
        alone or re.match(r"\s*(?:公布|发布|颁布|修订|修正|通过|印发)", text[mention.stop :])
    )


class _Graph:
    """What is collected while the documents are read."""

    def __init__(self, documents: Sequence[Document], names: Names) -> None:
        self.names = names
        self.nodes = {d.doc_id: Node(d.doc_id, d.title, d.doc_no, d.issued_on, d.level, True) for d in documents}
        self.edges: list[Edge] = []
        self._outside: dict[str, str] = {}  # 文号 → id of an outside node
        self._titles: dict[str, list[tuple[str, Document]]] = defaultdict(list)  # by their first letters
        for document in documents:
            title = plain(document.title)
            if len(title) >= _BARE_TITLE:
                self._titles[title[:4]].append((title, document))

    def read(self, document: Document, clauses: Sequence[Clause]) -> None:
        """Add what one document says."""
        found = [(clause, mention) for clause in clauses for mention in mentions(clause.text)]
        shorts = {plain(m.short): m for _, m in found if m.short and m.name}
        full = {core(m.name): m for _, m in found if m.name}
        for clause, mention in found:
            if not mention.name and _own_number(mention, clause):
                continue
            meant = shorts.get(plain(mention.name), mention) if mention.name else mention
            if meant is mention and mention.name and _GENERIC.match(plain(mention.name)):
                continue  # 《规划》 without a 以下简称 is the document itself or nobody knows which
            kind = relation(mention, clause, document)
            if meant is mention and self.names.resolve(mention.name, mention.doc_no, document) is None:
                meant = _longer(mention, full)
            target = self._target(meant, mention, clause, document, kind)
            if target is not None:
                self._add(document, target, kind, clause, mention.start, mention.after)
        for clause in clauses:
            if clause.kind in ("notice", "preamble"):
                self._read_bare(document, clause)

    def _target(self, meant: Mention, mention: Mention, clause: Clause, document: Document, kind: str) -> str | None:
        """The node a mention means; None for the document itself, or for one still to be written."""
        target = self.names.resolve(meant.name, meant.doc_no, document)
        if target == document.doc_id and kind == REPLACES:  # a new edition ends the old one of the same title
            target = self.names.resolve(meant.name, meant.doc_no, document, others=True)
        elif target == document.doc_id:
            return None
        if target is not None:
            return target
        return None if to_come(mention, clause) else self._named(meant, mention, clause, kind)

    def _named(self, meant: Mention, mention: Mention, clause: Clause, kind: str) -> str:
        """The outside node of a name; of an edition that is replaced, one for each date it is said to be of."""
        day = None
        if kind == REPLACES:
            begin, _ = sentence(clause.text, mention.start, mention.after)
            named = [day for day, _, _ in days(clause.text[begin : mention.start])]
            issued = re.search(r"(?:发布|公布|印发|颁布|通过)[^，,；;]*$", clause.text[begin : mention.start])
            day = named[-1] if named and issued else None
        no = normal(meant.doc_no) if meant.doc_no else None
        key = f"{core(meant.name)}|{day or ''}" if meant.name else f"{no}|"
        node_id = self._outside.get(no) if no and not meant.name else None
        node_id = node_id or "out-" + hashlib.sha256(key.encode()).hexdigest()[:12]
        title = "".join(meant.name.split()) or compact(meant.doc_no or "")
        held = self.nodes.setdefault(node_id, Node(node_id, title, None, day, None, False))
        if no:
            self._outside.setdefault(no, node_id)
            if held.doc_no is None:
                self.nodes[node_id] = replace(held, doc_no="".join((meant.doc_no or "").split()))
        return node_id

    def _read_bare(self, document: Document, clause: Clause) -> None:
        """Titles of the corpus without 《》, in a title (X实施细则, X的批复) or in running text (根据X)."""
        letters = [(c, at) for at, raw in enumerate(clause.text) for c in plain(raw)]
        flat = "".join(c for c, _ in letters)
        taken = [(m.start, m.stop) for m in mentions(clause.text)]
        printed = plain(document.notice_title or document.title)
        whole = flat.find(printed) if clause.kind == "notice" else -1
        for place, title, other in self._bare_titles(flat):
            start, stop = letters[place][1], letters[place + len(title) - 1][1] + 1
            if other.doc_id == document.doc_id or any(a < stop and start < b for a, b in taken):
                continue
            if 0 <= whole <= place and place + len(title) <= whole + len(printed):
                kind = relation_of_titles(printed, title, document.kind)
            elif _GOES_ON.match(flat, place + len(title)) and _COMES.search(flat[:place]):
                kind = relation(Mention("", None, None, start, stop, stop), clause, document)
            else:
                kind = None
            if kind is not None:
                self._add(document, other.doc_id, kind, clause, start, stop)

    def _bare_titles(self, flat: str) -> Iterator[tuple[int, str, Document]]:
        """(place, title, document) of corpus titles in a text, the longest where several begin."""
        for place in range(len(flat)):
            fit = [(t, d) for t, d in self._titles.get(flat[place : place + 4], ()) if flat.startswith(t, place)]
            if fit:
                longest = max(len(title) for title, _ in fit)
                same = [(t, d) for t, d in fit if len(t) == longest]
                if len(same) == 1:
                    yield place, *same[0]

    def _add(self, source: Document, target: str, kind: str, clause: Clause, start: int, stop: int) -> None:
        begin, end = sentence(clause.text, start, stop)
        self.edges.append(
            Edge(source.doc_id, target, kind, clause.clause_id, clause.path, begin, end, clause.text[begin:end])
        )
