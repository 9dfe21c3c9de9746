"""The machine-readable contract: dataclasses → the JSON objects of `--json`. Pure; the key names are a promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from index.schema import Clause, Document
from rag.lineage.graph import Neighbourhood
from rag.relating.conflicts import Conflict
from rag.schema import Answer, Citation, Hit, Status, Timings

Json = dict[str, Any]  # an object of the contract

_OPTIONAL = frozenset(("rerank_ms", "read_ms", "formal_ms"))


def document_json(document: Document, status: Status, clauses: int) -> Json:
    """An entry of `docs`."""
    return {
        "document": document.title,
        "notice_title": document.notice_title,
        "doc_no": document.doc_no,
        "issuers": list(document.issuers),
        "issued_on": document.issued_on,
        "level": document.level,
        "kind": document.kind,
        "period": _period(document),
        "effective_on": document.effective_on,
        "status": status.value,
        "status_reason": status.reason,
        "clauses": clauses,
        "gaps": list(document.gaps),
        "source": document.file,
        "doc_id": document.doc_id,
    }


def clause_json(clause: Clause, document: Document, status: Status) -> Json:
    """An entry of `clauses`; every hit carries the same fields. `doubtful`: read from a scan with little confidence, to
    be compared with the original (待核). `marks`: [start, stop) of the passages of `text` that speak to a reader or a
    machine, shown and never answered from, each with its reason."""
    return {
        "clause_id": clause.clause_id,
        "document": document.title,
        "doc_no": document.doc_no,
        "path": list(clause.path),
        "kind": clause.kind,
        "text": clause.printed,
        "marks": [asdict(mark) for mark in clause.marks],
        "responsible": list(clause.responsible),
        "duties": [asdict(duty) for duty in clause.duties],
        "status": status.value,
        "status_reason": status.reason,
        "status_span": status.span,
        "issued_on": document.issued_on,
        "gaps": list(document.gaps),
        "source": asdict(clause.source),
        "doubtful": clause.doubtful,
    }


def hit_json(hit: Hit) -> Json:
    """A hit of `search`, `ask` or `related`; the last keys only where a relation was looked for."""
    found = {"rank": hit.rank, "score": round(hit.score, 4), **clause_json(hit.clause, hit.document, hit.status)}
    if hit.relation is not None:
        found |= {
            "relation": hit.relation,
            "standing": hit.hierarchy,
            "quote": hit.quote,
            "pasted": hit.pasted,
            "differences": [asdict(difference) for difference in hit.differences],
        }
    return found


def conflict_json(conflict: Conflict, document_of: Callable[[Clause], Document]) -> Json:
    """An entry of `conflicts`: kind, likeness (the cosine of their words), why both may hold, and the two sides."""
    return {
        "kind": conflict.kind,
        "likeness": round(conflict.cosine, 4),
        "explained": conflict.explained,
        "reasons": list(conflict.reasons),
        "sides": [
            {
                "clause_id": s.clause.clause_id,
                "document": document_of(s.clause).title,
                "path": list(s.clause.path),
                "indicator": s.indicator,
                "value": s.printed,
                "year": s.year,
                "quote": s.quote,
            }
            for s in (conflict.first, conflict.second)
        ],
    }


def citation_json(citation: Citation) -> Json:
    """One entry of an answer's citations; `doubtful` as in `clauses`."""
    return {
        "n": citation.n,
        "clause_id": citation.clause.clause_id,
        "document": citation.document.title,
        "doc_no": citation.document.doc_no,
        "path": list(citation.clause.path),
        "text": citation.clause.printed,
        "marks": [asdict(mark) for mark in citation.clause.marks],
        "quote": citation.quote,
        "kind": citation.clause.kind,
        "status": citation.status.value,
        "status_reason": citation.status.reason,
        "status_span": citation.status.span,
        "issued_on": citation.document.issued_on,
        "source": asdict(citation.clause.source),
        "doubtful": citation.clause.doubtful,
        "gaps": list(citation.document.gaps),
    }


def answer_json(answer: Answer) -> Json:
    """The object of `ask`. `formal` only where an everyday question was searched in those words too; `table` only where
    rows of a table answer: its `caption`, its `columns` with their units, its `rows`, each `cells` in that order and
    the `citation` they rest on; `outline` only where headings do: `depth` (0 the outermost), `text`, `citation`."""
    return (
        {
            "question": answer.question,
            "answer": answer.text,
            "refused": answer.refused,
            "sentences": [
                {"text": s.text, "citations": list(s.citations), "origin": s.origin} for s in answer.sentences
            ],
            "citations": [citation_json(citation) for citation in answer.citations],
            "comparison": [
                {
                    "document": side.document.title,
                    "doc_no": side.document.doc_no,
                    "status": side.status.value,
                    "text": side.text,
                    "citation": side.n,
                }
                for side in answer.comparison
            ],
            "notes": list(answer.notes),
            "hits": [hit_json(hit) for hit in answer.hits],
            "closeness": None if answer.max_cosine is None else round(answer.max_cosine, 4),
            "confidence": None if answer.confidence is None else round(answer.confidence, 4),
            "timings": _timings(answer.timings),
        }
        | ({"formal": answer.rewriting} if answer.rewriting else {})
        | _shown(answer)
    )


def _shown(answer: Answer) -> Json:
    """The table or outline of an answer that has one."""
    found: Json = {}
    if answer.table is not None:
        rows = [{"cells": list(cells), "citation": n} for cells, n in answer.table.rows]
        found["table"] = {"caption": answer.table.caption, "columns": list(answer.table.columns), "rows": rows}
    if answer.outline:
        found["outline"] = [{"depth": entry.depth, "text": entry.text, "citation": entry.n} for entry in answer.outline]
    return found


def lineage_json(around: Neighbourhood, statuses: Mapping[str, Status]) -> Json:
    """The object of `lineage`: `document` (its title), `nodes` (it first) and `edges` (what it says, then what is said
    of it).

    A node's `id` is a doc_id, or `out-…` for a document that is only named (`in_corpus` false, `status` null). An edge
    reads “source relation target”, relation being cites, implements, approves or replaces; `quote` is
    text[start:stop] of the clause `clause_id` of source, whose address is `path`. One edge for each place.
    """
    return {
        "document": around.document.title,
        "nodes": [
            {
                "id": node.id,
                "title": node.title,
                "doc_no": node.doc_no,
                "issued_on": node.issued_on,
                "level": node.level,
                "status": statuses[node.id].value if node.in_corpus else None,
                "in_corpus": node.in_corpus,
            }
            for node in around.nodes
        ],
        "edges": [asdict(edge) | {"path": list(edge.path)} for edge in around.edges],
    }


def _timings(timings: Timings) -> Json:
    """Milliseconds; those of a reranker, a reader and of the search in the documents' words only where they ran."""
    told = {name: None if ms is None else round(ms, 1) for name, ms in asdict(timings).items()}
    return {name: ms for name, ms in told.items() if ms is not None or name not in _OPTIONAL}


def _period(document: Document) -> str | None:
    if document.period is None:
        return None
    start, end = document.period.start, document.period.end
    return f"{start or ''}—{end or ''}" if start != end else str(end)
