"""Documents and clauses → everything a generation holds: what is tokenised, what is embedded, what is reused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from index.late import Late
from index.lexical import Lexical
from index.schema import Clause, Document
from index.sentences import split_sentences
from index.store import Content, Store
from index.terms import pairs, words

if TYPE_CHECKING:
    from index.dense import Dense
    from index.encoder import Encoder, Reading

Progress = Callable[[str, int, int], None]  # (what is being done, done so far, of how many)
Spans = Sequence[Sequence[tuple[int, int]]]


def index_text(document: Document, clause: Clause) -> str:
    """What of a clause is embedded and tokenised: title, address, text; the text itself stays verbatim."""
    return context(document, clause) + clause.text


def context(document: Document, clause: Clause) -> str:
    """The words before the clause's text in its `index_text`."""
    return "\n".join((document.title, *clause.path, ""))


def assemble(
    documents: Sequence[Document], clauses: Sequence[Clause], model: Encoder, old: Store | None, progress: Progress
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
    dense, late, keys, embedded = _vectors(model, texts, ahead, spans, old, progress)

    progress("建立全文索引", 0, 3)
    sentences = [(row, start, stop) for row, own in enumerate(spans) for start, stop in own]
    lexical = []
    for done, (what, tokenise) in enumerate(
        ((texts, pairs), (texts, words), ([clauses[row].text[a:b] for row, a, b in sentences], pairs)), 1
    ):
        lexical.append(Lexical.build(what, tokenise))
        progress("建立全文索引", done, 3)
    return Content(documents, clauses, keys, sentences, dense, late, *lexical), embedded


def _vectors(
    model: Encoder, texts: Sequence[str], ahead: Sequence[int], spans: Spans, old: Store | None, progress: Progress
) -> tuple[Dense, Late | None, list[str], int]:
    """Dense and late index, a key for each clause's vectors, number of clauses encoded."""
    import numpy as np

    from index.dense import Dense

    keys = [
        hashlib.sha256(f"{before}\n{own}\n{text}".encode()).hexdigest()
        for before, own, text in zip(ahead, spans, texts, strict=True)
    ]
    if old is not None and old.late is not None and old.late.space.outgrown(sum(map(len, texts))):
        old = None
    known = {} if old is None else dict(_known(old, set(keys)))
    space = None if old is None or old.late is None else old.late.space
    missing = list({key: row for row, key in enumerate(keys) if key not in known}.items())
    if missing:
        progress("计算向量", 0, len(missing))
        own = [texts[row] for _, row in missing]
        within = [[(ahead[row] + a, ahead[row] + b) for a, b in spans[row]] for _, row in missing]
        space = model.fit_space(own, within) if old is None else space
        read = model.read_passages(own, within, space, lambda done: progress("计算向量", done, len(missing)))
        known |= {key: reading for (key, _), reading in zip(missing, read, strict=True)}
    readings = [known[key] for key in keys]
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), [len(own) for own in spans])
    dense = Dense.build(
        np.stack([reading.head for reading in readings]).astype(np.float32),
        np.concatenate([reading.parts.reshape(-1, model.dimension) for reading in readings]).astype(np.float32), owner,
    )  # fmt: skip
    late = None if space is None else Late.build(space, [reading.tokens for reading in readings], owner)
    return dense, late, keys, len(missing)


def _known(old: Store, wanted: set[str]) -> Iterator[tuple[str, Reading]]:
    """What an old generation holds of the clauses with these keys."""
    from index.encoder import Reading

    clauses, sentences = old.dense.clause_vectors(), old.dense.sentence_vectors()
    for row, rows in enumerate(old.sentence_rows):
        if old.vector_keys[row] in wanted:
            tokens = None if old.late is None else old.late.of_clause(row)
            yield old.vector_keys[row], Reading(clauses[row], sentences[rows], tokens)
