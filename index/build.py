"""Documents in, index out: read, parse, embed what is new, write a generation, swap it in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index import store
from index.content import Progress, assemble
from index.encoder import Encoder
from index.errors import BrokenIndex, CorpusError, OutOfMemory, UnreadableFile
from index.grids import Grid
from index.load import load_folder, shown
from index.parse import ParsedDocument, parse
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
        prefix = f"{shown(path.name)}/" if len(corpus) > 1 and path.is_dir() else ""
        found, failures = load_folder(path)
        raws += [replace(raw, file=prefix + raw.file) for raw in found]
        skipped |= {prefix + failure.file: failure.reason for failure in failures}
    return raws, skipped


def _build(corpus: Sequence[Path], root: Path, encoder, rebuild: bool, progress: Progress) -> Summary:
    raws, unread = _load(corpus)
    named = [shown(str(path)) for path in corpus]
    if not raws:
        raise CorpusError(f"语料 {'、'.join(named)} 中没有可读的文件{_why(unread)}。请放入 txt、md、pdf 或 docx 文件")
    model = encoder()
    facts = {
        "code": code_digest(),
        "encoder": model.name,
        "encoder_digest": model.digest,
        "dimension": model.dimension,
        "corpus": named,
        "sources": {raw.file: raw.digest for raw in raws},
    }
    old = None if rebuild else _readable(root)
    if old is not None and _unread(old.manifest) == unread and all(getattr(old.manifest, n) == v for n, v in facts.items()):
        m = old.manifest
        return Summary(m.documents, m.clauses, m.sentences, 0, m.skipped, changed=False)

    skipped = dict(unread)
    documents: list[Document] = []
    clauses: list[Clause] = []
    grids: dict[str, Grid] = {}
    for done, raw in enumerate(raws):
        progress("解析文件", done, len(raws))
        try:
            found = _parsed(raw)
        except UnreadableFile as failure:
            skipped[failure.file] = failure.reason
            continue
        documents += [parsed.document for parsed in found]
        clauses += [clause for parsed in found for clause in parsed.clauses]
        for parsed in found:
            grids |= parsed.grids
    progress("解析文件", len(raws), len(raws))
    if not clauses:
        raise CorpusError(f"语料 {'、'.join(named)} 中没有解析出任何条款{_why(skipped)}")

    reusable = old if old is not None and old.manifest.encoder_digest == model.digest else None
    content, embedded = assemble(documents, clauses, model, reusable, progress)
    content = replace(content, grids=grids)
    manifest = store.write(root, content, facts | {"skipped": skipped})
    return Summary(manifest.documents, manifest.clauses, manifest.sentences, embedded, skipped, changed=True)


def _parsed(raw: RawText) -> list[ParsedDocument]:
    """The documents of one file; UnreadableFile where the parser meets what it does not know."""
    try:
        return parse(raw)
    except MemoryError as error:
        raise OutOfMemory(raw.file) from error
    except Exception as error:  # a fault of ours or a character of theirs: either way it is this file's alone
        raise UnreadableFile(raw.file, f"无法解析（{type(error).__name__}）") from error


def _unread(manifest: store.Manifest) -> dict[str, str]:
    """Of the files left out, those that no reader could read; what was read and not parsed is among the sources."""
    return {file: why for file, why in manifest.skipped.items() if file not in manifest.sources}


def _why(skipped: dict[str, str]) -> str:
    """How many files could not be used, and the first of them with its reason."""
    if not skipped:
        return ""
    file, why = next(iter(skipped.items()))
    return f"（{len(skipped)} 个文件读不了，如 {file}：{why}）"


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
