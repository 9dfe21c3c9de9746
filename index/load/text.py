"""Plain text: UTF-8, UTF-16, GB18030 or Big5, each only where it is sure."""

from __future__ import annotations

import codecs
import re

from index.errors import UnreadableContent
from index.load import drawn
from index.load.radicals import unified
from index.schema import Line, Reading

# What Chinese text is made of: ASCII, punctuation and symbols, ideographs, full-width forms.
_COMMON = re.compile("[\x00-\x7e\u2010-\u266f\u3000-\u9fff\uff00-\uffef]")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_UNSURE = "编码无法识别；请另存为 UTF-8 或 GB18030"
_ENOUGH = 12  # ideographs from which their frequency tells something
_SAMPLE = 100_000  # characters that are enough to judge by


def read(data: bytes) -> Reading:
    """Lines numbered from 1; the cells of a drawn table are set apart by tabs. UnreadableContent when the bytes are not
    text."""
    return Reading(drawn.with_cells(printed(data)))


def printed(data: bytes) -> list[Line]:
    """Lines as they stand in the file, drawn tables too; UnreadableContent as `read`."""
    return [Line(unified(row), number) for number, row in enumerate(decode(data).splitlines(), 1)]


def decode(data: bytes) -> str:
    """The text of `data`; strict, since a wrongly guessed character would be quoted as verbatim."""
    if not data.strip():
        raise UnreadableContent("文件为空")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16")
    if b"\0" in data:
        return _without_mark(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _double_byte(data, error)
    odd = sum((c < " " and c not in "\t\n\r\f\v\x1c\x1d\x1e\x1f") or c == "\ufffd" for c in text)
    if odd * 50 > len(text):
        raise UnreadableContent("内容是二进制数据或乱码，不是文本")
    return text


def usual(text: str) -> float:
    """Share of the ideographs in `text` that are in everyday use, simplified or traditional; 1.0 where there are none.

    The first level of GB 2312 and the frequent part of Big5 are lists of just those, 3,755 and 5,401 characters.
    """
    found = _HAN.findall(text[:_SAMPLE])
    if not found:
        return 1.0
    return max(sum(map(everyday, found)) for everyday in (_simplified, _traditional)) / len(found)


def _simplified(character: str) -> bool:
    return "\xb0" <= character.encode("gb2312", "replace").decode("latin-1")[0] <= "\xd7"


def _traditional(character: str) -> bool:
    return "\xa4" <= character.encode("big5", "replace").decode("latin-1")[0] <= "\xc6"


def _without_mark(data: bytes) -> str:
    """UTF-16 without a byte-order mark: in one byte order it reads as Chinese, in the other as nothing."""
    sound = []
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        han = len(_HAN.findall(text))
        if (
            "\0" not in text
            and len(_COMMON.findall(text)) >= 0.97 * len(text)
            and (han < _ENOUGH or usual(text) > 0.85)
        ):
            sound.append((han, text))
    if not sound:
        raise UnreadableContent("内容是二进制数据，不是文本")
    if len(sound) > 1 or sound[0][0] < _ENOUGH:
        raise UnreadableContent("可能是不带标记的 UTF-16 文本，无法确定；请另存为 UTF-8")
    return sound[0][1]


def _double_byte(data: bytes, error: UnicodeDecodeError) -> str:
    """GB18030 or Big5: whichever makes everyday Chinese of the bytes. Most Big5 text is GB18030 of rare characters."""
    damaged = data.decode("utf-8-sig", "replace")
    if damaged.count("\ufffd") * 50 < len(damaged) and len(_HAN.findall(damaged)) >= _ENOUGH and usual(damaged) > 0.85:
        raise UnreadableContent(f"是 UTF-8 文本，但第 {error.start + 1} 个字节起有损坏；请重新另存为 UTF-8")
    mainland, island = _decoded(data, "gb18030"), _decoded(data, "cp950")
    if mainland is None and island is None:
        raise UnreadableContent(_UNSURE) from error
    han = len(_HAN.findall(mainland or island or ""))
    scores = [usual(text) if text is not None else 0.0 for text in (mainland, island)]
    if mainland is not None and (scores[0] >= 0.85 or (han < _ENOUGH and island is None and scores[0] >= 0.6)):
        if scores[1] < scores[0] - 0.05 or island is None:
            return mainland
    if island is not None and scores[1] >= 0.95 and scores[0] < 0.75 and len(_HAN.findall(island)) >= _ENOUGH:
        return island
    if mainland is not None and island is None and scores[0] >= 0.7:
        return mainland
    raise UnreadableContent("编码无法确定（可能是 Big5 或 GB18030）；请另存为 UTF-8" if island is not None else _UNSURE)


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text, None where the bytes are not of this encoding or make no Chinese text."""
    try:
        return _strict(data, encoding)
    except UnreadableContent:
        return None


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableContent(_UNSURE) from error
    # GB18030 decodes almost any bytes; real Chinese text is mostly Chinese.
    common = len(_COMMON.findall(text))
    if common < 0.9 * len(text):
        raise UnreadableContent(_UNSURE)
    return text
