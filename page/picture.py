"""One page of a PDF or image file as a picture, made in a process of its own (`python -m page.picture JOB`): a document
that brings its reader down takes only that process with it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from index.errors import UnreadableFile
from index.load import containers, kinds
from index.settings import ROOT

PAGED = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
WIDTH = 1240  # dots: an A4 page at 150 to the inch
_SECONDS = 30
_MEMORY = 1536  # MiB
_MOST_DOTS = 120_000_000  # as index.load.scan
_HELD = 24  # pages kept in memory, some 200 kB each


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be drawn."""

    path: str  # a file, or the container that holds it
    name: str  # as the document's file, from the container's own name on
    page: int  # 1-based
    stamp: float  # when the file was changed last: another file is drawn anew


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as JPEG, and how many pages there are."""

    data: bytes
    pages: int


def can_be_drawn(name: str) -> bool:
    """Whether a file is of a kind whose pages can be shown."""
    return PurePosixPath(name).suffix.lower() in PAGED


@lru_cache(maxsize=_HELD)
def drawn(job: Job) -> Picture:
    """The page; UnreadableFile says why there is none."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "page.picture", json.dumps(asdict(job))],
            cwd=ROOT,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(job.name, f"{_SECONDS} 秒内没有画出这一页，请下载原件查看") from error
    head, _, data = done.stdout.partition(b"\n")
    if done.returncode or not data:
        raise UnreadableFile(job.name, "这一页画不出来，文件可能已损坏或加密。请下载原件查看")
    return Picture(data, int(head))


def main(job: Job) -> None:
    """Write the number of pages, a line break and the page's JPEG to standard output."""
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = Path(job.path).read_bytes()
    suffix = PurePosixPath(job.path).suffix.lower()
    if suffix in containers.SUFFIXES:
        # Only the end of the name is sure: the container may lie in a folder that the name begins with.
        inner = next(m for m in containers.members(data, Path(job.path).name, suffix) if job.name.endswith(m.name))
        data, suffix = inner.data, inner.suffix
    image, pages = (_of_pdf if kinds.kind(data, suffix) == ".pdf" else _of_image)(data, job.page)
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=82, optimize=True)
    sys.stdout.buffer.write(b"%d\n" % pages + out.getvalue())


def _of_pdf(data: bytes, number: int):
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        page = document[number - 1]
        scale = min(WIDTH / page.get_width(), 4 * WIDTH / page.get_height())
        return page.render(scale=scale).to_pil(), len(document)


def _of_image(data: bytes, number: int):
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data)) as opened:
        pages = getattr(opened, "n_frames", 1)
        opened.seek(number - 1)
        if opened.width * opened.height > _MOST_DOTS:
            raise ValueError("too large")
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((WIDTH, 4 * WIDTH))
    return image, pages


if __name__ == "__main__":
    main(Job(**json.loads(sys.argv[1])))
