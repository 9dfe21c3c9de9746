"""Papers: as shown, verbatim, in the manner of official papers; opened again and read."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.schema import Mark
from memo.markdown import escaped, markdown
from memo.paper import NEAREST, REFUSED, REFUSED_IN_SCOPE, UNSURE, Paper, part, related_paper
from memo.text import text
from memo.word import BODY, HEADING, TITLE, word
from rag.relating.labels import DIFFERS, ORIGINAL
from rag.relating.related import RelatedClauses
from rag.schema import Answer, Citation, Difference, Grid, Hit, Sentence, Side, Status

DAY = date(2026, 3, 9)
TEXTS = ("城际铁路全长118公里。", "设站9座。", "2025年建成通车。", "实现1小时通达。", "参见附件[9]。")
PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n*_#|<>[]`\\-+1.)"), max_size=60)


@pytest.fixture
def answer(sample):
    """An answer of five verbatim sentences after a 结论, with a table and a note."""
    parsed = sample["岚江省港口条例"]
    status = Status("expired", "实施期已满", None)
    cited = tuple(Citation(n, parsed.clauses[n], parsed.document, status, quote) for n, quote in enumerate(TEXTS, 1))
    hits = tuple(Hit(c.n, 1 / c.n, c.clause, c.document, status) for c in cited)
    said = (Sentence("全长118\n公里。", (1,), "span"), *(Sentence(t, (n,), "extract") for n, t in enumerate(TEXTS, 1)))
    table = Grid("工程", ("名称", "里程（公里）"), ((("城际铁路", "118"), 4),))
    return Answer("铁路多长？", said, cited, hits, False, ("甲注",), table=table)


def opened(paper):
    return docx.Document(io.BytesIO(word(paper)))


def test_the_clipboard_holds_what_is_shown_numbered(answer):
    blocks = text(part(answer, DAY)).split("\n\n")
    assert blocks[0] == "结论：\n全长118 公里。[1]"
    assert blocks[1] == "表格：\n名称\t里程（公里）\t出处\n城际铁路\t118\t[4]"
    assert blocks[2] == "依据：\n1. 城际铁路全长118公里。[1]\n2. 设站9座。[2]\n3. 2025年建成通车。[3]"
    assert [line[:5] for line in blocks[3].split("\n")] == ["[1] 《", "[2] 《", "[3] 《", "[4] 《"]
    assert "：“设站9座。”（已过期）" in blocks[3] and blocks[4] == "注：甲注"


def test_where_nothing_is_concluded_or_all_is_refused_the_paper_says_so(answer):
    quoted = tuple(s for s in answer.sentences if s.origin == "extract")
    unsure = Answer("问", quoted, answer.citations, answer.hits, False)
    assert text(part(unsure, DAY)).startswith(f"相关原文（{UNSURE}）：\n1. ")
    refused = (Sentence("没有写明票价。", (), "refusal"), Sentence(TEXTS[4], (5,), "nearest"))
    refused = Answer("问", refused, answer.citations, answer.hits, True)
    told = text(part(refused, DAY))
    assert told.startswith(f"{REFUSED}：\n没有写明票价。\n\n{NEAREST}：\n1. 参见附件［9］。[5]\n\n[5] 《")
    assert text(part(refused, DAY, "2023年成文")).startswith(REFUSED_IN_SCOPE)
    sides = tuple(Side(c.document, c.status, c.quote, c.n) for c in answer.citations[3:])
    compared = text(part(Answer("问", quoted, answer.citations, answer.hits, False, comparison=sides), DAY))
    assert "对照：\n《岚江省港口条例》：实现1小时通达。[4]\n" in compared


def test_word_has_the_manner_of_official_papers(answer):
    made = opened(Paper("政策问答记录", (part(answer, DAY, "2023年成文"),)))
    page = made.sections[0]
    assert [round(x.mm) for x in (page.page_width, page.page_height, page.top_margin, page.left_margin)] == [
        210,
        297,
        37,
        28,
    ]
    fonts = {
        run.text: run._r.rPr.rFonts.get(qn("w:eastAsia")) for paragraph in made.paragraphs for run in paragraph.runs
    }
    assert fonts["政策问答记录"] == TITLE and fonts["铁路多长？"] == BODY and fonts["结论"] == HEADING
    sizes = {run.font.size.pt for paragraph in made.paragraphs for run in paragraph.runs}
    assert sizes == {22.0, 16.0, 12.0}
    with zipfile.ZipFile(io.BytesIO(word(Paper("题", ())))) as inside:
        table = inside.read("word/fontTable.xml").decode()
        assert f'<w:font w:name="{TITLE}"><w:altName w:val="宋体"/></w:font>' in table
        assert "PAGE" in inside.read("word/footer1.xml").decode()


def test_word_says_question_conclusion_evidence_and_where_each_stands(answer):
    made = opened(Paper("政策问答记录", (part(answer, DAY, "2023年成文"),)))
    told = [paragraph.text for paragraph in made.paragraphs]
    assert told[:4] == ["政策问答记录", "问题", "铁路多长？", "检索范围：2023年成文"]
    assert told[told.index("结论") + 1] == "全长118\n公里。[1]"
    assert told[told.index("依据") + 2] == "2．设站9座。[2]"
    source = next(line for line in told if line.startswith("[2]"))
    assert "《岚江省港口条例》" in source and "“设站9座。”" in source
    assert "时效：已过期（实施期已满）" in source and "检索日期：2026年3月9日" in source
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["名称", "里程（公里）", "出处"],
        ["城际铁路", "118", "[4]"],
    ]
    assert told[told.index("注意") + 1] == "甲注"
    marks = [run for paragraph in made.paragraphs for run in paragraph.runs if run.font.superscript]
    assert [run.text for run in marks] == ["[1]", "[1]", "[2]", "[3]"]


def test_a_conversation_is_one_paper_with_numbered_questions(answer):
    told = [p.text for p in opened(Paper("记录", (part(answer, DAY),) * 12)).paragraphs]
    assert [line for line in told if line.startswith("问题")] == [
        f"问题{n}" for n in "一 二 三 四 五 六 七 八 九 十 十一 十二".split()
    ]


@settings(deadline=None, max_examples=25)
@given(PLAIN)
def test_word_changes_no_character_of_a_document(words):
    said = Answer("问", (Sentence(words, (), "span"),), (), (), False)
    made = opened(Paper("题", (part(said, DAY),)))
    told = [p.text for p in made.paragraphs]
    assert told[told.index("结论") + 1] == words


def test_what_no_word_file_can_hold_is_marked_not_dropped():
    said = Answer("问\x00题", (Sentence("甲\x0b乙\r\n丙", (), "span"),), (), (), False)
    told = [p.text for p in opened(Paper("题", (part(said, DAY),))).paragraphs]
    assert "问�题" in told and "甲�乙\n丙" in told


@settings(deadline=None)
@given(PLAIN)
def test_markdown_renders_to_the_words_themselves(words):
    one_line = " ".join(words.split())
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(f"前{escaped(one_line)}后")
    shown = re.sub(r"<[^>]+>", "", rendered)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(entity, char)
    assert shown.strip() == f"前{one_line}后"


def test_markdown_has_headings_a_table_and_sources(answer):
    told = markdown(Paper("记录", (part(answer, DAY),)))
    assert told.startswith("# 记录\n\n## 问题\n\n铁路多长？\n\n### 结论\n\n全长118\\\n公里。\\[1\\]")
    assert "| 名称 | 里程（公里） | 出处 |\n| --- | --- | --- |\n| 城际铁路 | 118 | \\[4\\] |" in told
    assert "\n- \\[2\\] 《岚江省港口条例》" in told and "### 出处（检索日期 2026-03-09）" in told
    assert told.endswith("### 注意\n\n- 甲注\n")


def test_a_pastes_neighbourhood_is_a_paper_by_relation(sample):
    parsed = sample["岚江省港口条例"]
    status = Status("unknown", "未写明", None)
    hits = tuple(
        Hit(n, 1 / n, parsed.clauses[n], parsed.document, status, relation, quote=parsed.clauses[n].text[:6])
        for n, relation in enumerate((ORIGINAL, DIFFERS, DIFFERS), 1)
    )
    made = opened(related_paper([RelatedClauses("粘贴的条款", hits)], DAY))
    told = [p.text for p in made.paragraphs]
    assert told[:3] == ["相关政策", "条款原文", "粘贴的条款"]
    assert told[told.index(ORIGINAL) + 1] == parsed.clauses[1].text + "[1]"
    assert told[told.index(DIFFERS) + 2] == parsed.clauses[3].text + "[3]"
    assert told[told.index("出处") + 1].startswith("[1] 《岚江省港口条例》")


def test_what_a_related_clause_says_differently_and_what_was_left_out_is_in_the_paper(sample):
    parsed = sample["岚江省港口条例"]
    clause = replace(
        parsed.clauses[1], text="渔港*泊位*120个", doubtful=True, marks=(Mark(0, 2, "写给读者的话", "渔港"),)
    )
    differences = (Difference("数字", (0, 3), (6, 10), "泊位"),)
    hit = Hit(1, 1.0, clause, parsed.document, Status("unknown", "未写明", None), DIFFERS, quote="120个",
              differences=differences, unit="80个泊位")  # fmt: skip
    paper = related_paper([RelatedClauses("80个泊位", (hit,)), RelatedClauses("无", ())], DAY, ["共 2 段"])
    told = [p.text for p in opened(paper).paragraphs]
    assert told[:4] == ["相关政策", "共 2 段", "条款原文一", "80个泊位"]
    assert "（不同之处：数字（泊位）：粘贴“80个”，本条“120个”）" in told and "所选范围内没有条款。" in told
    source = told[told.index("出处") + 1]
    assert "扫描识别，待核" in source and "含非政策文字" in source
    text = markdown(paper)
    assert "> 注：共 2 段" in text and "渔港\\*泊位\\*" in text and "### 口径不一" in text
