"""Footnotes are the same lines in every format, and stay with the clause that refers to them."""

import pytest
import word
from parsing import bare

from eval.bench import written
from index.load import READERS
from index.parse import parse
from index.schema import RawText

HEAD, TITLE_NOTE = "云泽州渡运补贴办法", "2025年第3次州政府常务会议通过。"
FIRST, NOTE = "第一条　每艘渡船补助3万元。", "含税。"
SECOND = "第二条　补贴按年发放。"
LINES = [HEAD, FIRST, f"注：{TITLE_NOTE}", f"注：{NOTE}", SECOND]


def docx():
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    paragraph = "<w:p><w:r><w:t>{}</w:t></w:r>{}</w:p>"
    notes = "".join(
        f'<w:footnote w:id="{n}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
        for n, text in ((1, TITLE_NOTE), (2, NOTE))
    )
    body = paragraph.format(HEAD, reference.format(1)) + paragraph.format(FIRST, reference.format(2))
    return word.package(body + paragraph.format(SECOND, ""), footnotes=notes)


def odt():
    note = (
        "<text:note><text:note-citation>{}</text:note-citation><text:note-body><text:p>{}</text:p></text:note-body>"
        "</text:note>"
    )
    return written.odf(
        f"<text:p>{HEAD}{note.format(1, TITLE_NOTE)}</text:p><text:p>{FIRST}{note.format(2, NOTE)}</text:p>"
        f"<text:p>{SECOND}</text:p>"
    )


def rtf():
    note = r"{\super\chftn}{\footnote\pard {\super\chftn} %s}"
    rows = (
        written.rtf_text(HEAD) + note % written.rtf_text(TITLE_NOTE),
        written.rtf_text(FIRST) + note % written.rtf_text(NOTE),
        written.rtf_text(SECOND),
    )
    fonts = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 SimSun;}}"
    return (fonts + "".join(rf"\pard {row}\par" for row in rows) + "}").encode()


def page(mark, note):
    """A web page of which `mark` writes a reference and `note` a note, by number and text."""
    return (
        f"<html><body><div class=con><h1>{HEAD}{mark(1)}</h1><p>{FIRST}{mark(2)}</p><p>{SECOND}</p></div><hr>"
        f"{note(1, TITLE_NOTE)}{note(2, NOTE)}</body></html>"
    ).encode()


WORD = (
    lambda n: f'<a href="#_ftn{n}" name="_ftnref{n}"><span class=MsoFootnoteReference>[{n}]</span></a>',
    lambda n, t: (
        f'<div id="ftn{n}"><p class=MsoFootnoteText><a href="#_ftnref{n}" name="_ftn{n}">[{n}]</a> {t}</p></div>'
    ),
)
OFFICE = (
    lambda n: f'<a class="sdfootnoteanc" name="sdfootnote{n}anc" href="#sdfootnote{n}sym"><sup>{n}</sup></a>',
    lambda n, t: (
        f'<div id="sdfootnote{n}"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote{n}sym" '
        f'href="#sdfootnote{n}anc">{n}</a>{t}</p></div>'
    ),
)
LISTED = (
    lambda n: f'<a href="#fn{n}" class="footnote-ref" id="fnref{n}"><sup>{n}</sup></a>',
    lambda n, t: f'<ol start={n}><li id="fn{n}"><p>{t}<a href="#fnref{n}">↩︎</a></p></li></ol>',
)
MARKDOWN = f"# {HEAD}[^a]\n\n{FIRST}[^2]\n\n{SECOND}\n\n[^a]: {TITLE_NOTE}\n[^2]: {NOTE}\n".encode()


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".docx", docx()),
        (".odt", odt()),
        (".rtf", rtf()),
        (".html", page(*WORD)),
        (".html", page(*OFFICE)),
        (".html", page(*LISTED)),
        (".md", MARKDOWN),
    ],
)
def test_notes_are_lines_behind_the_paragraph_and_part_of_its_clause(suffix, data):
    reading = READERS[suffix](data)
    assert [bare(line.text) for line in reading.lines if line.text.strip()] == list(map(bare, LINES))
    (document,) = parse(RawText(f"a{suffix}", tuple(reading.lines), ""))
    assert document.document.title == HEAD
    assert [bare(clause.text) for clause in document.clauses] == [bare("".join(LINES[1:4])), bare(SECOND)]


def test_a_note_on_a_paragraph_without_a_number_stays_with_it():
    rows = (
        "云泽州渡运补贴说明",
        "一、标准",
        "每艘渡船补助3万元，由县级财政负担。",
        "注：含税。",
        "补贴按年发放，次年三月前兑现。",
    )
    source = written.txt([("p", row) for row in rows])
    (document,) = parse(RawText("a.txt", tuple(READERS[".txt"](source).lines), ""))
    assert [clause.text for clause in document.clauses][-2:] == [
        "每艘渡船补助3万元，由县级财政负担。\n注：含税。",
        rows[-1],
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<p><a href='#s1' id=t1>1</a> 总则</p><p><a href='#s2' id=t2>2</a></p><h2 id=s1>第一章　总则</h2><p id=s2>本办法适用于渡口。</p>",
        "<p>见<a href='#x'>1</a>。</p><p id=x>第一条　渡口应当设置标志，并保持完好。</p>",
    ],
)
def test_links_that_nothing_leads_back_from_are_no_notes(page):
    text = "".join(line.text for line in READERS[".html"](f"<html><body>{page}</body></html>".encode()).lines)
    assert "注：" not in text


def test_what_only_looks_like_a_note_stays_in_markdown():
    rows = [line.text for line in READERS[".md"]("甲[^1]乙。\n[^2]: 丙。\n".encode()).lines]
    assert rows == ["甲[^1]乙。", "[^2]: 丙。"]
