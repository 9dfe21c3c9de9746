"""Plain text: UTF-8 (with or without a byte-order mark), UTF-16 with one, or GB18030."""

from __future__ import annotations

import codecs
import re

from index.errors import UnreadableContent
from index.load.radicals import unified
from index.schema import Line, Reading

# What Chinese text is made of: ASCII, punctuation and symbols, ideographs, full-width forms.
_COMMON = re.compile("[\x00-\x7e\u2010-\u266f\u3000-\u9fff\uff00-\uffef]")


def read(data: bytes) -> Reading:
    """Lines numbered from 1; UnreadableContent when the bytes are not text."""
    return Reading([Line(unified(row), number) for number, row in enumerate(decode(data).splitlines(), 1)])


def decode(data: bytes) -> str:
    """The text of `data`; strict, since a wrongly guessed character would be quoted as verbatim."""
    if not data.strip():
        raise UnreadableContent("文件为空")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16")
    if b"\0" in data:
        raise UnreadableContent("内容是二进制数据，不是文本")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _strict(data, "gb18030")
    odd = sum(c < " " and c not in "\t\n\r\f\v\x1c\x1d\x1e\x1f" or c == "\ufffd" for c in text)
    if odd * 50 > len(text):
        raise UnreadableContent("内容是二进制数据或乱码，不是文本")
    return text


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableContent("编码无法识别；请另存为 UTF-8 或 GB18030") from error
    # GB18030 decodes almost any bytes; real Chinese text is mostly Chinese.
    common = len(_COMMON.findall(text))
    if common < 0.9 * len(text):
        raise UnreadableContent("编码无法识别；请另存为 UTF-8 或 GB18030")
    return text
