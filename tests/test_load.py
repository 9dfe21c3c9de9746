"""Readers: encodings, what is no text, PDF, folders."""

import shutil

import pytest
from conftest import SAMPLE

from index.errors import UnreadableFile
from index.load import load_file, load_folder
from index.load.radicals import unified

WORDS = "甲市人民政府关于做好防汛工作的通知\n各区人民政府：\n请认真贯彻执行。"


def write(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_in_use(tmp_path, encoding):
    path = write(tmp_path, "a.txt", WORDS.encode(encoding))
    found = load_file(path, "a.txt")
    assert [line.text for line in found.lines] == WORDS.split("\n")
    assert [line.number for line in found.lines] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "文件为空"),
        ("blank.txt", b" \n\n ", "文件为空"),
        ("program.txt", b"\x7fELF\0\0\1\2", "二进制"),
        ("latin.txt", "café déjà vu naïve".encode("latin-1") * 9, "编码无法识别"),
        ("sheet.xlsx", b"PK\3\4", "XLSX 已损坏"),
        ("slides.pptx", b"PK\3\4", "另存为 PDF"),
        ("old.uof", b"<uof/>", "另存为 .docx"),
        ("noname", b"text", "不支持的格式"),
        ("broken.pdf", b"%PDF-1.7\nnothing", "PDF 已损坏"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, name, data, reason):
    path = write(tmp_path, name, data)
    with pytest.raises(UnreadableFile, match=reason) as caught:
        load_file(path, name)
    assert caught.value.file == name


def test_a_folder_is_read_recursively_in_natural_order_and_reports_what_it_skips(tmp_path):
    for name in ("10.txt", "9.txt", "下级/1.txt"):
        write(tmp_path, name, WORDS.encode())
    write(tmp_path, "坏.pdf", b"%PDF")
    write(tmp_path, "表.xlsx", b"PK")
    write(tmp_path, ".hidden.txt", b"x")
    raws, failures = load_folder(tmp_path)
    assert [r.file for r in raws] == ["9.txt", "10.txt", "下级/1.txt"]
    assert {f.file for f in failures} == {"坏.pdf", "表.xlsx"}


def test_one_file_may_stand_for_the_corpus(tmp_path):
    raws, failures = load_folder(write(tmp_path, "a.txt", WORDS.encode()))
    assert [r.file for r in raws] == ["a.txt"] and not failures


def test_every_cut_of_a_pdf_is_read_or_refused(tmp_path):
    whole = next(SAMPLE.glob("*.pdf")).read_bytes()
    for size in range(100, len(whole), len(whole) // 12):
        path = write(tmp_path, "cut.pdf", whole[:size])
        try:
            assert load_file(path, "cut.pdf").lines
        except UnreadableFile as failure:
            assert "PDF" in failure.reason


def test_radical_forms_become_characters():
    assert unified("⼯业⺠⽣⻓江⻔⼾⸺目标") == "工业民生长江门户——目标"


def test_markdown_markup_is_out_and_cells_are_set_apart(tmp_path):
    path = write(tmp_path, "a.md", "# 办法\n**第一条** 见[附件](a.md)。\n|序号|单位|\n|---|---|\n|1|市财政局|\n".encode())
    lines = load_file(path, "a.md").lines
    assert [line.text for line in lines] == ["办法", "第一条 见附件。", "序号\t单位", "", "1\t市财政局"]
    assert [line.level for line in lines] == [1, None, None, None, None]


def test_the_digest_is_of_the_bytes(tmp_path):
    first = load_file(write(tmp_path, "a.txt", WORDS.encode()), "a.txt").digest
    shutil.copy(tmp_path / "a.txt", tmp_path / "b.txt")
    assert load_file(tmp_path / "b.txt", "b.txt").digest == first


def docx_of(build):
    import io

    import docx

    document = docx.Document()
    build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def numbered(document, text, format_, pattern):
    """A paragraph with an automatic number, as Word makes it."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    numbering = document.part.numbering_part.element
    key = f"{format_}-{pattern}"
    ids = getattr(document, "ids", {})
    if key not in ids:
        ids[key] = str(900 + len(ids))
        numbering.insert(0, parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{ids[key]}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            f'<w:numFmt w:val="{format_}"/><w:lvlText w:val="{pattern}"/></w:lvl></w:abstractNum>'
        ))  # fmt: skip
        numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{ids[key]}"><w:abstractNumId w:val="{ids[key]}"/></w:num>'))
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{ids[key]}"/></w:numPr>'))
    return ids


def test_docx_keeps_order_headings_tables_and_the_numbers_word_draws(tmp_path):
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def build(document):
        document.ids = {}
        document.add_paragraph("某港口管理办法")
        document.add_heading("总则", 1)
        for text in ("为加强管理，制定本办法。", "本办法适用于本港。"):
            numbered(document, text, "chineseCountingThousand", "第%1条 ")
        table = document.add_table(2, 3)
        for row, texts in zip(table.rows, (("序号", "事项", "单位"), ("1", "甲事", "市交通局")), strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        changed = document.add_paragraph("修订：")
        for kind, tag, text in (("del", "delText", "旧"), ("ins", "t", "新")):
            changed._p.append(parse_xml(f'<w:{kind} {nsdecls("w")} w:id="1"><w:r><w:{tag}>{text}</w:{tag}></w:r></w:{kind}>'))

    found = load_file(write(tmp_path, "a.docx", docx_of(build)), "a.docx")
    assert [line.text for line in found.lines] == [
        "某港口管理办法", "总则", "第一条 为加强管理，制定本办法。", "第二条 本办法适用于本港。",
        "序号\t事项\t单位", "1\t甲事\t市交通局", "修订：新",
    ]  # fmt: skip
    assert [line.level for line in found.lines] == [None, 1, None, None, None, None, None]


def test_a_docx_statute_is_parsed_like_its_text(tmp_path):
    from index.parse import parse

    source = next(path for path in SAMPLE.iterdir() if "条例" in path.name)
    raw = load_file(source, source.name)

    def build(document):
        for line in raw.lines:
            document.add_paragraph(line.text)

    again = load_file(write(tmp_path, "b.docx", docx_of(build)), "b.docx")
    texts = [[clause.text for p in parse(each) for clause in p.clauses] for each in (raw, again)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"PK\3\4 nothing", "DOCX 已损坏"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版"), (b"no zip at all", "DOCX 已损坏")],
)
def test_a_docx_that_cannot_be_read_says_why(tmp_path, data, reason):
    with pytest.raises(UnreadableFile, match=reason):
        load_file(write(tmp_path, "c.docx", data), "c.docx")
