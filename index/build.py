"""Documents in, index out: read, parse, embed what is new, write a generation, swap it in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index import store
from index.content import Progress, assemble
from index.encoder import Encoder
from index.errors import BrokenIndex, CorpusError
from index.load import load_folder
from index.parse import parse
from index.schema import Clause, Document, RawText


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did."""

    documents: int
    clauses: int
    sentences: int
    embedded: int  # clauses that had to be encoded; 0 on an unchanged corpus
    skipped: dict[str, str]  # file → why
    changed: bool  # False: the index already was what the corpus asks for


def build(corpus: Sequence[Path], root: Path, encoder: Callable[[], Encoder], *, rebuild: bool, progress: Progress) -> Summary:
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
        raise CorpusError(f"语料 {'、'.join(map(str, corpus))} 中没有可读的文件（{len(skipped)} 个文件读不了）。请放入 txt、md、pdf 或 docx 文件")
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

    reusable = old if old is not None and old.manifest.encoder_digest == model.digest else None
    content, embedded = assemble(documents, clauses, model, reusable, progress)
    manifest = store.write(root, content, facts)
    return Summary(manifest.documents, manifest.clauses, manifest.sentences, embedded, skipped, changed=True)


def _readable(root: Path) -> store.Store | None:
    try:
        return store.Store.open(root)
    except BrokenIndex:
        return None  # a broken index is what a build mends


def code_digest() -> str:
    """Digest of this package's source: a new parser or tokeniser means a new index (vectors are still reused)."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
