"""Which document cites, implements, approves or replaces which: every form by hand, the sample, and the whole book."""

import json
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from conftest import SHARED, engine_over, needs_book

from index.entities.mentions import mentions
from index.errors import BadInput
from index.parse import parse
from index.schema import Clause, Document, Line, RawText, Source
from index.store import Store
from rag.contract import lineage_json
from rag.library import Library
from rag.lineage.graph import in_words, lineage
from rag.lineage.names import Names, core, issued_titles

sys.path.insert(0, str(Path(__file__).parent / "data"))
import lineage_brute as brute


def policy(title, *texts, notice=None, no=None, day=None, kind=None, issuers=(), kinds="preamble"):
    """A document and its clauses; `notice` is the text of its covering notice."""
    document = Document(title, title, None, no, tuple(issuers), day, None, kind, None, None, "x.txt", "")
    all_texts = ([("notice", notice)] if notice else []) + [(kinds, text) for text in texts]
    clauses = [
        Clause(f"{title}-{place:04d}", title, place, each, (), text, (), Source("x.txt", None, place + 1))
        for place, (each, text) in enumerate(all_texts)
    ]
    return document, clauses


def graph(*policies):
    return lineage([document for document, _ in policies], [c for _, clauses in policies for c in clauses])


def said(*policies):
    """(source, relation, target's title, whether it is held) of every edge."""
    found = graph(*policies)
    return [(e.source, e.relation, found.nodes[e.target].title, found.nodes[e.target].in_corpus) for e in found.edges]


PLAN = policy(
    "海州湾区发展规划",
    "海州湾区位于东部。",
    no="海府发〔2020〕5号",
    day="2020-03-01",
    kind="规划",
    issuers=["海州省人民政府"],
)


# --- mentions ---


def test_a_mention_carries_its_number_and_its_short_name():
    (found,) = mentions("根据《海州湾区发展规划》（海府发〔2020〕5 号，以下简称《规划》），制定本方案。")
    assert (found.name, found.doc_no, found.short) == ("海州湾区发展规划", "海府发〔2020〕5 号", "规划")
    (found,) = mentions("《海州湾区发展规划》（海府发〔2020〕5号）（以下简称“规划”）")
    assert (found.doc_no, found.short) == ("海府发〔2020〕5号", "规划")


@pytest.mark.parametrize(
    "text",
    [
        "《关于印发〈海州湾区发展规划〉的通知》",
        "《关于印发《海州湾区发展规划》的通知》",
        "《关于印发<海州湾区发展规划>的通知》",
    ],
)
def test_a_title_within_a_title_is_no_mention_of_its_own(text):
    assert [m.name for m in mentions(text)] == [text[1:-1]]


def test_a_number_alone_is_a_mention_and_an_unclosed_mark_is_none():
    assert [m.doc_no for m in mentions("按照海府发〔2020〕5号和国办发〔2019〕8 号文件办理。")] == [
        "海府发〔2020〕5号",
        "国办发〔2019〕8 号",
    ]
    assert [m.doc_no for m in mentions("和政发〔2020〕5号")] == ["和政发〔2020〕5号"]
    assert mentions("《没有收尾的题名。后文") == []
    assert [m.name for m in mentions("《没有收尾。《海州湾区发展规划》")] == ["海州湾区发展规划"]


# --- names ---


@pytest.mark.parametrize(
    "name",
    [
        "海州湾区发展规划",
        "海州 湾区发展规划",
        "海州省人民政府关于印发海州湾区发展规划的通知",
        "关于印发〈海州湾区发展规划〉的通知",
        "海州省人民政府关于印发《海州湾区发展规划》的通知",
        "海州湾区发展规划（征求意见稿）",
        "“海州湾区”发展规划",
        "海州湾区规划发展",
    ],
)
def test_variants_of_a_title_name_the_same_document(name):
    other = policy("海州湾区港口规划")[0]
    long = policy("海州湾区发展规划实施意见")[0]
    resolved = Names([PLAN[0], other, long]).resolve(name, None, other)
    assert resolved == (
        "海州湾区发展规划" if name != "海州湾区规划发展" else None
    )  # too short to be taken for a misprint


def test_a_long_title_with_two_words_changed_about_is_the_same_document():
    own = policy("海州湾区及周边地区建设规划纲要")[0]
    assert Names([own, PLAN[0]]).resolve("海州湾区及周边地区规划建设纲要", None, PLAN[0]) == own.doc_id
    assert Names([own, PLAN[0]]).resolve("海州湾区及周边地区建设规划", None, PLAN[0]) is None


def test_another_issuer_or_another_year_is_another_document():
    names = Names([PLAN[0], policy("某方案")[0]])
    citing = policy("某方案")[0]
    assert names.resolve("林州省人民政府关于印发海州湾区发展规划的通知", None, citing) is None
    assert names.resolve("海州湾区发展规划", "海府发〔2011〕9号", citing) is None
    assert names.resolve("海州湾区发展规划", "海府函〔2020〕5号", citing) == "海州湾区发展规划"  # a slip in its letters


def test_editions_with_other_years_and_trials_are_other_documents():
    first, second, final = (
        policy(t)[0] for t in ("海州湾行动方案（2020—2022年）", "海州湾行动方案（2023—2025年）", "海州湾管理办法")
    )
    for held, name, meant in (
        ([second], "海州湾行动方案（2020-2022年）", None),
        ([first, second], "海州湾行动方案（2023－2025年）", second.doc_id),
        ([second], "海州湾行动方案", second.doc_id),
        ([final], "海州湾管理办法（试行）", None),
        ([final], "海州湾管理办法（征求意见稿）", final.doc_id),
        ([final], "海州湾管理办法（2018年修正）", final.doc_id),
    ):
        assert Names([*held, PLAN[0]]).resolve(name, None, PLAN[0]) == meant
    yearly = policy("2021年海州湾港口建设工作要点")[0]
    assert Names([yearly, PLAN[0]]).resolve("2012年海州湾港口建设工作要点", None, PLAN[0]) is None


def test_issuers_are_known_by_their_short_names():
    own = policy("关于培育港口的指导意见", issuers=["国家发展和改革委员会"])[0]
    assert Names([own, PLAN[0]]).resolve("国家发展改革委关于培育港口的指导意见", None, PLAN[0]) == own.doc_id
    assert core("国家发展改革委 交通运输部关于培育港口的指导意见") == core("培育港口指导意见")


def test_of_two_editions_the_one_in_hand_at_the_time_is_meant():
    old = policy("港口收费办法", day="2015-01-01")[0]
    new = policy("港口收费办法", day="2022-01-01")[0]
    old, new = (
        Document(i, d.title, None, None, (), d.issued_on, None, None, None, None, "x", "")
        for i, d in (("old", old), ("new", new))
    )
    for day, meant in (("2018-01-01", "old"), ("2023-01-01", "new"), (None, None)):
        citing = policy("某方案", day=day)[0]
        assert Names([old, new, citing]).resolve("港口收费办法", None, citing) == meant


def test_a_notice_names_the_policies_it_issues():
    assert issued_titles("现将《甲清单》《乙清单》印发给你们。") == ["甲清单", "乙清单"]
    assert issued_titles("有关单位：\n《甲清单》《乙清单》已经省政府同意，现印发给你们。") == ["甲清单", "乙清单"]
    assert issued_titles("现将《国务院关于港口的意见》转发给你们。") == []


# --- relations ---


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("根据《海州湾区发展规划》，制定本方案。", "implements"),
        ("为贯彻落实国家战略部署和《海州湾区发展规划》要求，制定本方案。", "implements"),
        ("为深入贯彻《国家港口规划》《海州湾区发展规划》等文件精神，制定本方案。", "implements"),
        ("为了实施《海州湾区发展规划》，制定本办法。", "implements"),
        ("本方案以《海州湾区发展规划》为依据。", "implements"),
        ("《海州湾区发展规划》明确提出建设组合港。", "implements"),
        ("省政府印发实施《海州湾区发展规划》三年来，成效明显。", "cites"),
        ("本方案与《海州湾区发展规划》相衔接。", "cites"),
        ("落实资金保障并参照《海州湾区发展规划》安排项目。", "cites"),
        ("项目应当符合《海州湾区发展规划》。", "cites"),
        ("原则同意《海州湾区发展规划》。", "approves"),
        ("经研究，同意《海州湾区发展规划》，请认真组织实施。", "approves"),
        ("按照省政府批准的《海州湾区发展规划》，推进建设。", "implements"),
        ("本办法自2024年1月1日起施行，《海州湾区发展规划》同时废止。", "replaces"),
        ("本办法自印发之日起施行。《海州湾区发展规划》（海府发〔2020〕5号）自本办法施行之日起废止。", "replaces"),
        ("自即日起停止执行《海州湾区发展规划》。", "replaces"),
        ("本规划代替《海州湾区发展规划》。", "replaces"),
        ("《甲港口方案》和《海州湾区发展规划》同时废止。", "replaces"),
        ("下列文件同时废止：\n1．《甲港口方案》；\n2．《海州湾区发展规划》。", "replaces"),
        ("《海州湾区发展规划》第三条同时废止。", "cites"),
        ("《海州湾区发展规划》不废止。", "cites"),
        ("清理文件，按程序报请修订或废止。《海州湾区发展规划》另行评估。", "cites"),
    ],
)
def test_the_words_of_the_sentence_decide(text, relation):
    found = [r for s, r, t, _ in said(PLAN, policy("某方案", text)) if t == "海州湾区发展规划"]
    assert found == [relation]


def test_following_a_rule_of_a_law_is_no_implementing_of_it():
    law = policy("中华人民共和国港湾法")
    basis = "第一条　根据《中华人民共和国港湾法》等法律、行政法规的规定，结合本省实际，制定本条例。"
    fine = "第三十条　违反本条例的，依照《港湾法》第五十条的规定处罚。"
    found = said(law, policy("海州省港口条例", basis, fine, kinds="clause"))
    assert [(r, t) for _, r, t, _ in found] == [
        ("implements", "中华人民共和国港湾法"),
        ("cites", "中华人民共和国港湾法"),
    ]


def test_an_edge_quotes_its_sentence_verbatim():
    own = policy("某方案", "第一段。\n根据《海州湾区\n发展规划》，制定本方案。第三句。")
    (edge,) = graph(PLAN, own).edges
    text = own[1][0].text
    assert edge.quote == text[edge.start : edge.stop] and edge.clause_id == "某方案-0000" and edge.path == ()
    assert "海州湾区" in edge.quote or "发展规划" in edge.quote


def test_short_names_are_resolved_within_their_document_only():
    reply = policy(
        "海州省人民政府关于海州湾区发展规划的批复",
        "一、原则同意《海州湾区发展规划》（以下简称《规划》）。",
        "二、《规划》实施要突出重点。",
        kind="批复",
        kinds="clause",
    )
    other = policy("某方案", "落实《规划》要求。")
    found = [(s, r, t) for s, r, t, _ in said(PLAN, reply, other)]
    name = reply[0].title
    assert found == [(name, "approves", "海州湾区发展规划"), (name, "cites", "海州湾区发展规划")]


def test_a_document_speaking_of_itself_is_no_edge():
    own = policy(
        "海州湾区便民方案",
        "《方案》实施后……",
        notice="海州省关于印发海州湾区便民方案的通知\n现将《海州湾区便民方案》印发给你们。",
    )
    assert said(own) == []


def test_a_number_alone_finds_its_document_and_an_unknown_one_stays_outside():
    found = said(PLAN, policy("某方案", "根据海府发〔2020〕5号和海府发〔1999〕1号文件，制定本方案。"))
    assert [(r, t, held) for _, r, t, held in found] == [
        ("implements", "海州湾区发展规划", True),
        ("implements", "海府发〔1999〕1号", False),
    ]


def test_documents_not_held_are_one_node_each_whatever_they_are_called():
    first = policy("甲方案", "根据《国家港口规划》（国发〔2019〕8号），制定本方案。")
    second = policy("乙方案", "落实《国务院关于印发〈国家港口规划〉的通知》，制定本方案。按照国发〔2019〕8号文件办理。")
    found = graph(first, second)
    outside = [node for node in found.nodes.values() if not node.in_corpus]
    assert [(n.title, n.doc_no) for n in outside] == [("国家港口规划", "国发〔2019〕8号")] and len(found.edges) == 3
    assert outside[0].id.startswith("out-")


def test_what_is_still_to_be_written_is_no_document():
    assert said(policy("某方案", "联合编制《海州湾区案例集》，推广经验。", kinds="clause")) == []


def test_titles_without_their_marks_are_found_where_they_stand_alone():
    rules = policy(
        "海州湾区发展规划实施细则",
        "为落实海州湾区发展规划，制定本细则。",
        notice="关于印发海州湾区发展规划实施细则的通知",
    )
    rules = (rules[0], rules[1])
    assert [(r, t) for _, r, t, _ in said(PLAN, rules)] == [("implements", "海州湾区发展规划")]
    reply = policy(
        "海州省人民政府关于海州湾区发展规划的批复", notice="海州省人民政府关于海州湾区发展规划的批复", kind="批复"
    )
    assert [(r, t) for _, r, t, _ in said(PLAN, reply)] == [("approves", "海州湾区发展规划")]
    longer = policy("某方案", "落实海州湾区发展规划纲要，制定本方案。")
    assert said(PLAN, longer) == []


def test_a_new_edition_replaces_the_old_one_of_the_same_title():
    text = "本办法自2021年1月1日起施行。2015年6月1日发布的《港口收费办法》同时废止。"
    new = policy("港口收费办法", text, day="2020-12-01", kinds="clause")
    found = graph(new)
    (edge,) = found.edges
    assert (edge.relation, found.nodes[edge.target].in_corpus) == ("replaces", False)
    assert found.nodes[edge.target].issued_on == "2015-06-01"


def test_the_end_of_a_title_stands_for_the_whole_where_the_document_names_it_whole():
    law = policy("海州省港口收费管理办法")
    rules = policy(
        "收费细则",
        "根据《海州省港口收费管理办法》，制定本细则。",
        "符合《收费管理办法》的，予以减免。",
        "按《别的管理办法》办理。",
    )
    assert [t for _, _, t, _ in said(law, rules)] == [
        "海州省港口收费管理办法",
        "海州省港口收费管理办法",
        "别的管理办法",
    ]


def test_what_amended_a_text_is_not_its_basis():
    found = said(policy("某条例", "（根据2010年7月23日省人大常委会《关于修改部分法规的决定》修正）", kinds="notice"))
    assert [(r, t) for _, r, t, _ in found] == [("cites", "关于修改部分法规的决定")]


def test_the_number_a_document_was_published_under_is_no_citation():
    own = "海州省港口办法\n（2015年8月1日海州省人民政府令第20号公布）\n海府发〔2020〕5号"
    assert said(policy("海州省港口办法", notice=own)) == []


def test_a_decision_to_abolish_replaces_what_it_lists():
    decision = policy(
        "海州省人民政府关于废止部分文件的决定",
        "根据《立法规定》，省政府决定废止以下文件：",
        "一、《海州湾区发展规划》",
        kinds="clause",
    )
    assert ("海州省人民政府关于废止部分文件的决定", "replaces", "海州湾区发展规划", True) in said(PLAN, decision)


def statutes():
    old = (
        "海州省港口收费办法\n（2015年8月1日海州省人民政府令第20号公布）\n第一条　为规范港口收费，制定本办法。\n"
        "第二条　收费标准由省交通主管部门制定。\n第三条　本办法自2015年9月1日起施行。\n"
    )
    new = (
        "海州省港口管理条例\n（2020年11月20日海州省人民代表大会常务委员会通过）\n"
        "第一条　根据《中华人民共和国港口法》，结合本省实际，制定本条例。\n第二条　港口规划应当公布。\n"
        "第三条　本条例自2021年1月1日起施行。2015年8月1日发布的《海州省港口收费办法》同时废止。\n"
    )
    raws = [
        RawText(f"{n}.txt", tuple(Line(t, i) for i, t in enumerate(text.split("\n"), 1)), str(n))
        for n, text in enumerate((old, new))
    ]
    return [parsed for raw in raws for parsed in parse(raw)]


def test_a_statute_as_parsed_rests_on_its_law_and_ends_the_measure_before_it():
    found = statutes()
    made = lineage([p.document for p in found], [c for p in found for c in p.clauses])
    assert [(e.relation, made.nodes[e.target].title) for e in made.edges] == [
        ("implements", "中华人民共和国港口法"),
        ("replaces", "海州省港口收费办法"),
    ]
    assert [e.source for e in made.replacing(found[0].document.doc_id)] == [found[1].document.doc_id]


# --- the sample and the contract ---


def test_the_sample_plan_is_rested_on_and_the_json_keeps_its_keys(sample_root):
    library = Library(Store.open(sample_root), date(2024, 6, 1))
    around = library.lineage("《岚湾双城带便民服务行动方案》")
    made = lineage_json(around, {d.doc_id: s for d, s, _ in library.documents()})
    assert set(made) == {"document", "nodes", "edges"} and json.loads(json.dumps(made)) == made
    assert set(made["nodes"][0]) == {"id", "title", "doc_no", "issued_on", "level", "status", "in_corpus"}
    assert {"source", "target", "relation", "clause_id", "path", "quote"} <= set(made["edges"][0])
    ids = {node["id"]: node for node in made["nodes"]}
    assert all(edge["source"] in ids and edge["target"] in ids for edge in made["edges"])
    assert ("implements", "岚湾双城带建设规划") in {(e["relation"], ids[e["target"]]["title"]) for e in made["edges"]}
    texts = {c.clause_id: c.text for c in library.store.clauses}
    assert all(texts[e["clause_id"]][e["start"] : e["stop"]] == e["quote"] for e in made["edges"])
    assert all((node["status"] is None) == (not node["in_corpus"]) for node in made["nodes"])
    assert "上位依据" in "\n".join(in_words(around))


def test_an_unknown_or_ambiguous_title_is_refused_in_chinese(sample_root):
    engine = engine_over(sample_root)
    with pytest.raises(BadInput, match="没有题名或文号含"):
        engine.lineage("没有这份文件")
    with pytest.raises(BadInput, match="份，请写完整题名"):
        engine.lineage("岚")


# --- the book, against brute force ---


@pytest.fixture(scope="module")
def found(book):
    """(graph, number of a document by its id) of the book."""
    documents = [parsed.document for parsed in book[1]]
    made = lineage(documents, [c for parsed in book[1] for c in parsed.clauses])
    return made, {document.doc_id: number for number, document in enumerate(documents, 1)}


# Named without 《》 (27) or with two words of the title changed about (34): brute force does not see these.
UNMARKED = {(27, 1), (34, 1)}


@needs_book
def test_every_citation_of_a_document_of_the_book_is_found_and_none_is_made_up(found):
    made, numbers = found
    expected = Counter(brute.citations(SHARED))
    titled = {(a, b) for a, b, _ in brute.pairs_by_title(SHARED)}
    got = Counter((numbers[e.source], numbers[e.target]) for e in made.edges if e.target in numbers)
    assert sum(expected.values()) == 70
    assert sum((expected & got).values()) >= 0.98 * sum(expected.values()), expected - got
    assert set(got - expected) <= UNMARKED | titled


@needs_book
def test_every_reply_approves_its_plan_and_every_detailed_rule_implements_its_own(found):
    made, numbers = found
    edges = {(numbers[e.source], numbers[e.target], e.relation) for e in made.edges if e.target in numbers}
    pairs = brute.pairs_by_title(SHARED)
    assert len(pairs) == 6 and set(pairs) <= edges
    assert {(a, b) for a, b, kind in edges if kind == "approves"} == {
        (a, b) for a, b, kind in pairs if kind == "approves"
    }
    assert not any(e.relation == "replaces" for e in made.edges)


def test_quotes_are_verbatim_and_hold_the_name(at_hand):
    made = lineage([p.document for p in at_hand], [c for p in at_hand for c in p.clauses])
    texts = {c.clause_id: c.text for parsed in at_hand for c in parsed.clauses}
    assert made.edges
    for edge in made.edges:
        assert texts[edge.clause_id][edge.start : edge.stop] == edge.quote and edge.quote.strip() == edge.quote
    outside = [node.title for node in made.nodes.values() if not node.in_corpus]
    assert len(outside) == len(set(outside)) and all(3 < len(title) < 80 for title in outside)


def test_the_graph_is_made_in_two_seconds_and_always_the_same(at_hand):
    documents, clauses = [p.document for p in at_hand], [c for p in at_hand for c in p.clauses]
    began = time.perf_counter()
    first = lineage(documents, clauses)
    assert time.perf_counter() - began < 2
    assert lineage(documents, clauses) == first
