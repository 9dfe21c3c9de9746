"""DOCX: every visible word once, in printed order; what is hidden, deleted or repeated out; what is left out named."""

import io
import zipfile
from xml.sax.saxutils import escape

import pytest
from conftest import SAMPLE
from hypothesis import given, settings
from hypothesis import strategies as st
from word import cell, docx_of, item, level, lists, numbered, package, paragraph, run, style, table, write

from index.errors import UnreadableContent, UnreadableFile
from index.load import load_file
from index.load import package as packed
from index.load.docx import parts, read
from index.load.docx.formulas import equation
from index.load.radicals import unified
from index.parse import parse


def lines(body, **parts):
    return [line.text for line in read(package(body, **parts)).lines]


def control(content, properties=""):
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def field(instruction, result="", form=""):
    mark = "<w:r><w:fldChar w:fldCharType='{}'>{}</w:fldChar></w:r>".format
    middle = mark("separate", "") + result if result else ""
    return mark("begin", form) + f"<w:r><w:instrText>{instruction}</w:instrText></w:r>" + middle + mark("end", "")


def drawing(inner, width=5_000_000, height=3_000_000):
    extent = f'<wp:extent cx="{width}" cy="{height}"/>'
    return f"<w:r><w:drawing><wp:inline>{extent}<a:graphic>{inner}</a:graphic></wp:inline></w:drawing></w:r>"


def box(*texts):
    return f"<w:txbxContent>{''.join(paragraph(text) for text in texts)}</w:txbxContent>"


PICTURE = '<pic:pic><pic:blipFill><a:blip r:embed="p"/></pic:blipFill></pic:pic>'


def test_order_headings_tables_and_numbers_are_kept(tmp_path):
    def build(document):
        document.ids = {}
        document.add_paragraph("某港口管理办法")
        document.add_heading("总则", 1)
        for text in ("为加强管理，制定本办法。", "本办法适用于本港。"):
            numbered(document, text, "chineseCountingThousand", "第%1条 ")
        grid = document.add_table(2, 3)
        for row, texts in zip(grid.rows, (("序号", "事项", "单位"), ("1", "甲事", "市交通局")), strict=True):
            for each, text in zip(row.cells, texts, strict=True):
                each.text = text

    found = load_file(write(tmp_path, "a.docx", docx_of(build)), "a.docx")
    assert [line.text for line in found.lines] == [
        "某港口管理办法",
        "总则",
        "第一条 为加强管理，制定本办法。",
        "第二条 本办法适用于本港。",
        "序号\t事项\t单位",
        "1\t甲事\t市交通局",
    ]
    assert [line.level for line in found.lines] == [None, 1, None, None, None, None]


def test_a_statute_is_parsed_like_its_text(tmp_path):
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
    [
        (b"PK\3\4 nothing", "DOCX 已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版"),
        (b"no zip at all", "DOCX 已损坏"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, data, reason):
    with pytest.raises(UnreadableFile, match=reason):
        load_file(write(tmp_path, "c.docx", data), "c.docx")


def test_a_zip_without_a_document_is_no_word_file():
    other = package("").replace(b"word/document.xml", b"word/workbook.xml")
    with pytest.raises(UnreadableContent, match="不是 Word 文档"):
        read(other)


def test_a_document_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(packed, "_LARGEST", 1000)
    with pytest.raises(UnreadableContent, match="解压后过大"):
        read(package(paragraph("甲" * 1000)))


def test_a_long_document_read_block_by_block_has_the_same_lines(monkeypatch):
    body = (
        paragraph("甲")
        + table(("一", "二"), ("三", "四"))
        + control(paragraph("乙"))
        + paragraph(run("丙") + "<w:r><w:br/></w:r>" + run("丁"))
    )
    whole = read(package(body)).lines
    monkeypatch.setattr(parts, "_WHOLE", 0)
    assert read(package(body)).lines == whole and len(whole) == 6


def test_strict_documents_are_read():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package(paragraph("甲条"), styles=style("x")))) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            new.writestr(
                name,
                part.replace(
                    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                    b"http://purl.oclc.org/ooxml/wordprocessingml/main",
                ),
            )
    assert [line.text for line in read(out.getvalue()).lines] == ["甲条"]


def test_content_controls_are_read_around_blocks_runs_rows_and_cells():
    grid = "<w:tbl>" + control(f"<w:tr>{cell('一')}{control(cell('二'))}</w:tr>") + "</w:tbl>"
    body = control(paragraph("甲")) + paragraph(run("乙") + control(run("丙"))) + grid
    assert lines(body) == ["甲", "乙丙", "一\t二"]


def test_a_control_that_only_asks_to_be_filled_in_is_no_text():
    asks = "<w:showingPlcHdr/>"
    assert lines(
        paragraph(run("名称：") + control(run("单击此处输入文字。"), asks)) + control(paragraph("选择一项。"), asks)
    ) == ["名称："]
    assert lines(paragraph(control(run("市财政局"), asks))) == ["市财政局"]


def test_unknown_wrappers_hide_no_text():
    assert lines(
        paragraph("<w:smartTag><w:dir><x xmlns='u:x'>" + run("甲") + "</x></w:dir></w:smartTag>")
        + f"<y xmlns='u:y'>{paragraph('乙')}</y>"
    ) == ["甲", "乙"]


def test_a_text_box_is_told_once_a_line_a_paragraph_behind_its_own():
    words = box("一级", "二级")
    new, old = f"<w:drawing>{words}</w:drawing>", f"<w:pict><v:shape>{words}</v:shape></w:pict>"
    choice = f"<mc:Choice Requires='wps'>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
    choice = f"<mc:AlternateContent>{choice}</mc:AlternateContent>"
    assert lines(paragraph(run("前文") + f"<w:r>{choice}</w:r>" + run("后文")) + paragraph(f"<w:r>{choice}</w:r>")) == [
        "前文后文",
        "一级",
        "二级",
        "一级",
        "二级",
    ]


def test_numbers_in_a_text_box_are_counted_for_it_alone():
    numbering = lists(level(0, "%1.", more="<w:suff w:val='nothing'/>"))
    inner = f"<w:r><w:pict><w:txbxContent>{item('盒一')}{item('盒二')}</w:txbxContent></w:pict></w:r>"
    assert lines(item("甲") + paragraph(inner) + item("乙"), numbering=numbering) == [
        "1.甲",
        "1.盒一",
        "2.盒二",
        "2.乙",
    ]


def test_words_drawn_as_letters_and_diagrams_are_text():
    art = '<w:r><w:pict><v:shape><v:textpath string="云泽州人民政府文件"/></v:shape></w:pict></w:r>'
    shapes = drawing('<dgm:relIds r:dm="diagram"/>')
    data = "".join(
        f"<dgm:pt><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>" for text in ("受理", "审核")
    )
    assert lines(paragraph(art) + paragraph(run("流程") + shapes), diagram=data) == [
        "云泽州人民政府文件",
        "流程",
        "受理",
        "审核",
    ]


def note(number, *texts, kind="footnote"):
    return f'<w:{kind} w:id="{number}">{"".join(paragraph(text) for text in texts)}</w:{kind}>'


def refers(number, kind="footnote"):
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def test_notes_stand_behind_the_paragraph_that_refers_to_them_and_say_so():
    body = paragraph(run("每人补助200元") + refers(1) + run("。") + refers(2, "endnote")) + paragraph("下一条。")
    notes = {"footnotes": note(1, "孤儿加倍。", "残疾人同。"), "endnotes": note(2, "注：以年计。", kind="endnote")}
    assert lines(body, **notes) == ["每人补助200元。", "注：孤儿加倍。", "注：残疾人同。", "注：以年计。", "下一条。"]


def test_a_note_is_in_its_clause_or_beside_it_and_a_note_on_the_title_does_not_break_it(tmp_path):
    body = "".join(
        (
            paragraph(run("云泽州助学办法") + refers(1)),
            paragraph("为做好助学工作，制定本办法。"),
            paragraph(run("第一条 每人补助200元。") + refers(2)),
            paragraph("第二条 每年九月发放。"),
        )
    )
    (found,) = parse(
        load_file(
            write(tmp_path, "n.docx", package(body, footnotes=note(1, "已经州政府同意。") + note(2, "孤儿加倍。"))),
            "n.docx",
        )
    )
    assert found.document.title == "云泽州助学办法"
    assert [clause.text for clause in found.clauses][-2:] == [
        "第一条 每人补助200元。\n注：孤儿加倍。",
        "第二条 每年九月发放。",
    ]


def test_a_note_in_a_cell_stays_in_the_cell():
    grid = table(("类别", "标准"), ("孤儿", cell(paragraph(run("200元") + refers(1)))), ("其他", "100元"))
    assert lines(grid, footnotes=note(1, "每月。")) == ["类别\t标准", "孤儿\t200元（注：每月。）", "其他\t100元"]


def test_a_note_that_two_places_refer_to_or_that_is_not_there_is_told_at_most_once():
    assert lines(
        paragraph(run("甲。") + refers(1) + refers(9)) + paragraph(run("乙。") + refers(1)), footnotes=note(1, "丙。")
    ) == ["甲。", "注：丙。", "乙。"]


def test_tracked_changes_are_taken_as_accepted():
    words = run("额度") + f"<w:del>{run('10', tag='delText')}</w:del><w:ins>{run('20')}</w:ins>" + run("万元。")
    moved = f"<w:moveFrom>{run('有效期一年。')}</w:moveFrom>", f"<w:moveTo>{run('有效期一年。')}</w:moveTo>"
    assert lines(
        paragraph(words)
        + paragraph(moved[0], "<w:rPr><w:moveFrom/></w:rPr>")
        + paragraph("不得转让。")
        + paragraph(moved[1])
    ) == ["额度20万元。", "不得转让。", "有效期一年。"]


def test_a_paragraph_whose_end_is_deleted_goes_on_in_the_next_and_is_counted_once():
    first = paragraph("前半，", "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr><w:rPr><w:del/></w:rPr>")
    assert lines(first + item("后半。") + item("下条。"), numbering=lists(level(0, "%1."))) == [
        "1. 前半，后半。",
        "2. 下条。",
    ]
    assert lines(paragraph("末段", "<w:rPr><w:del/></w:rPr>") + table(("一", "二"))) == ["末段", "一\t二"]


def test_deleted_and_hidden_rows_and_cells_are_out():
    row = "<w:tr><w:trPr>{}</w:trPr>{}</w:tr>".format
    grid = (
        "<w:tbl>"
        + row("", cell("一") + cell("旧", "<w:cellDel/>") + cell("二"))
        + row("<w:del/>", cell("删") * 2)
        + row("<w:hidden/>", cell("藏") * 2)
        + "</w:tbl>"
    )
    assert lines(grid) == ["一\t二"]


def test_hidden_text_is_out_whether_the_run_or_its_style_hides_it():
    styles = style("密", runs="<w:vanish/>", kind="character") + style("密段", runs="<w:vanish/>")
    vanish = "<w:rStyle w:val='密'/>"
    body = paragraph(
        run("甲") + run("一", "<w:vanish/>") + run("二", vanish) + run("三", f"{vanish}<w:vanish w:val='0'/>")
    )
    body += paragraph(run("四") + run("五", vanish), "<w:pStyle w:val='密段'/>")
    assert lines(body, styles=styles) == ["甲三", "五"]


def test_a_heading_and_text_that_word_sets_in_one_line_are_one_line():
    mark = "<w:rPr><w:vanish/><w:specVanish/></w:rPr>"
    numbers = lists(level(0, "%1.", more="<w:suff w:val='nothing'/>"))
    assert lines(
        paragraph("标题。", f"<w:numPr><w:numId w:val='1'/></w:numPr>{mark}") + paragraph("正文。"), numbering=numbers
    ) == ["1.标题。正文。"]


def test_fields_show_their_results_and_not_their_instructions():
    nested = field(f"IF {field('MERGEFIELD x', run('甲'))} = 1", run("乙"))
    assert lines(paragraph(run("共") + field("NUMPAGES", run("3")) + run("页") + nested)) == ["共3页乙"]
    assert lines(paragraph(f"<w:fldSimple w:instr='DATE'>{run('2024年')}</w:fldSimple>")) == ["2024年"]


def test_a_field_that_is_never_closed_hides_nothing():
    begin = "<w:r><w:fldChar w:fldCharType='begin'/></w:r>"
    end = "<w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
    assert lines(paragraph(begin + run("甲")) + paragraph("乙") + paragraph(run("丙") + end + end)) == [
        "甲",
        "乙",
        "丙",
    ]


def test_fields_without_results_are_drawn():
    ticked = "<w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>"
    choice = "<w:ffData><w:ddList><w:result w:val='1'/><w:listEntry w:val='甲类'/><w:listEntry w:val='乙类'/></w:ddList></w:ffData>"
    assert lines(
        paragraph(
            field("FORMCHECKBOX", form=ticked)
            + field(" FORMDROPDOWN ", form=choice)
            + field(r"eq \o\ac(○,3)")
            + field(r"SYMBOL 252 \f Wingdings")
        )
    ) == ["☑乙类③✓"]


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        (r"eq \o\ac(○,12)", "⑫"),
        (r"EQ \o(○,甲)", "（甲）"),
        (r"eq \f(a+b,c)", "(a+b)/c"),
        (r"eq \r(3,x)", "3√(x)"),
        (r"eq \s\up5(2)", "2"),
        (r"eq \* jc2 \* hps12 \o\ad(\s\up 9(fú),涪)", "涪（fú）"),
        (r"eq \b(a,b)", "(ab)"),
        (r"eq \\a", r"\a"),
        (r"eq \f(1", "1"),
        ("eq", ""),
        (r"eq \o\ac(□,1)", "1"),
    ],
)
def test_equations_of_fields_are_drawn_in_a_line(words, drawn):
    assert equation(words) == drawn


def math(*parts):
    return "".join(f"<m:r><m:t>{part}</m:t></m:r>" if not part.startswith("<") else part for part in parts)


def shape(name, properties="", **parts):
    inner = "".join(f"<m:{key}>{math(value)}</m:{key}>" for key, value in parts.items())
    return f"<m:{name}><m:{name}Pr>{properties}</m:{name}Pr>{inner}</m:{name}>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (math("K=", shape("f", num="A+B", den="2")), "K=(A+B)/2"),
        (shape("sSup", e="x", sup="2"), "x^2"),
        (shape("sSub", e="P", sub="n+1"), "P_(n+1)"),
        (shape("rad", deg="", e="a+b"), "√(a+b)"),
        (shape("nary", "<m:chr m:val='∑'/>", sub="i=1", sup="n", e="x"), "∑_(i=1)^n x"),
        (shape("d", "<m:begChr m:val='['/><m:endChr m:val=')'/>", e="0,1"), "[0,1)"),
        (shape("func", fName="lim", e="x"), "lim x"),
        (math("a", "<w:del><m:r><m:t>旧</m:t></m:r></w:del>", "b"), "ab"),
        (shape("acc", e="x"), "x\u0302"),
    ],
)
def test_formulas_are_text_in_a_line(formula, text):
    assert lines(paragraph(run("补助额：") + f"<m:oMath>{formula}</m:oMath>")) == ["补助额：" + text]


def test_formulas_set_apart_are_text():
    assert lines(paragraph(f"<m:oMathPara><m:oMath>{math('S=a')}</m:oMath></m:oMathPara>")) == ["S=a"]


def test_signs_of_fonts_and_raised_figures_are_what_they_look_like():
    signs = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="宋体" w:char="25A1"/></w:r>'
    power = (
        run("10")
        + run("6", "<w:vertAlign w:val='superscript'/>")
        + run("CO")
        + run("2", "<w:vertAlign w:val='subscript'/>")
    )
    assert lines(
        paragraph(
            signs
            + run("\uf0a8", "<w:rFonts w:ascii='Wingdings'/>")
            + power
            + run("甲", "<w:vertAlign w:val='superscript'/>")
        )
    ) == ["☑□□10⁶CO₂甲"]


def test_tabs_and_new_lines_within_a_text_are_blanks():
    assert lines(paragraph(run("甲\t乙\n丙"))) == ["甲 乙 丙"]


def test_tabs_breaks_hyphens_and_sounds():
    ruby = f"<w:r><w:ruby><w:rt>{run('fú')}</w:rt><w:rubyBase>{run('涪')}</w:rubyBase></w:ruby></w:r>"
    assert lines(
        paragraph(
            run("甲") + "<w:r><w:tab/></w:r>" + run("乙") + "<w:r><w:noBreakHyphen/><w:br/></w:r>" + ruby,
            "<w:tabs><w:tab/></w:tabs>",
        )
    ) == ["甲 乙-", "涪（fú）"]


def test_what_is_merged_down_is_told_in_each_row_and_what_is_merged_across_once():
    down, on, across = "<w:vMerge w:val='restart'/>", "<w:vMerge/>", "<w:gridSpan w:val='2'/>"
    grid = table(
        ("项目", cell("投资", across)),
        (cell("水利", down), "10", "20"),
        (cell("", on), "30", "40"),
        (cell("合计", across), "100"),
        (cell("无头", on), "5", "6"),
    )
    assert lines(grid) == ["项目\t投资\t投资", "水利\t10\t20", "水利\t30\t40", "合计\t\t100", "无头\t5\t6"]


def test_cells_that_begin_later_or_are_merged_in_the_old_way_keep_their_column():
    row = f"<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>{cell('乙')}{cell('', '<w:hMerge/>')}</w:tr>"
    head = f"<w:tr>{cell('县') + cell('镇') + cell('村')}</w:tr>"
    assert lines(f"<w:tbl>{head}{row}{row}</w:tbl>") == ["县\t镇\t村", "\t乙\t", "\t乙\t"]


def test_rows_of_a_table_in_a_cell_carry_the_cells_beside_it():
    inner = table(("投资额", "比例"), ("500万元以上", "10%"))
    grid = table(
        ("方向", "标准", "单位"), ("智能化", cell(paragraph("分档补助：") + inner + paragraph("每年一次。")), "经信局")
    )
    assert lines(grid) == [
        "方向\t标准\t单位",
        "智能化\t分档补助：\t经信局",
        "智能化\t投资额 比例\t经信局",
        "智能化\t500万元以上 10%\t经信局",
        "智能化\t每年一次。\t经信局",
    ]


def test_a_table_in_a_cell_whose_rows_are_all_deleted_takes_nothing_along():
    gone = "<w:tbl><w:tr><w:trPr><w:del/></w:trPr>" + cell("旧") * 2 + "</w:tr></w:tbl>"
    assert lines(table(("乙", "丙"), ("甲", cell(gone + paragraph())))) == ["乙\t丙", "甲\t"]


def test_a_table_of_one_column_is_a_frame_around_paragraphs_and_tables():
    grid = table(
        (cell(paragraph("专栏1 重点") + table(("甲", "乙")) + paragraph("正文。", '<w:outlineLvl w:val="1"/>')),)
    )
    assert [(line.text, line.level) for line in read(package(grid)).lines] == [
        ("专栏1 重点", None),
        ("甲\t乙", None),
        ("正文。", 2),
    ]


def test_paragraphs_and_numbers_of_a_cell_are_in_its_line():
    numbering = lists(level(0, "%1.", more="<w:suff w:val='nothing'/>"))
    grid = table(
        (cell(item("")), cell(paragraph(run("甲") + "<w:r><w:br/></w:r>" + run("乙")) + paragraph("丙"))),
        (cell(item("")), "丁"),
    )
    assert lines(grid, numbering=numbering) == ["1.\t甲 乙 丙", "2.\t丁"]


def test_a_table_with_merged_cells_is_parsed_as_rows_under_its_groups(tmp_path):
    across = "<w:gridSpan w:val='3'/>"
    body = (
        paragraph("云泽州项目清单")
        + paragraph("分工如下，请落实。")
        + table(
            ("项目", "投资", "责任单位"),
            (cell("一、水利", across),),
            ("水库", "10", "州水利局"),
            ("灌区", "", ""),
            (cell("二、交通", across),),
            ("渡口", "5", "州交通局"),
            (cell("注：以批复为准。", across),),
        )
    )
    (found,) = parse(load_file(write(tmp_path, "t.docx", package(body)), "t.docx"))
    assert [(c.kind, c.path[-1], c.text, c.responsible) for c in found.clauses[1:]] == [
        ("row", "一、水利", "水库\n10\n州水利局", ("州水利局",)),
        ("row", "一、水利", "灌区", ()),
        ("row", "二、交通", "渡口\n5\n州交通局", ("州交通局",)),
        ("annex", "二、交通", "注：以批复为准。", ()),
    ]


def test_levels_come_from_outlines_and_names_through_the_styles():
    styles = (
        style("a1", '<w:outlineLvl w:val="0"/>', shown="章节样式")
        + style("a2", based_on="a1")
        + style("a3", shown="标题 3")
        + style("a4", '<w:outlineLvl w:val="9"/>', "a1")
    )
    body = "".join(paragraph("甲", f'<w:pStyle w:val="{name}"/>') for name in ("a1", "a2", "a3", "a4", "没有"))
    body += paragraph("乙", '<w:pStyle w:val="a1"/><w:outlineLvl w:val="2"/>') + paragraph(
        "丙", '<w:pStyle w:val="a1"/><w:outlineLvl w:val="9"/>'
    )
    assert [line.level for line in read(package(body, styles=styles)).lines] == [1, 1, 3, None, None, 3, None]


def test_a_sentence_in_a_style_of_headings_is_no_heading(tmp_path):
    styles = style("a1", '<w:outlineLvl w:val="0"/>')
    big = '<w:pStyle w:val="a1"/>'
    body = (
        paragraph("云泽州护林办法")
        + paragraph("一、总体要求")
        + paragraph("州林业局负责全州护林工作，每年检查两次。", big)
        + paragraph("县林业局配合。")
        + paragraph("二、保障")
        + paragraph("经费列入预算。", big)
    )
    (found,) = parse(load_file(write(tmp_path, "h.docx", package(body, styles=styles)), "h.docx"))
    assert [(c.path, c.text) for c in found.clauses] == [
        (("一、总体要求",), "州林业局负责全州护林工作，每年检查两次。"),
        (("一、总体要求",), "县林业局配合。"),
        (("二、保障",), "经费列入预算。"),
    ]


def test_a_table_of_contents_is_out_and_takes_its_title_along():
    entry = '<w:pStyle w:val="T1"/>'
    mark = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>".format
    listed = (
        paragraph(mark("begin") + run(r"TOC \o", tag="instrText") + mark("separate") + run("第一章 总则"), entry)
        + paragraph("附则 9")
        + paragraph(mark("end"))
    )
    body = (
        paragraph("目 录")
        + listed
        + paragraph("第一章 总则")
        + control(
            paragraph("目录") + paragraph("第二章 3") + paragraph("序言"),
            "<w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj>",
        )
    )
    assert lines(body, styles=style("T1", shown="toc 1")) == ["第一章 总则", "序言"]


def test_pictures_charts_objects_and_files_are_named_once_with_their_places():
    chart = drawing("<c:chart/>")
    shown = '<v:shape style="width:99pt;height:99pt"><v:imagedata/></v:shape>'
    thing = f'<w:r><w:object>{shown}<o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>'
    old = '<w:r><w:pict><v:shape style="width:200pt;height:90pt"><v:imagedata/></v:shape></w:pict></w:r>'
    body = (
        paragraph("甲")
        + paragraph(drawing(PICTURE))
        + paragraph(old)
        + paragraph(drawing(PICTURE, 300_000, 300_000))
        + paragraph(run("乙") + chart + thing)
        + '<w:altChunk r:id="z"/>'
    )
    assert read(package(body)).gaps == (
        "第 2、3 段处有图片，图中文字未收录",
        "第 5 段处有图表，图中数据未收录",
        "第 5 段处有嵌入的对象（如表格、公式或附件），其中内容未收录",
        "第 6 段处有嵌入的另一份文件，其中内容未收录",
    )
    rows = table(("甲", "乙"), ("丙", cell(paragraph(drawing(PICTURE)))))
    assert read(package(rows)).gaps == ("第 2 段处有图片，图中文字未收录",)
    assert read(package(paragraph(drawing(PICTURE)) * 9)).gaps == ("第 1、2、3 段等 9 处有图片，图中文字未收录",)
    assert read(package(paragraph("甲"))).gaps == ()


def test_styles_based_on_themselves_and_spans_without_end_are_read_at_once():
    circle = style("a", based_on="b") + style("b", based_on="a") + style("c", based_on="c")
    body = "".join(paragraph("甲", f'<w:pStyle w:val="{name}"/>') for name in "abc") + table(
        (cell("乙", '<w:gridSpan w:val="1000000000"/>'), "丙")
    )
    found = lines(body, styles=circle)
    assert found[:3] == ["甲"] * 3 and found[3].split("\t")[0] == "乙" and len(found[3]) < 100


def test_long_words_are_not_told_again_without_end():
    rows = [
        (cell("长" * 9000, "<w:vMerge w:val='restart'/>"), "0"),
        *((cell("", "<w:vMerge/>"), str(n)) for n in range(1, 1500)),
    ]
    found = lines(table(*rows))
    assert (
        len(found) == 1500
        and found[1].startswith("长长")
        and found[-1].endswith("\t1499")
        and sum(map(len, found)) < 3_000_000
    )


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp")), min_size=1, max_size=12
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(("plain", "control", "cells", "box", "ins", "field", "link")), WORDS),
        min_size=1,
        max_size=8,
    )
)
def test_all_words_of_any_document_are_there_once_in_their_order(pieces):
    make = {
        "plain": paragraph,
        "control": lambda each: control(paragraph(each)),
        "cells": lambda each: table((cell(paragraph(each)), cell(paragraph(run("隔"))))),
        "box": lambda each: paragraph(f"<w:r><w:pict><w:txbxContent>{paragraph(each)}</w:txbxContent></w:pict></w:r>"),
        "ins": lambda each: paragraph(f"<w:ins>{each}</w:ins>"),
        "field": lambda each: paragraph(field("REF x", each)),
        "link": lambda each: paragraph(f"<w:hyperlink>{each}</w:hyperlink>"),
    }
    body = "".join(make[kind](run(escape(text))) for kind, text in pieces)
    expected = "".join(text + ("隔" if kind == "cells" else "") for kind, text in pieces)
    assert "".join("".join(lines(body)).split()) == "".join(unified(expected).split())


def test_a_head_of_two_rows_is_one_line_with_each_column_by_its_whole_name():
    down, on, across = "<w:vMerge w:val='restart'/>", "<w:vMerge/>", "<w:gridSpan w:val='2'/>"
    grid = table(
        (cell("单位：万元", "<w:gridSpan w:val='4'/>"),),
        (cell("县", down), cell("补助", across), cell("备注", down)),
        (cell("", on), "省级", "市级", cell("", on)),
        ("南坪县", "180", "60", ""),
        ("北山区", "95", "40", "含修复"),
    )
    assert lines(grid) == [
        "单位：万元",
        "县\t补助省级\t补助市级\t备注",
        "",
        "南坪县\t180\t60\t",
        "北山区\t95\t40\t含修复",
    ]
