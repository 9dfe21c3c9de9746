"""Pictures of pages: image files, and the pages of a PDF that are one."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from index.errors import UnreadableContent
from index.load.gaps import of_pages
from index.load.paged import compose
from index.load.paged.sheet import Sheet
from index.load.picture import sheet
from index.load.pulse import beat
from index.load.recogniser import Unavailable, recogniser
from index.schema import Reading
from index.settings import Settings, load_settings

_MOST_DOTS = 120_000_000  # of a picture: three times an A3 page at 600 to the inch is more than any page needs
NOT_INSTALLED = "是图像，文字识别组件未安装或损坏，未收录（请重新运行 make setup）"


@dataclass(slots=True)
class Scanner:
    """Reads pictures within a file's allowance of pages and seconds, and keeps account of what became of each."""

    settings: Settings = field(default_factory=load_settings)
    read: list[int] = field(default_factory=list)  # pages with text
    bare: list[int] = field(default_factory=list)  # pages in which no text was found
    beyond: list[int] = field(default_factory=list)  # pages beyond the allowance
    missing: list[int] = field(default_factory=list)  # pages unread because nothing is there to read them
    broken: list[int] = field(default_factory=list)  # pictures that could not be opened
    spent: float = 0.0

    def sheet(self, number: int, picture: Callable[[], Any]) -> Sheet | None:
        """The page in a picture, which is made only if it is read; None where it was not."""
        try:
            reader = recogniser(self.settings.threads)
        except Unavailable:
            self.missing.append(number)
            return None
        tried = len(self.read) + len(self.bare) + len(self.broken)
        if tried >= self.settings.scan_pages or self.spent > self.settings.scan_seconds:
            self.beyond.append(number)
            return None
        begun = time.monotonic()
        try:
            found = sheet(picture(), number, reader)
        except MemoryError:
            raise
        except Exception:  # whatever the picture libraries meet in damaged data: the page is named
            self.broken.append(number)
            return None
        finally:
            self.spent += time.monotonic() - begun
            beat()
        (self.read if any(glyph.text.strip() for glyph in found.glyphs) else self.bare).append(number)
        return found

    def gaps(self) -> tuple[str, ...]:
        """What an official has to know of the pages that are pictures."""
        return (
            *of_pages(self.read, "由扫描图像识别，文字请与原件核对"),
            *of_pages(self.bare, "是图像，未识别出文字"),
            *of_pages(self.missing, NOT_INSTALLED),
            *of_pages(self.broken, "的图像已损坏，未收录"),
            *of_pages(
                self.beyond,
                f"是图像，超出每份文件识别的限度（{self.settings.scan_pages} 页、{self.settings.scan_seconds:g} 秒，"
                "可由设置 scan_pages、scan_seconds 放宽），未收录",
            ),
        )


def read(data: bytes) -> Reading:
    """Lines of an image file, a page for each of its frames; UnreadableContent when none can be read."""
    scanner = Scanner()
    layouts = []
    for number, frame in _frames(data):
        found = scanner.sheet(number, partial(_dots, frame))
        if found is not None:
            layouts.append(compose.layout(found))
    lines = compose.lines(layouts)
    if not lines:
        raise UnreadableContent("；".join(scanner.gaps()) or "图像中没有页面")
    return Reading(lines, scanner.gaps())


def _frames(data: bytes) -> Iterable[tuple[int, Any]]:
    from PIL import Image, ImageSequence

    with Image.open(io.BytesIO(data)) as opened:
        for number, frame in enumerate(ImageSequence.Iterator(opened), 1):
            if frame.width * frame.height > _MOST_DOTS:
                raise UnreadableContent("图像过大；请以 200—300 dpi 重新扫描")
            yield number, frame


def _dots(frame: Any) -> Any:
    """A frame as it is to be seen: turned as its camera says, on white, blue first."""
    import numpy as np
    from PIL import Image, ImageOps

    frame = ImageOps.exif_transpose(frame)
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        frame = frame.convert("RGBA")
        white = Image.new("RGBA", frame.size, "white")
        frame = Image.alpha_composite(white, frame)
    elif frame.mode.startswith("I;16") or frame.mode in ("I", "F"):
        values = np.asarray(frame, dtype=float)
        frame = Image.fromarray((255 * (values - values.min()) / max(np.ptp(values), 1)).astype("uint8"))
    return np.ascontiguousarray(np.asarray(frame.convert("RGB"))[:, :, ::-1])
