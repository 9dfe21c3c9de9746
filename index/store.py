"""The index on disk: a generation folder holding SQLite, FAISS, BM25, token vectors and a manifest, and a pointer to
the current one.

A generation is written aside and becomes current by replacing one small pointer file, so a build killed at any moment
leaves the old index working. The one before it is kept: a build that finds the current one damaged goes on from there. Nothing in it can run code when loaded: SQLite, JSON, FAISS, plain arrays.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index import checksum_cache, located, structure, structuring
from index.candidates import Candidates, candidates
from index.carried import Before, Run, attach, copy, runs
from index.dense import Dense
from index.disk import file_digest, sync
from index.errors import BrokenIndex
from index.lexical import Lexical
from index.report import Report
from index.rows import HELD, Clauses, Database, RowOf, SentenceRows, Sentences
from index.schema import Clause, Document, Period
from index.terms import pairs
from index.token_index import TokenIndex

if TYPE_CHECKING:
    import numpy as np

FORMAT = 8
REPORT, _SAMPLES, _SENTENCES, _DATABASE = "report.json", "samples.npy", "sentence_spans.npy", "clauses.sqlite"
_DOCUMENT_OF = "document_of.npy"
CHECKED = "checked.json"  # below the root: the digests that files of large generations were found to have
_WHOLE = 1 << 28  # bytes of a generation that is read whole whenever it is opened: a third of a second
REBUILD = "请运行：python -m index"

_GENERATION = re.compile(r"gen-[0-9a-f]{16}(?:-\d+)?")
_LEXICAL = (("pairs", pairs), ("sentence_pairs", pairs))
_TABLES = """
CREATE TABLE documents (row INTEGER PRIMARY KEY, doc_id TEXT UNIQUE, title TEXT, notice_title TEXT, doc_no TEXT,
    issuers TEXT, issued_on TEXT, level TEXT, kind TEXT, period TEXT, effective_on TEXT, file TEXT, digest TEXT, gaps TEXT);
CREATE TABLE clauses (row INTEGER PRIMARY KEY, clause_id TEXT UNIQUE, doc_id TEXT REFERENCES documents(doc_id),
    ordinal INTEGER, kind TEXT, path TEXT, text TEXT, duties TEXT, file TEXT, page INTEGER, line INTEGER,
    doubtful INTEGER, grid TEXT, places TEXT, marks TEXT, vector_key TEXT);
CREATE INDEX marked ON clauses(row) WHERE marks IS NOT NULL;
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index was built from and with; compared before it is used."""

    format: int
    code: str  # digest of the code that parsed and tokenised
    encoder: str
    encoder_digest: str
    dimension: int
    corpus: list[str]  # the folders and files, with their whole paths
    sources: dict[str, str]  # file → sha256 of its bytes, of those left out too where they could be opened
    skipped: dict[str, str]  # file → why it was left out, whole or in part
    documents: int
    clauses: int
    sentences: int
    files: dict[str, str]  # artifact of this generation → sha256


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a generation holds, in row order."""

    documents: Sequence[Document]
    clauses: Sequence[Clause]
    vector_keys: Sequence[str]  # one a clause; none where they are read when asked for
    document_of: np.ndarray  # int64 [clauses]: the row of each one's document
    sentences: Sequence[tuple[int, int, int]]  # (clause row, start, stop)
    dense: Dense
    token_index: TokenIndex | None  # None where the embedding model gives no token states
    pairs: Lexical  # of clauses
    sentence_pairs: Lexical  # of sentences


class FirstStage(Protocol):
    """Whoever finds the clauses worth comparing."""

    def candidates(
        self, text: str, vector: np.ndarray, k: int, allowed: np.ndarray | None = None, also: Sequence[int] = ()
    ) -> Candidates: ...


class Store:
    """An opened generation, in row order. Documents live in memory; so do clauses, up to index.rows.HELD of them."""

    def __init__(self, folder: Path, manifest: Manifest, content: Content, db: Database) -> None:
        import numpy as np

        self.folder = folder
        self.manifest = manifest
        self.documents = {document.doc_id: document for document in content.documents}
        self.clauses = content.clauses
        self.sentences = content.sentences
        self.dense, self.token_index = content.dense, content.token_index
        self.pairs, self.sentence_pairs = content.pairs, content.sentence_pairs
        self.document_of = content.document_of
        self.first: FirstStage | None = None  # who finds candidates instead of the files here (index.qdrant.search)
        self._db = db
        held = isinstance(content.clauses, tuple)
        self.row_of: Mapping[str, int] = (
            {clause.clause_id: row for row, clause in enumerate(self.clauses)} if held else RowOf(db, len(self.clauses))
        )
        # A document's clauses stand together, as they were printed.
        self._first = np.searchsorted(self.document_of, np.arange(len(self.documents) + 1))
        self._document_row = {doc_id: row for row, doc_id in enumerate(self.documents)}

    def clauses_of(self, doc_id: str) -> list[Clause]:
        """The clauses of one document in printed order."""
        first, last = self.rows_of(doc_id)
        return list(self.clauses[first:last])

    def rows_of(self, doc_id: str) -> tuple[int, int]:
        """(the first, behind the last) of the rows of one document's clauses."""
        return self._rows(self._document_row[doc_id])

    def starts(self) -> dict[str, int]:
        """The row of the first clause of each document that has one."""
        found = ((doc_id, *self.rows_of(doc_id)) for doc_id in self.documents)
        return {doc_id: first for doc_id, first, last in found if first < last}

    def located(self, kind: str, own: located.Value) -> list[int]:
        """The rows of the clauses whose own number, or one above, is this (index.located)."""
        return located.read(self._db.all(located.SELECT, [kind, *own]))

    def beside(self, row: int) -> tuple[int, int]:
        """(The first, behind the last) clause row of the document that the clause with this row is of."""
        return self._rows(self.document_of[row])

    def _rows(self, document: int) -> tuple[int, int]:
        return int(self._first[document]), int(self._first[document + 1])

    def sentence(self, row: int) -> str:
        """The words of a sentence."""
        clause, start, stop = self.sentences[row]
        return self.clauses[clause].text[start:stop]

    def candidates(
        self, text: str, vector: np.ndarray, k: int, allowed: np.ndarray | None = None, also: Sequence[int] = ()
    ) -> Candidates:
        """The first stage of a search, as index.candidates describes it; where it was given to another, by that one."""
        if self.first is not None:
            return self.first.candidates(text, vector, k, allowed, also)
        return candidates(self.dense, self.pairs, text, vector, k, allowed, also)

    @classmethod
    def open(cls, root: Path) -> Store:
        """Open the current generation below `root`; BrokenIndex if there is none or any byte of it changed."""
        while True:
            folder = current(root)
            if folder is None:
                raise BrokenIndex(f"还没有索引（{root}）。请先运行：python -m index")
            try:
                return cls.open_folder(folder)
            except BrokenIndex:
                if current(root) in (folder, None):
                    raise  # else a build has put another in its place meanwhile

    @classmethod
    def open_folder(cls, folder: Path) -> Store:
        """Open one generation; BrokenIndex if any byte of it changed."""
        import numpy as np

        manifest = read_manifest(folder)
        found = _known_digests(folder, [name for name in manifest.files if (folder / name).is_file()])
        for name, digest in manifest.files.items():
            if found.get(name) != digest:
                raise BrokenIndex(f"索引文件 {name} 缺失或已损坏。{REBUILD}")
        try:
            db = Database(folder / _DATABASE)
            documents = _documents(db)
            spans = np.asarray(np.load(folder / _SENTENCES, mmap_mode="r", allow_pickle=False))
            held = manifest.clauses <= HELD
            dense = Dense.load(folder)
            document_of = np.load(folder / _DOCUMENT_OF, allow_pickle=False)
            content = Content(
                documents,
                tuple(db.clauses(0, manifest.clauses)) if held else Clauses(db, manifest.clauses),
                (),
                document_of,
                tuple(map(tuple, spans.tolist())) if held else Sentences(spans),
                dense,
                TokenIndex.load(folder, dense.owner, document_of),
                *(Lexical.load(folder / name, terms) for name, terms in _LEXICAL),
            )
        except (sqlite3.DatabaseError, ValueError, RuntimeError, OSError) as error:
            raise BrokenIndex(f"索引无法读取（{type(error).__name__}：{error}）。{REBUILD}") from error
        return cls(folder, manifest, content, db)

    @cached_property
    def report(self) -> Report:
        """What the build made of each file."""
        return Report.load(self.folder / REPORT)

    @cached_property
    def samples(self) -> dict[str, np.ndarray]:
        """What index.alike took of each document of the report."""
        import numpy as np

        kept = np.load(self.folder / _SAMPLES, allow_pickle=False)
        return {entry.doc_id: row[row > 0] for entry, row in zip(self.report.documents, kept, strict=True)}

    @cached_property
    def structure(self) -> structure.Structure:
        """Headings, lists and tables, to be queried; BrokenIndex where the index is older than they are."""
        try:
            return structure.Structure(self.folder / _DATABASE, in_memory=len(self.clauses) <= HELD)
        except sqlite3.DatabaseError as error:
            raise BrokenIndex("索引由旧版程序建立，没有标题和表格的结构。请运行：python -m index") from error

    @cached_property
    def stating(self) -> np.ndarray | None:
        """Bool mask [clauses] of those that are more than marked passages; None where all are."""
        import numpy as np

        marked = [row for (row,) in self._db.all("SELECT row FROM clauses WHERE marks IS NOT NULL ORDER BY row")]
        bare = [row for row in marked if not self.clauses[row].text.strip()]
        if not bare:
            return None
        mask = np.ones(len(self.clauses), dtype=bool)
        mask[bare] = False
        return mask

    @cached_property
    def sentence_rows(self) -> SentenceRows:
        """For each clause row, the rows of its sentences in order."""
        import numpy as np

        return SentenceRows(np.searchsorted(self.dense.owner, np.arange(len(self.clauses) + 1)))

    @cached_property
    def vector_keys(self) -> tuple[str, ...]:
        """One a clause: what was read of it, and how it was cut."""
        return tuple(key for (key,) in self._db.all("SELECT vector_key FROM clauses ORDER BY row"))


def document_rows(documents: Sequence[Document], clauses: Sequence[Clause]) -> np.ndarray:
    """int64 [clauses]: the row of each clause's document."""
    import numpy as np

    rows = {document.doc_id: row for row, document in enumerate(documents)}
    return np.array([rows[clause.doc_id] for clause in clauses], dtype=np.int64)


def current(root: Path) -> Path | None:
    """The folder of the current generation, or None where nothing was ever built."""
    pointer = root / "CURRENT"
    if not pointer.exists():
        return None
    try:
        name = pointer.read_bytes().decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenIndex(f"索引指针 {pointer} 无法读取。{REBUILD}") from error
    if not _GENERATION.fullmatch(name) or not (root / name).is_dir():
        raise BrokenIndex(f"索引指针 {pointer} 无效。{REBUILD}")
    return root / name


def previous(root: Path) -> Path | None:
    """The newest whole generation that is not the current one; None where there is none."""
    try:
        now = current(root)
    except BrokenIndex:
        now = None
    others = (folder for folder in root.glob("gen-*") if folder != now and (folder / "manifest.json").is_file())
    return max(others, key=lambda folder: folder.stat().st_mtime_ns, default=None)


def sweep(root: Path, before: Path | None = None) -> None:
    """Remove what killed builds have left, and every generation but the current one and `before` (None: the newest of
    the others); the caller holds the lock."""
    kept = {before or previous(root)}
    with suppress(BrokenIndex):
        kept.add(current(root))
    for left in (*root.glob("building-*"), *root.glob("CURRENT-*"), *(p for p in root.glob("gen-*") if p not in kept)):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    checksum_cache.forget(root / CHECKED)


def stamp(root: Path) -> tuple[int, int] | None:
    """What tells that another generation became current since; None where there is none. One stat, nothing is read."""
    try:
        found = (root / "CURRENT").stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation; BrokenIndex if it cannot be read or is of another format."""
    try:
        text = (folder / "manifest.json").read_bytes()
        data = json.loads(text.decode("utf-8"))
        if data.get("format") != FORMAT:
            raise BrokenIndex(f"索引格式为 {data.get('format')}，本程序需要 {FORMAT}。{REBUILD}")
        if not folder.name.startswith(_name(text)):  # a generation is called after its manifest
            raise ValueError("sha256")
        return Manifest(**data)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BrokenIndex(f"索引清单 {folder / 'manifest.json'} 无法读取。{REBUILD}") from error


def write(
    root: Path,
    content: Content,
    report: Report,
    samples: np.ndarray,
    facts: dict,
    before: Path | None = None,
    same: Store | None = None,
) -> Manifest:
    """Write a new generation below `root` and make it current; `facts` are the Manifest fields known to the caller,
    `samples` those of the report's documents, as index.alike takes them, uint64 [documents, at most SAMPLE], zeros
    behind.

    `before` is the generation to be kept beside the new one (None: the current); `same` is one that the same code made,
    of which documents that did not change are copied row for row. On any failure the half-written folder is removed and the old generation stays current.
    """
    import numpy as np

    root.mkdir(parents=True, exist_ok=True)
    if before is None:
        with suppress(BrokenIndex):
            before = current(root)
    building = root / f"building-{os.getpid()}"
    building.mkdir()
    try:
        with closing(sqlite3.connect((building / _DATABASE).absolute().as_uri(), uri=True)) as db:
            _write(db, content, same)
        content.dense.save(building)
        if content.token_index is not None:
            content.token_index.save(building)
        for kind, _ in _LEXICAL:
            getattr(content, kind).save(building / kind)
        report.save(building / REPORT)
        np.save(building / _SENTENCES, np.array(content.sentences, dtype=np.int32).reshape(-1, 3), allow_pickle=False)
        np.save(building / _DOCUMENT_OF, content.document_of, allow_pickle=False)
        np.save(building / _SAMPLES, samples, allow_pickle=False)
        files = _digests(
            building, [p.relative_to(building).as_posix() for p in sorted(building.rglob("*")) if p.is_file()]
        )
        _read_back(building)
        manifest = Manifest(
            format=FORMAT,
            documents=len(content.documents),
            clauses=len(content.clauses),
            sentences=len(content.sentences),
            files=files,
            **facts,
        )
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        (building / "manifest.json").write_bytes(text.encode())
        for path in (*files, "manifest.json"):
            sync(building / path)
        name = _name(text.encode())
        if (root / name).exists():  # the same content was built before, and may be damaged, and current
            name = next(f"{name}-{n}" for n in range(1, 1 << 16) if not (root / f"{name}-{n}").exists())
        os.replace(building, root / name)
        for folder in (*(p for p in (root / name).rglob("*") if p.is_dir()), root / name, root):
            sync(folder)
        pointer = root / f"CURRENT-{os.getpid()}"
        pointer.write_text(name, encoding="ascii")
        sync(pointer)
        os.replace(pointer, root / "CURRENT")
        sync(root)
        if _size(root / name) > _WHOLE:
            checksum_cache.write_all({root / name / path: digest for path, digest in files.items()}, root / CHECKED)
    except (RuntimeError, sqlite3.Error) as error:
        # FAISS and SQLite report a full disk in words of their own.
        if is_full(error):
            raise OSError(errno.ENOSPC, "No space left on device", str(root)) from error
        raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
        (root / f"CURRENT-{os.getpid()}").unlink(missing_ok=True)
    with suppress(OSError):  # the new index is in place: what could not be removed now is swept by the next build
        sweep(root, before)
    return manifest


def _read_back(folder: Path) -> None:
    """Raise OSError where an array, an index or a JSON file is shorter than it says: the C libraries that write them do
    not tell of what is lost when a file is closed."""
    import faiss
    import numpy as np

    for path in folder.rglob("*"):
        try:
            if path.suffix == ".npy":
                np.load(path, mmap_mode="r", allow_pickle=False)
            elif path.suffix == ".faiss":
                faiss.read_index(str(path))
            elif path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RuntimeError) as error:
            raise OSError(errno.EIO, "Input/output error", str(path)) from error


def is_full(error: Exception) -> bool:
    """Whether a library says in its own words that nothing more can be written."""
    words = ("No space left", "disk is full", "disk I/O error", "write error", "could not write", "fwrite")
    return any(word in str(error) for word in words)


def _name(manifest: bytes) -> str:
    """What a generation with this manifest is called."""
    return f"gen-{hashlib.sha256(manifest).hexdigest()[:16]}"


def _digests(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """sha256 of each file, several at once: the processor waits for the disk, and hashing leaves Python alone."""
    with ThreadPoolExecutor() as several:
        return dict(zip(names, several.map(file_digest, [folder / name for name in names]), strict=True))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _known_digests(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """sha256 of each of these files of an opened generation; of a large one a file is read again only where anything
    tells that it is not the one it was."""
    if _size(folder) <= _WHOLE:
        return _digests(folder, names)
    record = folder.parent / CHECKED
    known = {name: checksum_cache.digest(folder / name, record) for name in names}
    read = _digests(folder, [name for name, digest in known.items() if digest is None])
    if read:
        checksum_cache.write_all({folder / name: digest for name, digest in read.items()}, record)
    return {name: digest or read[name] for name, digest in known.items()}


def _write(db: sqlite3.Connection, content: Content, same: Store | None) -> None:
    import numpy as np

    # The file is new, and synced when it is whole: a journal of its own would only be written and removed.
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
    before = None if same is None else Before(same.folder / _DATABASE, same.documents, same.starts())
    counts = np.bincount(content.document_of, minlength=len(content.documents)).tolist()
    stretches = runs(content.documents, counts, before)
    if before is not None:
        attach(db, before)
    for run in stretches:
        if run.old is None or run.old_clause is None:
            _write_rows(db, content, run)
        else:
            held = run.old, run.old + run.document_end - run.document
            copy(db, "documents", "row", held, {"row": run.document - run.old})
            held = run.old_clause, run.old_clause + run.clause_end - run.clause
            copy(db, "clauses", "row", held, {"row": run.clause - run.old_clause})
    located.write(db, content.clauses, stretches)
    structuring.write(db, content.clauses, {d.doc_id: d.title for d in content.documents}, stretches)


def _write_rows(db: sqlite3.Connection, content: Content, run: Run) -> None:
    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    path = cache(line)  # clauses of one chapter share it
    db.executemany(
        f"INSERT INTO documents VALUES ({','.join('?' * 14)})",
        (
            (row, d.doc_id, d.title, d.notice_title, d.doc_no, line(d.issuers), d.issued_on, d.level, d.kind,
             line(asdict(d.period)) if d.period else None, d.effective_on, d.file, d.digest,
             line(d.gaps))
            for row, d in enumerate(content.documents[run.document : run.document_end], run.document)
        ),
    )  # fmt: skip
    held = slice(run.clause, run.clause_end)
    db.executemany(
        f"INSERT INTO clauses VALUES ({','.join('?' * 16)})",
        (
            (row, c.clause_id, c.doc_id, c.ordinal, c.kind, path(c.path), c.text,
             line([asdict(d) for d in c.duties]) if c.duties else "[]",
             c.source.file, c.source.page, c.source.line, c.doubtful,
             line(asdict(c.grid)) if c.grid else None,
             line([[p.page, *p.box] for p in c.places]) if c.places else None,
             line([asdict(m) for m in c.marks]) if c.marks else None, key)
            for row, (c, key) in enumerate(zip(content.clauses[held], content.vector_keys[held], strict=True), run.clause)
        ),
    )  # fmt: skip
    db.commit()


def _documents(db: Database) -> list[Document]:
    return [
        Document(
            doc_id, title, notice, doc_no, tuple(json.loads(issuers)), issued_on, level, kind,
            Period(**json.loads(period)) if period else None, effective_on, file, digest,
            tuple(json.loads(gaps)),
        )
        for _, doc_id, title, notice, doc_no, issuers, issued_on, level, kind, period, effective_on, file, digest, gaps
        in db.all("SELECT * FROM documents ORDER BY row")
    ]  # fmt: skip
