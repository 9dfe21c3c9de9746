"""The parser on invented documents and on any text at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from index.duties import duties
from index.markers import marker, number
from index.parse import parse
from index.schema import Line, RawText
from index.sentences import split_sentences


def raw(text, file="x.txt"):
    return RawText(file, tuple(Line(row, n) for n, row in enumerate(text.splitlines(), 1)), "digest")


def bare(text):
    return "".join(text.split())


def test_a_compilation_gives_its_documents_with_notice_and_policy_titles(sample):
    plan = sample["岚湾双城带建设规划"].document
    assert plan.notice_title == "岚江省人民政府 澜湾市人民政府关于印发《岚湾双城带建设规划》的通知"
    assert (plan.doc_no, plan.issued_on, plan.level, plan.kind) == ("岚府发〔2022〕12号", "2022-03-18", "省市联合", "规划")
    assert plan.period.end == "2025"
    assert sample["岚湾双城带便民服务行动方案"].document.doc_no == "岚府办发〔2023〕7号"


def test_wrapped_lines_are_rejoined_and_addresses_are_whole(sample):
    clauses = sample["岚湾双城带建设规划"].clauses
    rail = next(c for c in clauses if c.text.startswith("加快城际铁路成网。"))
    assert rail.path == ("第三章 建设现代交通网络", "第一节 畅通城际铁路")
    assert "力争 2025 年建成通车" in rail.text
    assert [c.kind for c in clauses].count("box") == 2


def test_a_statute_gives_articles_with_their_paragraphs_and_items(sample):
    statute = sample["岚江省港口条例"]
    article = next(c for c in statute.clauses if c.text.startswith("第六条"))
    assert article.path == ("第二编 港口管理", "第二章 经营与安全")
    assert article.text.count("\n") == 3
    assert statute.document.effective_on == "2023-10-01"
    assert statute.document.issuers == ("岚江省第十三届人民代表大会常务委员会",)
    assert statute.document.issued_on == "2023-07-28"


def test_a_term_of_validity_is_counted_from_the_day_of_effect(sample):
    period = sample["湾城人才公寓管理办法"].document.period
    assert (period.start, period.end) == ("2024-03-01", "2029-02-28")


def test_pdf_clauses_know_their_page_and_characters_are_plain(sample):
    points = sample["2024年内河航道养护工作要点"]
    assert points.clauses[-1].source.page == 2
    assert "工作要点" in points.document.title


def test_lists_become_rows_with_their_units(sample):
    rows = [c for c in sample["岚湾双城带便民服务行动方案"].clauses if c.kind == "row"]
    assert [r.responsible[0] for r in rows] == ["岚江省公安厅", "岚江省人力资源社会保障厅", "岚江省自然资源厅"]
    assert "双城通办事项清单（第一批）" in rows[0].path


def test_leading_and_supporting_units_keep_their_roles(sample):
    clause = next(c for c in sample["澜湾市临港产业协作行动方案（2020—2022年）"].clauses if c.text.startswith("1．"))
    assert [(d.role, d.units) for d in clause.duties] == [
        ("牵头单位", ("市经济信息委",)), ("配合单位", ("市发展改革委", "市规划自然资源局")),
    ]  # fmt: skip


def test_units_are_grouped_by_the_province_printed_before_them():
    found = duties("做好工作。（责任单位：甲江省公安厅、省财政厅等；乙湾市公安局、市财政局（含派出机构）等）")
    assert [(d.region, d.units) for d in found] == [
        ("甲江省", ("甲江省公安厅", "省财政厅")), ("乙湾市", ("乙湾市公安局", "市财政局（含派出机构）")),
    ]  # fmt: skip


def test_text_without_numbering_is_a_clause_a_paragraph():
    parsed = parse(raw("关于防汛工作的说明\n今年汛期来得早，各地要提前准备。\n要加强巡查。"))
    assert [c.text for c in parsed[0].clauses][-2:] == ["今年汛期来得早，各地要提前准备。", "要加强巡查。"]


def test_flowing_text_of_another_government_parses():
    text = (
        "甲市人民政府办公室关于印发甲市老旧小区改造实施方案的通知\n甲政办发〔2021〕9号\n各区人民政府：\n"
        "现将方案印发给你们。\n甲市人民政府办公室\n2021年4月2日\n甲市老旧小区改造实施方案\n为改善居住条件，制定本方案。\n"
        "一、目标任务\n到2023年完成改造120个小区。\n二、工作措施\n（一）摸清底数。各区开展排查。\n（二）筹集资金。\n"
        "1．积极争取补助。\n2．引导居民出资。\n三、保障措施\n加强领导。"
    )
    (found,) = parse(raw(text))
    assert found.document.title == "甲市老旧小区改造实施方案"
    assert found.document.issuers == ("甲市人民政府办公室",)
    item = next(c for c in found.clauses if c.text == "1．积极争取补助。")
    assert item.path == ("二、工作措施", "（二）筹集资金。")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(alphabet="甲乙关于印发通知的。，；：、（）《》〔〕0123456789年月日号 ．.—第一二三章节条附件目录序专栏\t", max_size=60),
            st.sampled_from(["第一章 总则", "（一）目标。", "1．任务", "附件", "序号 任务 单位", "1 甲 市财政局", "目录", ""]),
        ),
        max_size=40,
    )
)
def test_any_text_parses_and_loses_nothing(rows):
    source = raw("\n".join(rows))
    parsed = parse(source)
    dropped = {line.number for p in parsed for line in p.dropped}
    expected = bare("".join(line.text for line in source.lines if line.number not in dropped))
    assert bare("".join(piece for p in parsed for piece in p.printed)) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="甲乙丙。；，、（）《》“”！？\n 1．%责任单位：", max_size=400))
def test_sentences_cover_the_text_in_order_without_overlap(text):
    spans = split_sentences(text)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in zip(spans, spans[1:], strict=False))
    assert bare("".join(text[a:b] for a, b in spans)) == bare(text)


def test_the_bracket_of_units_is_a_sentence_of_its_own():
    text = "支持建设（含改造）。推进落实（责任单位：市财政局）"
    assert [text[a:b] for a, b in split_sentences(text)] == ["支持建设（含改造）。", "推进落实", "（责任单位：市财政局）"]


def test_numbering_is_recognised_and_decimals_are_not():
    assert marker("（十二）加强领导。").kind == "（一）"
    assert marker("9． 83% 。") is None
    assert marker("第十七条 规定").kind == "条"
    assert number("第二十一章") == 21
