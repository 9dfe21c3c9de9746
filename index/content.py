"""Documents and clauses → everything a generation holds: what is tokenised, what is embedded, what is reused."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from index.late import Late, Tokens
from index.lexical import Lexical
from index.schema import Clause, Document
from index.sentences import split_sentences
from index.store import Content, Store, document_rows
from index.terms import pairs

if TYPE_CHECKING:
    from index.encoder import Encoder, Reading
    from index.space import Space

Progress = Callable[[str, int, int], None]  # (what is being done, done so far, of how many)
Spans = Sequence[Sequence[tuple[int, int]]]
_FITTED = 500_000  # characters whose token states are kept in memory until the space they are compared in is known


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
    import numpy as np

    from index.dense import Dense

    by_id = {document.doc_id: document for document in documents}
    texts = [index_text(by_id[clause.doc_id], clause) for clause in clauses]
    ahead = [len(context(by_id[clause.doc_id], clause)) for clause in clauses]
    # A list row is one statement, its cells no sentences.
    spans = [[(0, len(c.text))] if c.kind == "row" else split_sentences(c.text) for c in clauses]
    keys = [
        hashlib.sha256(f"{before}\n{own}\n{text}".encode()).hexdigest()
        for before, own, text in zip(ahead, spans, texts, strict=True)
    ]
    if old is not None and old.late is not None and old.late.space.outgrown(sum(map(len, texts))):
        old = None
    within = [[(before + a, before + b) for a, b in own] for before, own in zip(ahead, spans, strict=True)]
    known, space, embedded = _read(model, keys, texts, within, old, progress)
    readings = [known[key] for key in keys]
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), [len(own) for own in spans])
    dense = Dense.build(
        np.stack([reading.head for reading in readings]).astype(np.float32),
        np.concatenate([reading.parts.reshape(-1, model.dimension) for reading in readings]).astype(np.float32), owner,
    )  # fmt: skip
    document_of = document_rows(documents, clauses)
    late = None
    if space is not None:
        titles = _read_titles(model, [document.title for document in documents], space, old)
        tokens = [reading.tokens for reading in readings]
        late = Late.build(space, tokens, titles, owner, document_of)

    progress("建立全文索引", 0, 2)
    sentences = [(row, start, stop) for row, own in enumerate(spans) for start, stop in own]
    lexical = []
    for done, what in enumerate((texts, [clauses[row].text[a:b] for row, a, b in sentences]), 1):
        lexical.append(Lexical.build(what, pairs))
        progress("建立全文索引", done, 2)
    return Content(documents, clauses, keys, document_of, sentences, dense, late, *lexical), embedded


def _read(
    model: Encoder, keys: Sequence[str], texts: Sequence[str], within: Spans, old: Store | None, progress: Progress
) -> tuple[dict[str, Reading], Space | None, int]:
    """(key → the clause's reading, the space of its tokens, number of clauses encoded)."""
    known = {} if old is None else dict(_known(old, set(keys)))
    space = None if old is None or old.late is None else old.late.space
    missing = list({key: row for row, key in enumerate(keys) if key not in known}.values())
    parts = [missing]
    if old is None:
        every = math.ceil(sum(len(texts[row]) for row in missing) / _FITTED)
        parts = [missing[first::every] for first in range(every)]  # the first to fit the space to
    done = 0
    for number, rows in enumerate(filter(None, parts)):

        def told(more: int, before: int = done) -> None:
            progress("计算向量", before + more, len(missing))

        told(0)
        new, spans = [texts[row] for row in rows], [within[row] for row in rows]
        if old is None and number == 0:
            read, space = model.read_and_fit(new, spans, told)
        else:
            read = model.read_passages(new, spans, space, told)
        known |= zip((keys[row] for row in rows), read, strict=True)
        done += len(rows)
    return known, space, len(missing)


def _read_titles(model: Encoder, titles: Sequence[str], space: Space, old: Store | None) -> list[Tokens]:
    """The words of each title; those that `old` holds are not read again."""
    known = {} if old is None else {d.title: old.late.of_title(row) for row, d in enumerate(old.documents.values())}
    new = list(dict.fromkeys(title for title in titles if title not in known))
    read = model.read_passages(new, [[(0, len(title))] for title in new], space)
    known |= zip(new, (reading.tokens for reading in read), strict=True)
    return [known[title] for title in titles]


def _known(old: Store, wanted: set[str]) -> Iterator[tuple[str, Reading]]:
    """What an old generation holds of the clauses with these keys."""
    from index.encoder import Reading

    clauses, sentences = old.dense.clause_vectors(), old.dense.sentence_vectors()
    for row, rows in enumerate(old.sentence_rows):
        if old.vector_keys[row] in wanted:
            tokens = None if old.late is None else old.late.of_clause(row)
            yield old.vector_keys[row], Reading(clauses[row], sentences[rows], tokens)
