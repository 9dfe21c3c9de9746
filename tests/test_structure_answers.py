"""Answers from headings, lists, tables and the documents themselves, over the invented documents of eval/structure."""

from datetime import date

import pytest
from conftest import ROOT, built, engine_over

from memo.paper import part
from memo.text import text
from page.turns import Turn, conversation
from rag.contract import answer_json
from rag.structure.router import route

DOCS = ROOT / "eval" / "structure" / "docs"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("structure")
    built(DOCS, root)
    return engine_over(root)


def test_articles_are_counted_in_the_tree_and_a_number_in_the_text_is_no_count(engine):
    answer = engine.ask("芦溪市城市公园条例一共有多少条？")
    assert answer.sentences[0].text == "《芦溪市城市公园条例》共14条（第一条至第十四条）。"
    assert answer.sentences[0].origin == "outline" and len(answer.sentences[0].citations) >= 2


def test_articles_on_a_topic_are_counted_by_name(engine):
    assert "共3条：第十一条、第十二条、第十三条" in engine.ask("公园条例里有几条涉及罚款？").text


def test_a_row_is_told_with_its_column_its_unit_and_its_place(engine):
    answer = engine.ask("杨柳里小区计划投资多少万元？")
    assert answer.sentences[0].text == "杨柳里小区：计划投资 1360 万元（改造清单，第 1 行）。"
    assert answer.table.columns[4] == "计划投资（万元）" and answer.table.rows[0][0][2] == "杨柳里小区"


def test_a_sum_shows_its_addends_and_leaves_out_the_printed_sum(engine):
    text = engine.ask("老旧小区改造计划投资合计多少万元").text
    assert "合计 10765 万元（1360＋798＋2645＋558＋2112＋1480＋1064＋748）" in text and "与表中合计一致" in text


def test_rows_are_filtered_by_a_bound_in_another_scale(engine):
    answer = engine.ask("计划投资超过0.2亿元的小区有哪些？")
    assert "育才新村" in answer.text and "解放路片区" in answer.text and "棉纺" not in answer.text


def test_a_year_that_no_column_knows_is_not_answered_by_a_row(engine):
    answer = engine.ask("杨柳里小区2026年计划投资多少万元？")
    assert answer.table is None and all(s.origin not in ("row", "computed") for s in answer.sentences)


@pytest.mark.parametrize("question", ["望松公路预防养护有几处？", "平芦公路路面改造有几项？", "低保对象救助有几种？"])
def test_how_many_of_something_a_named_row_has_is_not_how_many_rows_there_are(engine, question):
    answer = engine.ask(question)
    assert answer.refused or all(s.origin != "computed" for s in answer.sentences)


def test_what_the_question_names_beyond_the_table_leaves_it_to_passages(engine):
    assert engine.ask("低保对象门诊救助比例是多少").table is None


def test_a_list_is_whole_and_says_so(engine):
    answer = engine.ask("申领高龄津贴要提交哪些材料？")
    assert [s.text[:3] for s in answer.sentences] == ["第四条", "（一）", "（二）", "（三）"]
    assert answer.text.count("（共 3 项，全部列出）") == 1


def test_a_named_list_has_as_many_members_as_its_name_counts(engine):
    assert (
        "三平台：乡村治理平台、农业生产平台、惠民服务平台（共 3 项，全部列出）"
        in engine.ask("数字乡村的三平台是哪三个平台").text
    )


def test_an_outline_carries_the_headings_below_its_own(engine):
    answer = engine.ask("数字乡村建设行动方案主要内容有哪些")
    assert [s.text for s in answer.sentences[1:]] == ["一、总体要求。", "二、重点任务。", "三、保障措施。"]
    assert {entry.depth for entry in answer.outline} == {0, 1}


def test_documents_are_listed_by_date_and_region_with_their_numbers(engine):
    text = engine.ask("2024年以来芦溪市印发了哪些文件").text
    assert text.startswith("共 3 份") and "芦政办规〔2024〕6号" in text and "平交公路" not in text


def test_the_document_that_says_something_is_named_first(engine):
    assert engine.ask("哪份文件提出建设县域电商产业集聚区60个，文号是什么").text.startswith(
        "《平陵省数字乡村建设行动方案（2023—2026年）》（平政办发〔2023〕41号"
    )


def test_an_article_is_given_whole_and_a_missing_one_refused(engine):
    assert engine.ask("城市公园条例第七条规定了什么？").sentences[0].text.endswith("每日开放时间不少于十四小时。")
    missing = engine.ask("城市公园条例第三十条规定了什么？")
    assert missing.refused and "共14条，没有第三十条" in missing.text


def test_two_versions_are_compared_with_the_arithmetic_and_the_older_marked(engine):
    text = engine.ask("2024年的高龄津贴发放办法中，百岁老人津贴比2018年暂行办法提高了多少？").text
    assert "由 600元 变为 1000元，提高 400元，即 66.7%（400÷600）" in text and "已不再有效" in text


def test_the_contract_and_the_page_show_the_table_escaped(engine):
    answer = engine.ask("望江区要改造哪些小区？")
    told = answer_json(answer)["table"]
    assert (
        len(told["rows"]) == 3
        and told["columns"][2] == "小区名称"
        and {row["citation"] for row in told["rows"]} <= {c.n for c in answer.citations}
    )
    page = conversation([Turn("<b>问</b>", answer=answer, stage="done")])
    assert "<td>船校宿舍</td>" in page and "<b>问</b>" not in page
    assert "所属区\t小区名称" in text(part(answer, date(2026, 3, 9)))


@pytest.mark.parametrize(
    "question", ["骑车不戴头盔罚多少钱", "最低工资标准是多少", "审批几个工作日办结", "最高贷款额度是多少"]
)
def test_everyday_questions_stay_passages(question):
    assert route(question) == "passage" and route("哪个项目投资最大") == "rows"


def test_parts_are_counted_and_chapters_anew_in_each(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    number = iter(range(1, 9))
    body = "\n".join(
        f"第{part}编　{name}\n"
        + "\n".join(
            f"第{chapter}章　{name}之{chapter}\n第{'一二三四五六七八'[next(number) - 1]}条　{name}{chapter}章照此办理，并记入台账。"
            for chapter in "一二"
        )
        for part, name in (("一", "水域管理"), ("二", "船舶检验"))
    )
    (corpus / "a.txt").write_text(f"墨溪市内河航运条例\n\n{body}\n", encoding="utf-8")
    built(corpus, tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    assert engine.ask("墨溪市内河航运条例一共有几编？").sentences[0].text.startswith("《墨溪市内河航运条例》共2编（")
    assert engine.ask("墨溪市内河航运条例有多少章？").sentences[0].text.startswith("《墨溪市内河航运条例》共4章")
    assert "共4条" in engine.ask("墨溪市内河航运条例有多少条？").sentences[0].text
