"""The JSON of an answer → the answer, to be shown again exactly as it was given. Pure.

What the contract does not carry (a document's issuers, level, period) is left empty: nothing that is shown of an answer
needs it.
"""

from __future__ import annotations

from collections.abc import Mapping

from index.schema import Clause, Document, Source
from rag.schema import Answer, Citation, Entry, Grid, Hit, Sentence, Side, Status, Timings


def answer(told: Mapping) -> Answer:
    """What rag.contract.answer_json was made from."""
    citations = tuple(_citation(each) for each in told["citations"])
    by_number = {citation.n: citation for citation in citations}
    table, known = told.get("table"), Timings.__slots__
    return Answer(
        question=told["question"],
        sentences=tuple(Sentence(s["text"], tuple(s["citations"]), s["origin"]) for s in told["sentences"]),
        citations=citations,
        hits=tuple(_hit(each) for each in told["hits"]),
        refused=told["refused"],
        notes=tuple(told["notes"]),
        timings=Timings(**{name: ms for name, ms in told["timings"].items() if name in known}),
        max_cosine=told["closeness"],
        confidence=told["confidence"],
        rewriting=told.get("formal", ""),
        comparison=tuple(
            Side(by_number[s["citation"]].document, by_number[s["citation"]].status, s["text"], s["citation"])
            for s in told["comparison"]
        ),
        table=None
        if table is None
        else Grid(
            table["caption"],
            tuple(table["columns"]),
            tuple((tuple(row["cells"]), row["citation"]) for row in table["rows"]),
        ),
        outline=tuple(Entry(e["depth"], e["text"], e["citation"]) for e in told.get("outline", ())),
    )


def _citation(told: Mapping) -> Citation:
    return Citation(told["n"], _clause(told), _document(told), _status(told), told["quote"])


def _hit(told: Mapping) -> Hit:
    return Hit(told["rank"], told["score"], _clause(told), _document(told), _status(told))


def _clause(told: Mapping) -> Clause:
    doc_id, _, ordinal = told["clause_id"].rpartition("-")
    return Clause(
        told["clause_id"],
        doc_id,
        int(ordinal),
        told["kind"],
        tuple(told["path"]),
        told["text"],
        (),
        Source(**told["source"]),
        told["doubtful"],
    )


def _document(told: Mapping) -> Document:
    return Document(
        doc_id=told["clause_id"].rpartition("-")[0],
        title=told["document"],
        notice_title=None,
        doc_no=told["doc_no"],
        issuers=(),
        issued_on=told["issued_on"],
        level=None,
        kind=None,
        period=None,
        effective_on=None,
        file=told["source"]["file"],
        digest="",
        gaps=tuple(told["gaps"]),
    )


def _status(told: Mapping) -> Status:
    return Status(told["status"], told["status_reason"], told.get("status_span"))
