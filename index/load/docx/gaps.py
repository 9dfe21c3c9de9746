"""What a DOCX holds and its lines do not: pictures, charts, embedded files, each told once with where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PICTURE = "图片，图中文字未收录"
CHART = "图表，图中数据未收录"
OBJECT = "嵌入的对象（如表格、公式或附件），其中内容未收录"
FILE = "嵌入的另一份文件，其中内容未收录"
_SHOWN = 3  # places named; more are counted
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "px": 0.75, "": 1.0}
_EMU = 12700  # units of DrawingML in a point
_LEAST = (40.0, 14.0, 4200.0)  # points wide, points high, square points of a picture that can hold words: 5 cm²


@dataclass(slots=True)
class Gaps:
    """Collects what is left out; `at` is the number of the line that is being read."""

    at: int = 1
    _places: dict[str, list[int]] = field(default_factory=dict)

    def add(self, kind: str) -> None:
        self._places.setdefault(kind, []).append(self.at)

    def told(self) -> tuple[str, ...]:
        """A phrase a kind: 第 3、8 段处有图片，图中文字未收录."""
        found = []
        for kind, places in self._places.items():
            lines = list(dict.fromkeys(places))
            shown = "、".join(str(line) for line in lines[:_SHOWN])
            count = f"等 {len(places)} 处" if len(places) > _SHOWN else "处"
            found.append(f"第 {shown} 段{count}有{kind}")
        return tuple(found)


def holds_words(width: float | None, height: float | None) -> bool:
    """Whether a picture of this size in points is large enough for words; one of unknown size is."""
    if width is None or height is None:
        return True
    return width >= _LEAST[0] and height >= _LEAST[1] and width * height >= _LEAST[2]


def points(units: str | None) -> float | None:
    """The points of a length in the units of DrawingML (wp:extent)."""
    return int(units) / _EMU if units is not None and units.isdecimal() and len(units) < 12 else None


def styled(style: str | None, name: str) -> float | None:
    """The points of a length in the style of VML (width:300pt)."""
    match = re.search(rf"(?:^|;)\s*{name}\s*:\s*([\d.]{{1,9}})([a-z]{{0,2}})", style or "")
    try:
        return float(match[1]) * _POINTS.get(match[2], 1.0) if match else None
    except ValueError:
        return None
