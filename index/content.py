"""Documents and clauses → everything a generation holds: what is tokenised, what is embedded, what is reused."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import vectors
from index.addressed.passages import LABEL, heading
from index.lexical import Lexical
from index.schema import Clause, Document
from index.sentences import split_sentences
from index.store import Content, Store, document_rows
from index.stretches import bounds, stretches
from index.terms import pairs
from index.token_index import TokenIndex
from index.vectors import Progress, Rows

if TYPE_CHECKING:
    from index.encoder import Encoder
    from index.journal import Journal


def index_text(document: Document, clause: Clause) -> str:
    """What of a clause is embedded and tokenised: title, address, text; the text itself stays verbatim."""
    return context(document, clause) + clause.text


def context(document: Document, clause: Clause) -> str:
    """The words before the clause's text in its `index_text`."""
    return "\n".join((*map(heading, (document.title, *clause.path)), ""))


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation before, and what of it still holds."""

    store: Store | None = None
    vectors: bool = False  # the model is the same
    terms: bool = False  # the code that cuts and tokenises is the same


def assemble(
    documents: Sequence[Document],
    clauses: Sequence[Clause],
    model: Encoder,
    kept: Kept,
    journal: Journal,
    progress: Progress,
) -> tuple[Content, int]:
    """(the content of a new generation, number of clauses that had to be encoded).

    Equal texts are encoded once, and those that `kept` or `journal` already holds not at all. A clause that is the very
    object of `kept` is not cut or tokenised again either.
    """
    import numpy as np

    from index.dense import Dense

    sentences, rows = _rows(documents, clauses, kept)
    old = kept.store if kept.vectors else None
    if (
        old is not None
        and old.token_index is not None
        and old.token_index.whitening.outgrown(sum(map(len, rows.texts)))
    ):
        old = None
    whitening, embedded = vectors.read(model, rows, old, journal, progress)
    lexical = _lexical(
        clauses, rows, sentences, kept, progress
    )  # needs memory of its own, so before all vectors are in it
    owner = np.repeat(np.arange(len(clauses), dtype=np.int64), [len(own) for own in rows.spans])
    dense = Dense.blank(len(clauses), owner, model.dimension)
    tokens = vectors.fill(dense, rows, old, journal)
    document_of = document_rows(documents, clauses)
    token_index = None
    if whitening is not None:
        titles = vectors.titles(model, [document.title for document in documents], whitening, old)
        token_index = TokenIndex.build(whitening, tokens, titles, owner, document_of)
    return Content(documents, clauses, rows.keys, document_of, sentences, dense, token_index, *lexical), embedded


def _rows(
    documents: Sequence[Document], clauses: Sequence[Clause], kept: Kept
) -> tuple[list[tuple[int, int, int]], Rows]:
    """(the sentences, as a store holds them; what is read and tokenised of each clause)."""
    by_id = {document.doc_id: document for document in documents}
    old = kept.store
    row_of_key = {} if old is None else {key: row for row, key in enumerate(old.vector_keys)}
    row_of = {} if old is None else {clause_id: row for row, clause_id in enumerate(old.row_of)}
    texts, keys, spans, origin = [], [], [], []
    sentences: list[tuple[int, int, int]] = []
    for row, clause in enumerate(clauses):
        before = context(by_id[clause.doc_id], clause)
        text = before + clause.text
        at = row_of.get(clause.clause_id, -1)
        if old is not None and kept.terms and at >= 0 and old.clauses[at] == clause:
            own = [old.sentences[sentence][1:] for sentence in old.sentence_rows[at]]
            key = old.vector_keys[at]
        else:
            # A list row is one statement, its cells no sentences.
            whole = [(0, len(clause.text))] if clause.kind == "row" else split_sentences(clause.text)
            own = _unmarked(clause, whole) if clause.marks else whole
            key = hashlib.sha256(f"{len(before)}\n{own}\n{text}".encode()).hexdigest()
            at = row_of_key.get(key, -1)
        texts.append(text)
        keys.append(key)
        origin.append(at)
        spans.append([(len(before) + a, len(before) + b) for a, b in own])
        sentences += [(row, a, b) for a, b in own]
    return sentences, Rows(texts, keys, spans, origin)


def _unmarked(clause: Clause, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences, parted by what is marked in them, so that each is a stretch of the clause as printed; a number
    that is all that stands before a mark is none."""
    found = []
    for start, stop in spans:
        inside = [(mark.start, mark.stop) for mark in clause.marks if mark.start < stop and mark.stop > start]
        edges = [start, *(edge for span in inside for edge in span), stop]
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            said = clause.text[max(begin, start) : end]
            if end > begin and said.strip() and not (inside and LABEL.fullmatch(said)):
                begin = max(begin, start) + len(said) - len(said.lstrip())
                found.append((begin, end - (len(said) - len(said.rstrip()))))
    return found


def _lexical(
    clauses: Sequence[Clause], rows: Rows, sentences: Sequence[tuple[int, int, int]], kept: Kept, progress: Progress
) -> list[Lexical]:
    """The indexes of pairs over clauses and over sentences."""
    import numpy as np

    progress("建立全文索引", 0, 2)
    old = kept.store if kept.terms else None
    origin = np.array(rows.origin, dtype=np.int64) if old is not None else np.full(len(clauses), -1)
    texts = [None if at >= 0 else text for at, text in zip(origin, rows.texts, strict=True)]
    owner = np.repeat(np.arange(len(clauses)), [len(own) for own in rows.spans])
    of_sentences = np.full(len(sentences), -1)
    if old is not None:
        held = np.flatnonzero(origin >= 0)
        of_sentences[np.isin(owner, held)] = stretches(*bounds(old.dense.owner, origin[held]))
    parts = [
        None if at >= 0 else clauses[row].text[a:b] for at, (row, a, b) in zip(of_sentences, sentences, strict=True)
    ]
    found = []
    for name, what, at in (("pairs", texts, origin), ("sentence_pairs", parts, of_sentences)):
        found.append(Lexical.build(what, pairs, None if old is None else getattr(old, name), at))
        progress("建立全文索引", len(found), 2)
    return found
