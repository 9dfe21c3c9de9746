"""The parser on the sample corpus: every structure it knows, in documents of an invented region."""

from conftest import SAMPLE
from parsing import bare

from index.load import load_folder
from index.parse import parse


def test_a_compilation_gives_its_documents_with_notice_and_policy_titles(sample):
    plan = sample["岚湾双城带建设规划"].document
    assert plan.notice_title == "岚江省人民政府 澜湾市人民政府关于印发《岚湾双城带建设规划》的通知"
    assert (plan.doc_no, plan.issued_on, plan.level, plan.kind) == (
        "岚府发〔2022〕12号",
        "2022-03-18",
        "省市联合",
        "规划",
    )
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
        ("牵头单位", ("市经济信息委",)),
        ("配合单位", ("市发展改革委", "市规划自然资源局")),
    ]


def test_the_sample_parses_to_its_documents_with_nothing_lost():
    raws, failures = load_folder(SAMPLE)
    assert not failures
    for raw in raws:
        found = parse(raw)
        dropped = {(line.page, line.number) for p in found for line in p.dropped}
        kept = [line.text for line in raw.lines if (line.page, line.number) not in dropped]
        expected = bare("".join(kept))
        assert bare("".join(piece for p in found for piece in p.printed)) == expected


def test_a_reply_in_gb18030_and_a_plan_whose_term_has_ended(sample):
    reply = next(p for title, p in sample.items() if title.endswith("批复"))
    assert reply.document.kind == "批复" and "现批复如下" in reply.clauses[0].text
    assert sample["澜湾市临港产业协作行动方案（2020—2022年）"].document.period.end == "2022"
