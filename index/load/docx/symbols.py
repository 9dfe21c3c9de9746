"""Characters that a document holds as a place in a font, or by their height over the line → what they look like.
Pure."""

from __future__ import annotations

_WINGDINGS = {
    0x4A: "☺", 0x52: "☼", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "□", 0x72: "□", 0x74: "◆", 0x75: "◆", 0x76: "❖",
    0x77: "◆", 0xA1: "○", 0xA4: "◉", 0xA7: "▪", 0xA8: "□", 0xAB: "★", 0xD8: "➢", 0xDC: "➲", 0xDF: "←", 0xE0: "→", 0xE1: "↑",
    0xE2: "↓", 0xE8: "→", 0xF0: "⇒", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    0x80: "⓪", **{0x81 + n: chr(0x2460 + n) for n in range(10)}, 0x8B: "⓿", **{0x8C + n: chr(0x2776 + n) for n in range(10)},
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0x98: "●", 0x99: "◉", 0x9A: "○", 0xA2: "■",
    0xA3: "□", 0x69: "⓪", **{0x6A + n: chr(0x2460 + n) for n in range(10)}, **{0x75 + n: chr(0x2776 + n) for n in range(10)},
}  # fmt: skip
_GREEK = dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)) | dict(
    zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)
)
_SYMBOL = _GREEK | {
    0xA2: "′", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±", 0xB2: "″",
    0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xBC: "…", 0xC7: "∩", 0xC8: "∪", 0xCC: "⊂",
    0xCE: "∈", 0xD0: "∠", 0xD1: "∇", 0xD5: "∏", 0xD6: "√", 0xD7: "·", 0xDB: "⇔", 0xDE: "⇒", 0xE5: "∑", 0xF2: "∫",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}
_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def symbol(code: str | None, font: str | None) -> str:
    """What w:sym draws: the character at this place (four hexadecimal figures) of this font; "" where it is not
    known."""
    try:
        place = int(code or "", 16)
    except ValueError:
        return ""
    return placed(chr(place), font) if 0x20 <= place < 0xD800 or 0xE000 <= place < 0xFFFE else ""


def placed(text: str, font: str | None) -> str:
    """Text whose characters are places of a font: all of them in a font of signs, those from U+F020 on in any other."""
    signs = _FONTS.get((font or "").lower())
    if signs is None and not any("\uf020" <= character <= "\uf0ff" for character in text):
        return text
    return "".join(_sign(ord(character), signs, font) for character in text)


def _sign(place: int, signs: dict[int, str] | None, font: str | None) -> str:
    if not 0xF020 <= place <= 0xF0FF:
        return (signs or {}).get(place, chr(place))
    if signs is None and font:
        return chr(place - 0xF000)
    return (_WINGDINGS if signs is None else signs).get(place - 0xF000, "")


def raised(text: str) -> str:
    """10⁶ for 10 with a raised 6, which would read as 106 in a row; unchanged where a character has no such form."""
    return text.translate(_RAISED) if _all(text, _RAISED) else text


def lowered(text: str) -> str:
    """CO₂ for CO with a lowered 2."""
    return text.translate(_LOWERED) if _all(text, _LOWERED) else text


def _all(text: str, forms: dict[int, int]) -> bool:
    return all(ord(character) in forms for character in text)
