"""Documents and clauses → everything a generation holds: what is tokenised, what is embedded, what is reused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from index.lexical import Lexical
from index.schema import Clause, Document
from index.sentences import split_sentences
from index.store import Content, Store
from index.terms import pairs, words

if TYPE_CHECKING:
    import numpy as np

    from index.dense import Dense

Progress = Callable[[str, int, int], None]  # (what is being done, done so far, of how many)
Spans = Sequence[Sequence[tuple[int, int]]]


class SpanEncoder(Protocol):
    """What indexing needs of an encoder: clause vectors and, pooled from the same pass, vectors of their spans."""

    name: str
    dimension: int
    digest: str

    def encode_spans(
        self, texts: Sequence[str], spans: Spans, progress: Callable[[int], None] | None
    ) -> tuple[np.ndarray, list[np.ndarray]]: ...


def index_text(document: Document, clause: Clause) -> str:
    """What of a clause is embedded and tokenised: title, address, text; the text itself stays verbatim."""
    return context(document, clause) + clause.text


def context(document: Document, clause: Clause) -> str:
    """The words before the clause's text in its `index_text`."""
    return "\n".join((document.title, *clause.path, ""))


def assemble(
    documents: Sequence[Document], clauses: Sequence[Clause], model: SpanEncoder, old: Store | None, progress: Progress
) -> tuple[Content, int]:
    """(the content of a new generation, number of clauses that had to be encoded).

    Equal texts are encoded once, and those that `old`, made with the same model, already holds not at all.
    """
    by_id = {document.doc_id: document for document in documents}
    owners = [by_id[clause.doc_id] for clause in clauses]
    texts = [index_text(document, clause) for document, clause in zip(owners, clauses, strict=True)]
    ahead = [len(context(document, clause)) for document, clause in zip(owners, clauses, strict=True)]
    # A list row is one statement, its cells no sentences.
    spans = [[(0, len(c.text))] if c.kind == "row" else split_sentences(c.text) for c in clauses]
    dense, keys, embedded = _vectors(model, texts, ahead, spans, old, progress)

    progress("建立全文索引", 0, 3)
    sentences = [(row, start, stop) for row, own in enumerate(spans) for start, stop in own]
    lexical = []
    for done, (what, tokenise) in enumerate(
        ((texts, pairs), (texts, words), ([clauses[row].text[a:b] for row, a, b in sentences], pairs)), 1
    ):
        lexical.append(Lexical.build(what, tokenise))
        progress("建立全文索引", done, 3)
    return Content(documents, clauses, keys, sentences, dense, *lexical), embedded


def _vectors(
    model: SpanEncoder, texts: Sequence[str], ahead: Sequence[int], spans: Spans, old: Store | None, progress: Progress
) -> tuple[Dense, list[str], int]:
    """Dense index, a key for each clause's vectors, number of clauses encoded."""
    import numpy as np

    from index.dense import Dense

    keys = [
        hashlib.sha256(f"{before}\n{own}\n{text}".encode()).hexdigest()
        for before, own, text in zip(ahead, spans, texts, strict=True)
    ]
    known: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if old is not None:
        wanted = set(keys)
        clause_vectors, sentence_vectors = old.dense.clause_vectors(), old.dense.sentence_vectors()
        for row, rows in enumerate(old.sentence_rows):
            if old.vector_keys[row] in wanted:
                known[old.vector_keys[row]] = (clause_vectors[row], sentence_vectors[rows])
    missing = list({key: row for row, key in enumerate(keys) if key not in known}.items())
    if missing:
        progress("计算向量", 0, len(missing))
        heads, parts = model.encode_spans(
            [texts[row] for _, row in missing],
            [[(ahead[row] + a, ahead[row] + b) for a, b in spans[row]] for _, row in missing],
            lambda done: progress("计算向量", done, len(missing)),
        )
        for (key, _), head, part in zip(missing, heads, parts, strict=True):
            known[key] = (head, part)
    clause_matrix = np.stack([known[key][0] for key in keys]).astype(np.float32)
    sentence_matrix = np.concatenate([known[key][1].reshape(-1, model.dimension) for key in keys]).astype(np.float32)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), [len(own) for own in spans])
    return Dense.build(clause_matrix, sentence_matrix, owner), keys, len(missing)
