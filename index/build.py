"""Documents in, index out: read and parse what changed, embed what is new, write a generation, swap it in."""

from __future__ import annotations

import errno
import gc
import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index import store
from index.alike import SAMPLE, Pair, alike, sample
from index.content import Kept, Progress, assemble
from index.disk import file_digest
from index.encoder import Encoder
from index.errors import BrokenIndex, CorpusError
from index.journal import Journal
from index.limits import Limits
from index.load import NAMES, pool
from index.load.listing import Found, listed, shown
from index.report import FileEntry, Report, document_entry
from index.schema import Contents, Taken

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did."""

    documents: int
    clauses: int
    sentences: int
    embedded: int  # clauses that had to be encoded; 0 on an unchanged corpus
    skipped: dict[str, str]  # file → why
    changed: bool  # False: the index already was what the corpus asks for
    attention: int = 0  # gaps, doubts and near-duplicates that the report names


def build(
    corpus: Sequence[Path],
    root: Path,
    encoder: Callable[[], Encoder],
    *,
    rebuild: bool,
    progress: Progress,
    limits: Limits = Limits(),
) -> Summary:
    """Bring the index below `root` in line with `corpus` (folders and files, read in this order).

    `encoder` is called only when something has to be embedded or compared. Raises CorpusError when nothing readable
    is there, and leaves the old index current on any failure; what it had done by then the next build takes up.
    """
    from filelock import FileLock, Timeout

    for path in corpus:
        if not path.exists():
            raise CorpusError(f"找不到语料：{shown(str(path))}。请检查路径，或设置 corpus（环境变量 TIAOWEN_CORPUS）")
    root.mkdir(parents=True, exist_ok=True)
    collecting = gc.isenabled()
    gc.disable()  # a build makes a million objects that live to its end; looking for garbage among them finds none
    try:
        with FileLock(root / "lock", timeout=0):
            store.sweep(root)
            try:
                return _build(corpus, root, encoder, rebuild, progress, limits)
            except (sqlite3.DatabaseError, ValueError) as error:
                if store.is_full(error) or not Journal.drop(root):
                    raise
                return _build(corpus, root, encoder, rebuild, progress, limits)  # without what the last one had done
    except Timeout as error:
        raise BrokenIndex(f"另一个进程正在建立索引（{root}）。请等它结束后再试") from error
    except sqlite3.Error as error:
        if store.is_full(error):
            raise OSError(errno.ENOSPC, "No space left on device", str(root)) from error
        raise
    finally:
        if collecting:
            gc.enable()


def _build(
    corpus: Sequence[Path],
    root: Path,
    encoder: Callable[[], Encoder],
    rebuild: bool,
    progress: Progress,
    limits: Limits,
) -> Summary:
    named = "、".join(shown(str(path)) for path in corpus)
    files, unlisted = _listed(corpus)
    code = code_digest()
    old = None if rebuild else _readable(root)
    journal = Journal(root, code, anew=rebuild)
    done = False
    try:
        same = old if old is not None and old.manifest.code == code else None
        digests = [_digest(file) for file in files]
        outcomes = _outcomes(files, digests, same, journal, progress, limits)
        taken = [each for outcome in outcomes for contents in outcome.contents for each in contents.taken]
        skipped = unlisted | dict(refusal for outcome in outcomes for refusal in outcome.refused)
        if not any(outcome.contents for outcome in outcomes):
            raise CorpusError(f"语料 {named} 中没有可读的文件{_why(skipped)}。请放入 {NAMES} 等文件")
        if not any(each.clauses for each in taken):
            raise CorpusError(f"语料 {named} 中没有解析出任何条款{_why(skipped)}")
        model = encoder()
        facts = {
            "code": code,
            "encoder": model.name,
            "encoder_digest": model.digest,
            "dimension": model.dimension,
            "corpus": [shown(str(path.absolute())) for path in corpus],
            "sources": {file.name: digest for file, digest in zip(files, digests, strict=True) if digest is not None},
            "skipped": skipped,
        }
        if (
            same is not None
            and same.folder == _current(root)
            and all(getattr(same.manifest, name) == value for name, value in facts.items())
        ):
            done = True
            m = same.manifest
            return Summary(
                m.documents, m.clauses, m.sentences, 0, m.skipped, changed=False, attention=same.report.attention
            )
        documents = [each.document for each in taken]
        clauses = [clause for each in taken for clause in each.clauses]
        vectors = old is not None and old.manifest.encoder_digest == model.digest
        kept = Kept(old, vectors, terms=same is not None)
        content, embedded = assemble(documents, clauses, model, kept, journal, progress)
        samples = _samples(taken, same)
        report = _report(files, digests, outcomes, taken, unlisted, alike(samples), limits)
        before = None if old is None else old.folder
        manifest = store.write(root, content, report, _stacked(samples), facts, before, same)
        done = True
    finally:
        journal.close(done=done)
    return Summary(
        manifest.documents,
        manifest.clauses,
        manifest.sentences,
        embedded,
        skipped,
        changed=True,
        attention=report.attention,
    )


def _listed(corpus: Sequence[Path]) -> tuple[list[Found], dict[str, str]]:
    """The files of a corpus, and what of it cannot be listed, with why."""
    files: list[Found] = []
    unlisted: dict[str, str] = {}
    for path in corpus:
        # Two folders may hold files of one name; with a single one the names stay short.
        prefix = f"{shown(path.name)}/" if len(corpus) > 1 and path.is_dir() else ""
        found, failures = listed(path)
        files += [Found(each.path, prefix + each.name) for each in found]
        unlisted |= {prefix + failure.file: failure.reason for failure in failures}
    return files, unlisted


def _outcomes(
    files: Sequence[Found],
    digests: Sequence[str | None],
    same: store.Store | None,
    journal: Journal,
    progress: Progress,
    limits: Limits,
) -> list[pool.Outcome]:
    """What comes of each file: out of the old generation or the journal where its bytes are the same, else read now."""
    outcomes = {
        place: known
        for place, (file, digest) in enumerate(zip(files, digests, strict=True))
        if digest is not None and (known := _known(file.name, digest, same, journal, limits)) is not None
    }
    new = [place for place in range(len(files)) if place not in outcomes]
    if new:
        progress("解析文件", 0, len(new))
    for done, (at, outcome) in enumerate(pool.taken([files[place] for place in new], limits), 1):
        place = new[at]
        outcomes[place] = outcome
        digest = digests[place]
        if outcome.contents and not outcome.refused and digest is not None:
            journal.keep_taken(files[place].name, digest, outcome.contents)
        progress("解析文件", done, len(new))
    return [outcomes[place] for place in range(len(files))]


def _known(name: str, digest: str, same: store.Store | None, journal: Journal, limits: Limits) -> pool.Outcome | None:
    """What a file gave the last time; None where it has to be read.

    What no reader could read is tried again, as that may have been the machine's fault; what went over a limit is not,
    as long as the limits are the same.
    """
    entry = None if same is None else same.report.file.get(name)
    if same is not None and entry is not None and entry.digest == digest:
        if entry.stopped == _told(limits):
            return pool.Outcome(refused=entry.refused, stopped=True)
        if not entry.refused:
            return pool.Outcome(_from(same, entry))
    contents = journal.taken(name, digest)
    return None if contents is None else pool.Outcome(contents)


def _from(same: store.Store, entry: FileEntry) -> tuple[Contents, ...]:
    """A file's documents as the old generation holds them: its very objects, so that nothing of them is done again."""
    taken = tuple(
        Taken(same.documents[doc_id], tuple(same.clauses_of(doc_id)), same.report.document[doc_id].doubts)
        for doc_id in entry.documents
    )
    return (Contents(entry.file, entry.digest or "", entry.pages, entry.gaps, taken),)


def _report(
    files: Sequence[Found],
    digests: Sequence[str | None],
    outcomes: Sequence[pool.Outcome],
    taken: Sequence[Taken],
    unlisted: dict[str, str],
    pairs: Sequence[Pair],
    limits: Limits,
) -> Report:
    entries = [
        FileEntry(
            file.name,
            digest,
            sum(contents.pages or 0 for contents in outcome.contents) or None,
            tuple(dict.fromkeys(gap for contents in outcome.contents for gap in contents.gaps)),
            tuple(each.document.doc_id for contents in outcome.contents for each in contents.taken),
            outcome.refused,
            _told(limits) if outcome.stopped else "",
        )
        for file, digest, outcome in zip(files, digests, outcomes, strict=True)
    ]
    entries += [FileEntry(name, None, None, (), (), ((name, why),)) for name, why in unlisted.items()]
    documents = tuple(document_entry(each.document, len(each.clauses), each.doubts) for each in taken)
    return Report(tuple(entries), documents, tuple(pairs))


def _samples(taken: Sequence[Taken], same: store.Store | None) -> dict[str, np.ndarray]:
    """What tells near-duplicates, by doc_id; of documents that `same` holds it is not taken again."""
    samples = {}
    for each in taken:
        doc_id = each.document.doc_id
        if same is not None and same.documents.get(doc_id) is each.document:
            samples[doc_id] = same.samples[doc_id]
        else:
            samples[doc_id] = sample("".join(clause.text for clause in each.clauses))
    return samples


def _stacked(samples: Mapping[str, np.ndarray]) -> np.ndarray:
    """uint64 [documents, SAMPLE], zeros behind."""
    import numpy as np

    rows = np.zeros((len(samples), SAMPLE), dtype=np.uint64)
    for row, hashes in zip(rows, samples.values(), strict=True):
        row[: len(hashes)] = hashes
    return rows


def _told(limits: Limits) -> str:
    """The limits that one file may be stopped by."""
    return " ".join(f"{name}={value}" for name, value in asdict(limits).items() if name != "at_once")


def _digest(file: Found) -> str | None:
    """sha256 of a file's bytes; None where it cannot be opened, which its reader will say."""
    try:
        return file_digest(file.path)
    except OSError:
        return None


def _why(skipped: dict[str, str]) -> str:
    """How many files could not be used, and the first of them with its reason."""
    if not skipped:
        return ""
    file, why = next(iter(skipped.items()))
    return f"（{len(skipped)} 个文件读不了，如 {file}：{why}）"


def _current(root: Path) -> Path | None:
    with suppress(BrokenIndex):
        return store.current(root)
    return None


def _readable(root: Path) -> store.Store | None:
    """The current generation; where that is damaged the one before it, of which whatever still holds is taken over."""
    with suppress(BrokenIndex):
        return store.Store.open(root)
    before = store.previous(root)
    if before is None:
        return None
    with suppress(BrokenIndex):
        return store.Store.open_folder(before)
    return None


def code_digest() -> str:
    """Digest of this package's source: a new parser or tokeniser means a new index (vectors are still reused)."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
