"""Word files for tests: by python-docx, or from the XML itself for what python-docx does not write."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

_OPEN = "http://schemas.openxmlformats.org"
SPACES = (
    f'xmlns:w="{_OPEN}/wordprocessingml/2006/main" xmlns:m="{_OPEN}/officeDocument/2006/math" '
    f'xmlns:r="{_OPEN}/officeDocument/2006/relationships" xmlns:mc="{_OPEN}/markup-compatibility/2006" '
    f'xmlns:wp="{_OPEN}/drawingml/2006/wordprocessingDrawing" xmlns:a="{_OPEN}/drawingml/2006/main" '
    f'xmlns:c="{_OPEN}/drawingml/2006/chart" xmlns:pic="{_OPEN}/drawingml/2006/picture" '
    f'xmlns:dgm="{_OPEN}/drawingml/2006/diagram" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_RELATIONS = f'<Relationships xmlns="{_OPEN}/package/2006/relationships">%s</Relationships>'
_MADE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_TYPES = (
    f'<Types xmlns="{_OPEN}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default '
    'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>%s</Types>'
)
_PARTS = {
    "styles": "styles",
    "numbering": "numbering",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "diagram": "dataModel",
}


def write(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def docx_of(build):
    """What python-docx writes of the document that `build` fills."""
    document = docx.Document()
    build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def numbered(document, text, format_, pattern):
    """A paragraph with an automatic number, as Word makes it."""
    numbering = document.part.numbering_part.element
    key = f"{format_}-{pattern}"
    ids = getattr(document, "ids", {})
    if key not in ids:
        ids[key] = str(900 + len(ids))
        numbering.insert(
            0,
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{ids[key]}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
                f'<w:numFmt w:val="{format_}"/><w:lvlText w:val="{pattern}"/></w:lvl></w:abstractNum>'
            ),
        )
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="{ids[key]}"><w:abstractNumId w:val="{ids[key]}"/></w:num>')
        )
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{ids[key]}"/></w:numPr>'))
    return ids


def package(body, **parts):
    """A DOCX of this body and these parts (styles, numbering, footnotes, endnotes, diagram), each as XML without its root."""
    kinds = {name: f"{_OPEN}/officeDocument/2006/relationships/{name}" for name in (*parts, "officeDocument")}
    related = "".join(f'<Relationship Id="{name}" Type="{kinds[name]}" Target="{name}.xml"/>' for name in parts)
    named = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_MADE}{"document.main" if name == "document" else name}+xml"/>'
        for name in ("document", *parts)
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES % named)
        main = f'<Relationship Id="a" Type="{kinds["officeDocument"]}" Target="/word/document.xml"/>'
        packed.writestr("_rels/.rels", _RELATIONS % main)
        packed.writestr("word/_rels/document.xml.rels", _RELATIONS % related)
        packed.writestr("word/document.xml", f"<w:document {SPACES}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            root = f"{'dgm' if name == 'diagram' else 'w'}:{_PARTS[name]}"
            packed.writestr(f"word/{name}.xml", f"<{root} {SPACES}>{content}</{root}>")
    return buffer.getvalue()


def run(text, properties="", tag="t"):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def paragraph(content="", properties=""):
    """A w:p; plain text becomes a run."""
    content = content if content.startswith("<") or not content else run(content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def cell(content, properties=""):
    content = content if content.startswith("<") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def table(*rows):
    """A w:tbl; a row is its cells, each text, or XML made by `cell`."""
    made = ("".join(each if each.startswith("<w:tc") else cell(each) for each in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in made) + "</w:tbl>"


def item(text, number="1", level=0):
    """A numbered paragraph."""
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(place, pattern, kind="decimal", more="", start=1):
    start = "" if start is None else f'<w:start w:val="{start}"/>'
    return f'<w:lvl w:ilvl="{place}">{start}<w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{pattern}"/></w:lvl>'


def lists(*levels, nums="", number="1"):
    """numbering.xml: one abstract list of these levels under w:numId 1, and more w:num."""
    base = f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}</w:abstractNum>'
    return f'{base}<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>{nums}'


def style(name, properties="", based_on="", shown="", runs="", kind="paragraph"):
    """A w:style."""
    based = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{shown or name}"/>{based}<w:pPr>{properties}</w:pPr>'
        f"<w:rPr>{runs}</w:rPr></w:style>"
    )
