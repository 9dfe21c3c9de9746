"""Documents in, index out: read, parse, embed what is new, write a generation, swap it in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index import store
from index.errors import BrokenIndex, CorpusError
from index.lexical import Lexical
from index.load import load_folder
from index.parse import parse
from index.schema import Clause, Document, RawText
from index.sentences import split_sentences
from index.terms import pairs, words

if TYPE_CHECKING:
    import numpy as np

Progress = Callable[[str, int, int], None]  # (what is being done, done so far, of how many)


class SpanEncoder(Protocol):
    """What a build needs of an encoder: clause vectors and, pooled from the same pass, vectors of their spans."""

    name: str
    dimension: int
    digest: str

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]], progress: Callable[[int], None] | None
    ) -> tuple[np.ndarray, list[np.ndarray]]: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did."""

    documents: int
    clauses: int
    sentences: int
    embedded: int  # clauses that had to be encoded; 0 on an unchanged corpus
    skipped: dict[str, str]  # file → why
    changed: bool  # False: the index already was what the corpus asks for


def index_text(document: Document, clause: Clause) -> str:
    """What of a clause is embedded and tokenised: title, address, text; the text itself stays verbatim."""
    return context(document, clause) + clause.text


def context(document: Document, clause: Clause) -> str:
    """The words before the clause's text in its `index_text`."""
    return "\n".join((document.title, *clause.path, ""))


def build(corpus: Sequence[Path], root: Path, encoder: Callable[[], SpanEncoder], *, rebuild: bool, progress: Progress) -> Summary:
    """Bring the index below `root` in line with `corpus` (folders and files, read in this order).

    `encoder` is called only when something has to be embedded or compared. Raises CorpusError when nothing readable
    is there, and leaves the old index current on any failure.
    """
    from filelock import FileLock, Timeout

    for path in corpus:
        if not path.exists():
            raise CorpusError(f"找不到语料：{path}。请检查路径，或设置 corpus（环境变量 TIAOWEN_CORPUS）")
    root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(root / "lock", timeout=0):
            return _build(corpus, root, encoder, rebuild, progress)
    except Timeout as error:
        raise BrokenIndex(f"另一个进程正在建立索引（{root}）。请等它结束后再试") from error


def _load(corpus: Sequence[Path]) -> tuple[list[RawText], dict[str, str]]:
    raws: list[RawText] = []
    skipped: dict[str, str] = {}
    for path in corpus:
        # Two folders may hold files of one name; with a single one the names stay short.
        prefix = f"{path.name}/" if len(corpus) > 1 and path.is_dir() else ""
        found, failures = load_folder(path)
        raws += [replace(raw, file=prefix + raw.file) for raw in found]
        skipped |= {prefix + failure.file: failure.reason for failure in failures}
    return raws, skipped


def _build(corpus: Sequence[Path], root: Path, encoder, rebuild: bool, progress: Progress) -> Summary:
    raws, skipped = _load(corpus)
    if not raws:
        raise CorpusError(f"语料 {'、'.join(map(str, corpus))} 中没有可读的文件（{len(skipped)} 个文件读不了）。请放入 txt、md 或 pdf 文件")
    model = encoder()
    facts = {
        "code": code_digest(),
        "encoder": model.name,
        "encoder_digest": model.digest,
        "dimension": model.dimension,
        "corpus": [str(path) for path in corpus],
        "sources": {raw.file: raw.digest for raw in raws},
        "skipped": skipped,
    }
    old = None if rebuild else _readable(root)
    if old is not None and all(getattr(old.manifest, name) == value for name, value in facts.items()):
        m = old.manifest
        return Summary(m.documents, m.clauses, m.sentences, 0, skipped, changed=False)

    documents: list[Document] = []
    clauses: list[Clause] = []
    for done, raw in enumerate(raws):
        progress("解析文件", done, len(raws))
        for parsed in parse(raw):
            documents.append(parsed.document)
            clauses.extend(parsed.clauses)
    progress("解析文件", len(raws), len(raws))
    if not clauses:
        raise CorpusError(f"语料 {'、'.join(map(str, corpus))} 中没有解析出任何条款")

    by_id = {document.doc_id: document for document in documents}
    owners = [by_id[clause.doc_id] for clause in clauses]
    texts = [index_text(document, clause) for document, clause in zip(owners, clauses, strict=True)]
    # A list row is one statement, its cells no sentences.
    spans = [[(0, len(c.text))] if c.kind == "row" else split_sentences(c.text) for c in clauses]
    reusable = old if old is not None and old.manifest.encoder_digest == model.digest else None
    dense, keys, embedded = _vectors(model, owners, clauses, texts, spans, reusable, progress)

    progress("建立全文索引", 0, 1)
    content = store.Content(
        documents, clauses, keys,
        [(row, start, stop) for row, own in enumerate(spans) for start, stop in own],
        dense, Lexical.build(texts, pairs), Lexical.build(texts, words),
    )  # fmt: skip
    manifest = store.write(root, content, facts)
    progress("建立全文索引", 1, 1)
    return Summary(manifest.documents, manifest.clauses, manifest.sentences, embedded, skipped, changed=True)


def _readable(root: Path) -> store.Store | None:
    try:
        return store.Store.open(root)
    except BrokenIndex:
        return None  # a broken index is what a build mends


def _vectors(model: SpanEncoder, owners, clauses, texts, spans, old: store.Store | None, progress: Progress):
    """Dense index, vector keys, number of clauses encoded. Equal texts are encoded once, known ones not at all."""
    import numpy as np

    from index.dense import Dense

    prefixes = [len(context(document, clause)) for document, clause in zip(owners, clauses, strict=True)]
    keys = [
        hashlib.sha256(f"{prefix}\n{own}\n{text}".encode()).hexdigest()
        for prefix, own, text in zip(prefixes, spans, texts, strict=True)
    ]
    known: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if old is not None:
        wanted = set(keys)
        clause_vectors, sentence_vectors = old.dense.clause_vectors(), old.dense.sentence_vectors()
        for row, rows in enumerate(old.sentence_rows()):
            if old.vector_keys[row] in wanted:
                known[old.vector_keys[row]] = (clause_vectors[row], sentence_vectors[rows])
    missing = list({key: row for row, key in enumerate(keys) if key not in known}.items())
    if missing:
        progress("计算向量", 0, len(missing))
        heads, parts = model.encode_spans(
            [texts[row] for _, row in missing],
            [[(prefixes[row] + a, prefixes[row] + b) for a, b in spans[row]] for _, row in missing],
            lambda done: progress("计算向量", done, len(missing)),
        )
        for (key, _), head, part in zip(missing, heads, parts, strict=True):
            known[key] = (head, part)
    clause_matrix = np.stack([known[key][0] for key in keys]).astype(np.float32)
    sentence_matrix = np.concatenate([known[key][1].reshape(-1, model.dimension) for key in keys]).astype(np.float32)
    owner = np.repeat(np.arange(len(clauses), dtype=np.int64), [len(own) for own in spans])
    return Dense.build(clause_matrix, sentence_matrix, owner), keys, len(missing)


def code_digest() -> str:
    """Digest of this package's source: a new parser or tokeniser means a new index (vectors are still reused)."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
