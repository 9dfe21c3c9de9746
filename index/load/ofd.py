"""OFD (GB/T 33190): text, rulings and pictures of its pages as geometry, put in reading order like those of a PDF.

Makers differ in namespaces and paths; both are taken as they come. Watermarks and notes laid over a page are no text of
the document, and attachments are files of their own: all are named as gaps.
"""

from __future__ import annotations

import io
import math
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from index.errors import UnreadableContent
from index.load import drawing
from index.load.drawing import Matrix, Placed
from index.load.elements import below, beside
from index.load.gaps import of_pages
from index.load.package import Package
from index.load.paged import compose
from index.load.paged.sheet import Box, Sheet
from index.load.scan import Scanner
from index.schema import Reading

_A4 = (210.0, 297.0)  # millimetres
_DEEPEST = 5  # composites within composites
_PAGES = 20_000
_WHOLE = 0.6  # of a page that a picture covers which is the page


@dataclass(slots=True)
class _File:
    """One document of the package and what was met in it, by page."""

    package: Package
    home: str  # the part Document.xml
    templates: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)  # resource → part
    composites: dict[str, Any] = field(default_factory=dict)
    size: tuple[float, float] = _A4
    lost: list[int] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)  # without text
    askew: list[int] = field(default_factory=list)
    noted: list[int] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)


def read(data: bytes) -> Reading:
    """Lines of every page; UnreadableContent when nothing in the file can be read."""
    package = Package(data, "OFD")
    if not package.has("OFD.xml"):
        raise UnreadableContent("不是 OFD 文件，或已损坏；请用阅读器打开后另存为 OFD 或 PDF")
    root = package.xml("OFD.xml")
    if package.has("Encryptions.xml") or any(True for _ in root.iter("Encryptions")):
        raise UnreadableContent("OFD 已加密，请去掉加密后另存为 OFD 或 PDF")
    scanner = Scanner()
    layouts: list[compose.Layout] = []
    gaps: list[str] = []
    for place in root.iter("DocRoot"):
        home = _part(package, "OFD.xml", (place.text or "").strip())
        if home is None:
            gaps.append("文件缺少正文部分，内容可能不全")
            continue
        one = _File(package, home)
        layouts += _pages(one, scanner, len(layouts))
        gaps += _gaps(one)
    gaps += scanner.gaps()
    lines = compose.lines(layouts)
    if not lines:
        raise UnreadableContent("；".join(("OFD 中没有可读的文字", *gaps)) + "。请用阅读器打开后另存为 PDF")
    return Reading(lines, tuple(dict.fromkeys(gaps)))


def _pages(file: _File, scanner: Scanner, before: int) -> Iterator[compose.Layout]:
    """The layouts of a document's pages; `before`: pages of the documents before it."""
    document = file.package.xml(file.home)
    _resources(file, document)
    overlays = _overlays(file, document)
    pages = [page for group in below(document, "Pages") for page in below(group, "Page")]
    for number, page in enumerate(pages[:_PAGES], before + 1):
        try:
            sheet, pictures = _sheet(file, page, number, overlays.get(page.get("ID") or ""))
            sheet = _recognised(file, sheet, pictures, scanner)
        except MemoryError:
            raise
        except UnreadableContent:
            raise
        except Exception:  # a page that cannot be opened, for whatever reason: the others are read, and it is named
            file.lost.append(number)
            continue
        yield compose.layout(sheet)


def _resources(file: _File, document: Any) -> None:
    """Templates, pictures and composites that pages refer to by number."""
    for common in below(document, "CommonData"):
        for template in below(common, "TemplatePage"):
            file.templates[template.get("ID") or ""] = template.get("BaseLoc") or ""
        for area in below(common, "PageArea"):
            file.size = _size(area) or file.size
        for each in below(common, "PublicRes", "DocumentRes"):
            part = _part(file.package, file.home, (each.text or "").strip())
            if part is not None:
                _resource(file, part)
    for each in below(document, "Attachments"):
        part = _part(file.package, file.home, (each.text or "").strip())
        if part is not None:
            file.attached += [one.get("Name") or "" for one in file.package.xml(part).iter("Attachment")]


def _resource(file: _File, part: str) -> None:
    try:
        root = file.package.xml(part)
    except UnreadableContent:
        raise
    except Exception:  # fonts and pictures only: the text stands without them
        return
    base = (root.get("BaseLoc") or "").strip()
    for media in root.iter("MultiMedia"):
        name = next((one.text or "" for one in below(media, "MediaFile")), "").strip()
        found = _part(file.package, part, posixpath.join(base, name)) or _part(file.package, part, name)
        if found is not None:
            file.pictures[media.get("ID") or ""] = found
    for unit in root.iter("CompositeGraphicUnit"):
        file.composites[unit.get("ID") or ""] = unit


def _overlays(file: _File, document: Any) -> dict[str, Any]:
    """What is laid over each page as annotations: page → root of its part."""
    found = {}
    for each in below(document, "Annotations"):
        part = _part(file.package, file.home, (each.text or "").strip())
        if part is None:
            continue
        for page in file.package.xml(part).iter("Page"):
            place = _part(file.package, part, next((one.text or "" for one in below(page, "FileLoc")), "").strip())
            if place is not None:
                found[page.get("PageID") or ""] = file.package.xml(place)
    return found


def _sheet(file: _File, page: Any, number: int, overlay: Any) -> tuple[Sheet, list[tuple[Box, str]]]:
    """A page as geometry, in points, and its pictures with their parts."""
    part = _part(file.package, file.home, page.get("BaseLoc") or "")
    if part is None:
        raise KeyError(page.get("BaseLoc"))
    root = file.package.xml(part)
    width, height = next((size for area in below(root, "Area") if (size := _size(area))), file.size)
    for each in below(root, "PageRes"):
        place = _part(file.package, part, (each.text or "").strip())
        if place is not None:
            _resource(file, place)
    found = Placed()
    for template in below(root, "Template"):
        place = _part(file.package, file.home, file.templates.get(template.get("TemplateID") or "", ""))
        if place is not None:
            _content(file, file.package.xml(place), found)
    _content(file, root, found)
    for note in overlay.iter("Annot") if overlay is not None else ():
        if any((text.text or "").strip() for text in note.iter("TextCode")):
            (file.marked if note.get("Type") == "Watermark" else file.noted).append(number)
    sheet, askew = drawing.sheet(found, number, width, height)
    if askew:
        file.askew.append(number)
    return sheet, found.pictures


def _content(file: _File, root: Any, found: Placed) -> None:
    for content in below(root, "Content"):
        for layer in below(content, "Layer"):
            _objects(file, layer, drawing.UNIT, found, 0)


def _objects(file: _File, parent: Any, matrix: Matrix, found: Placed, depth: int) -> None:
    """Everything drawn below an element, blocks and composites unfolded."""
    for item in parent:
        if not isinstance(item.tag, str) or (item.get("Visible") or "").lower() == "false":
            continue
        if item.tag in ("PageBlock", "Layer", "Content"):
            _objects(file, item, matrix, found, depth)
        elif item.tag == "TextObject":
            drawing.text(item, matrix, found)
        elif item.tag == "PathObject":
            drawing.path(item, matrix, found)
        elif item.tag == "ImageObject":
            drawing.picture(item, matrix, found, file.pictures.get(item.get("ResourceID") or "", ""))
        elif item.tag == "CompositeObject" and depth < _DEEPEST:
            unit = file.composites.get(item.get("ResourceID") or "")
            if unit is not None:
                _objects(file, unit, drawing.placed(item, matrix), found, depth + 1)


def _recognised(file: _File, sheet: Sheet, pictures: list[tuple[Box, str]], scanner: Scanner) -> Sheet:
    """The page with what its picture says, where it has no text and a picture covers it."""
    if any(glyph.text.strip() for glyph in sheet.glyphs):
        return sheet
    whole = Box(0, 0, sheet.width, sheet.height)
    large = [(box, part) for box, part in pictures if part and box.overlap(whole) >= _WHOLE * whole.area]
    if not large:
        file.bare.append(sheet.number)
        return sheet
    read = scanner.sheet(sheet.number, lambda: _decoded(file.package.read(large[0][1])))
    return read if read is not None else sheet


def _decoded(data: bytes) -> Any:
    """A picture as pixels, blue first."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        return np.ascontiguousarray(np.asarray(opened.convert("RGB"))[:, :, ::-1])


def _gaps(file: _File) -> tuple[str, ...]:
    return (
        *of_pages(file.lost, "已损坏或缺失，未收录"),
        *of_pages(file.bare, "没有文字层，未收录"),
        *of_pages(file.askew, "有斜排的文字（可能是水印），未收录"),
        *of_pages(file.marked, "有水印文字，未收录"),
        *of_pages(file.noted, "有批注文字，未收录"),
        *(f"附件 {name} 未收录" for name in file.attached),
    )


def _size(area: Any) -> tuple[float, float] | None:
    """Width and height of a page, in millimetres."""
    for box in below(area, "PhysicalBox"):
        numbers = drawing.numbers(box.text)
        if len(numbers) == 4 and all(0 < side < 5_000 and math.isfinite(side) for side in numbers[2:]):
            return numbers[2], numbers[3]
    return None


def _part(package: Package, home: str, target: str) -> str | None:
    """The part that `home` names as `target`: from its own folder, or, as some makers write, from the root."""
    if not target:
        return None
    for name in (beside(home, target), posixpath.normpath(target.lstrip("/"))):
        if package.has(name):
            return name
    return None
