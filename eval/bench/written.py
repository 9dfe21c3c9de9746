"""One document written in each format, for tests and measurements: blocks in, bytes out.

A block is ("title", text), ("p", text), ("h", level, text) or ("table", rows of cells).
"""

from __future__ import annotations

import csv
import io
import zipfile
from xml.sax.saxutils import escape

from eval.bench.pages import SIZE, Rule, Text, laid_out


def txt(blocks) -> bytes:
    return "\n".join(_plain_rows(blocks)).encode()


def _plain_rows(blocks):
    for kind, *rest in blocks:
        if kind == "table":
            yield from ("\t".join(row) for row in rest[0])
        else:
            yield rest[-1]


def md(blocks) -> bytes:
    out = []
    for kind, *rest in blocks:
        if kind == "table":
            head, *rows = rest[0]
            out += [
                "",
                "|" + "|".join(head) + "|",
                "|" + "---|" * len(head),
                *("|" + "|".join(row) + "|" for row in rows),
                "",
            ]
        else:
            mark = {"title": "# ", "p": ""}.get(kind) if kind != "h" else "#" * (rest[0] + 1) + " "
            out += [mark + rest[-1], ""]
    return "\n".join(out).encode()


def html(blocks) -> bytes:
    body = []
    for kind, *rest in blocks:
        if kind == "table":
            rows = ("<tr>" + "".join(f"<td><p>{escape(cell)}</p></td>" for cell in row) + "</tr>" for row in rest[0])
            body.append("<table border=1><tbody>" + "".join(rows) + "</tbody></table>")
        else:
            tag = {"title": "h1", "p": "p"}.get(kind) or f"h{rest[0] + 1}"
            body.append(
                f"<{tag}>　　{escape(rest[-1])}</{tag}>" if tag == "p" else f"<{tag}>{escape(rest[-1])}</{tag}>"
            )
    return (
        "<html><head><meta charset=utf-8><title>网站</title></head><body><div class=nav><a href=/>首页</a><a href=/a>政务公开</a>"
        "<a href=/b>互动交流</a></div><div class=main><div class=con>" + "\n".join(body) + "</div></div>"
        "<div class=footer>主办：某市人民政府办公室　网站标识码：1100000001</div></body></html>"
    ).encode()


def mht(blocks) -> bytes:
    """The page as a browser saves it, in one file."""
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    page = MIMEMultipart("related")
    page.attach(MIMEText(html(blocks).decode(), "html", "utf-8"))
    return page.as_bytes()


def docx(blocks) -> bytes:
    import docx as library

    document = library.Document()
    for kind, *rest in blocks:
        if kind == "table":
            table = document.add_table(len(rest[0]), len(rest[0][0]))
            for row, texts in zip(table.rows, rest[0], strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        elif kind == "h":
            document.add_heading(rest[1], rest[0])
        else:
            document.add_paragraph(rest[-1])
    document.save(out := io.BytesIO())
    return out.getvalue()


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)


def odf(body: str, styles: str = "", kind: str = "text") -> bytes:
    """An OpenDocument file of this body."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODF}><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content})


def zipped(parts) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


def odt(blocks) -> bytes:
    body = []
    for kind, *rest in blocks:
        if kind == "table":
            cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
            rows = ("".join(cell.format(escape(text)) for text in row) for row in rest[0])
            body.append(
                "<table:table>"
                + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
                + "</table:table>"
            )
        elif kind == "h":
            body.append(f'<text:h text:outline-level="{rest[0]}">{escape(rest[1])}</text:h>')
        else:
            body.append(f"<text:p>{escape(rest[-1])}</text:p>")
    return odf("".join(body))


def rtf(blocks) -> bytes:
    out = [r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 SimSun;}}"]
    for kind, *rest in blocks:
        if kind == "table":
            for row in rest[0]:
                edges = "".join(rf"\cellx{2000 * n}" for n in range(1, len(row) + 1))
                out.append(
                    rf"\trowd{edges}\pard\intbl " + "".join(rtf_text(cell) + r"\cell " for cell in row) + r"\row"
                )
            out.append(r"\pard")
        else:
            level = rf"\outlinelevel{rest[0] - 1}" if kind == "h" else ""
            out.append(rf"\pard{level} {rtf_text(rest[-1])}\par")
    return ("\n".join(out) + "}").encode("ascii")


def rtf_text(text: str) -> str:
    """Half of the characters as bytes of the code page, half as \\u ones with a byte to stand in."""
    out = []
    for place, character in enumerate(text):
        if character.isascii():
            out.append(character)
        elif place % 2:
            out.append(rf"\u{ord(character) - (65536 if ord(character) > 32767 else 0)}?")
        else:
            out.append("".join(rf"\'{byte:02x}" for byte in character.encode("gb18030")))
    return "".join(out)


def sheet(rows) -> bytes:
    """A workbook of one sheet."""
    return xlsx({"清单": (rows, [], "")})


def xlsx(sheets, styles: str = "", hidden=()) -> bytes:
    """Sheets: name → (rows of cells, merged ranges, more of the sheet's XML before its rows); a cell is a text, a number, or a
    whole <c> element."""
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts, listed, related = {}, "", ""
    for n, (name, (rows, merged, more)) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        listed += f'<sheet name="{name}" sheetId="{n}"{state} r:id="rId{n}"/>'
        related += f'<Relationship Id="rId{n}" Type="{rel}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        data = "".join(
            "<row>" + "".join(map(_cell, row)) + "</row>" if row is not None else '<row hidden="1"/>' for row in rows
        )
        spans = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{main}">{more}<sheetData>{data}</sheetData><mergeCells>{spans}</mergeCells></worksheet>'
        )
    parts["xl/workbook.xml"] = f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{listed}</sheets></workbook>'
    related += f'<Relationship Id="rIdS" Type="{rel}/styles" Target="styles.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>'
    )
    parts["xl/styles.xml"] = f'<styleSheet xmlns="{main}">{styles}</styleSheet>'
    return zipped({"[Content_Types].xml": "<Types/>", **parts})


def _cell(value) -> str:
    if isinstance(value, str) and value.startswith("<c"):
        return value
    if isinstance(value, (int, float)):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else "<c/>"


def comma_separated(rows) -> bytes:
    csv.writer(out := io.StringIO()).writerows(rows)
    return out.getvalue().encode("gb18030")


def ofd(blocks) -> bytes:
    """Pages as eval.bench.pages sets them."""
    return ofd_of([[_object(piece) for piece in page] for page in laid_out(blocks)])


def _object(piece: Text | Rule) -> str:
    if isinstance(piece, Text):
        return text_object(piece.text, piece.x, piece.y, piece.size)
    return path_object(piece.x0, piece.y0, piece.x1, piece.y1)


def text_object(text: str, x: float, y: float, size: float = SIZE, more: str = "") -> str:
    steps = " ".join(f"{size if ord(c) > 255 else size / 2:g}" for c in text[:-1])
    return (
        f'<ofd:TextObject Boundary="{x} {y} 180 8" Font="1" Size="{size}" {more}><ofd:TextCode X="0" Y="{size}" DeltaX="{steps}">'
        f"{escape(text)}</ofd:TextCode></ofd:TextObject>"
    )


def path_object(x0: float, y0: float, x1: float, y1: float) -> str:
    return (
        f'<ofd:PathObject Boundary="{x0} {y0} {x1 - x0 + 0.1} {y1 - y0 + 0.1}" LineWidth="0.3"><ofd:AbbreviatedData>'
        f"M 0 0 L {x1 - x0} {y1 - y0}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def ofd_of(pages, more: str = "", parts=None, space: str = "http://www.ofdspec.org/2016") -> bytes:
    """An OFD file of these pages, each a list of objects; `more` of its Document.xml, and more parts."""
    ns = f'xmlns:ofd="{space}"'
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    return zipped(
        {
            "OFD.xml": f"<ofd:OFD {ns}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": (
                f"<ofd:Document {ns}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
                f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{more}</ofd:Document>"
            ),
            **{
                f"Doc_0/Pages/Page_{n}/Content.xml": (
                    f"<ofd:Page {ns}><ofd:Content><ofd:Layer>{''.join(page)}</ofd:Layer></ofd:Content></ofd:Page>"
                )
                for n, page in enumerate(pages)
            },
            **(parts or {}),
        }
    )
