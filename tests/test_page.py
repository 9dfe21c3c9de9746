"""The page's HTML: escaped, linked, marked; memo text; filters."""

import re
from dataclasses import replace

from conftest import engine_over
from hypothesis import given
from hypothesis import strategies as st

from page import html, shelves, turns
from page.examples import examples
from page.filters import ANY, filters, in_words
from page.turns import Turn
from rag.relating.related import Neighbourhood
from rag.relating.relations import NEAREST
from rag.schema import Answer, Citation, Filters, Hit, Sentence, Status, Timings

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> **粗** $x$ [1](javascript:alert(3)) & "引号" </textarea>'


def hostile(sample):
    """A turn, a hit and a document in which every word is an attempt at markup."""
    parsed = sample["岚江省港口条例"]
    clause = replace(parsed.clauses[1], text=HOSTILE, path=(HOSTILE,))
    document = replace(
        parsed.document, title=HOSTILE, doc_no=HOSTILE, issued_on=HOSTILE, level=HOSTILE, kind=HOSTILE, file=HOSTILE
    )
    status = Status("expired", HOSTILE, None)
    citation = Citation(1, clause, document, status, HOSTILE)
    hit = Hit(1, 1.0, clause, document, status, HOSTILE, HOSTILE)
    said = tuple(Sentence(HOSTILE, (1,), origin) for origin in ("model", "metadata", "extract"))
    answer = Answer(HOSTILE, said, (citation,), (hit,), False, (HOSTILE,), Timings(1.0, 1.0, 2.0))
    return Turn(HOSTILE, HOSTILE, answer, "done", HOSTILE), hit, clause, document, status


def harmless(body):
    """No tag of the hostile text has become one, inside attributes neither."""
    tags = re.findall(r"<(\w+)", body)
    return not {"script", "img", "textarea"} & set(tags) and "&lt;script&gt;" in body and 'onerror="' not in body


def test_nothing_from_a_document_a_model_or_a_question_becomes_markup(sample):
    turn, hit, clause, document, status = hostile(sample)
    refused = replace(turn, answer=replace(turn.answer, refused=True))
    bodies = [
        turns.conversation([turn]), turns.conversation([refused]), turns.evidence([turn]), html.error(HOSTILE),
        turns.welcome([HOSTILE], 1, 1), shelves.related([Neighbourhood(HOSTILE, (hit,)), Neighbourhood(HOSTILE, (replace(hit, relation=NEAREST),))]), shelves.library([(document, status, 1)], 1),
        shelves.document(document, status, [clause]),
    ]  # fmt: skip
    assert all(harmless(body) for body in bodies)


@given(st.text(), st.lists(st.text(max_size=8), max_size=4))
def test_highlighting_keeps_every_character(text, quotes):
    shown = html.highlighted(text, quotes)
    plain = shown.replace("<mark>", "").replace("</mark>", "")
    assert plain == html.lines(text)


def test_overlapping_quotes_make_one_mark():
    assert html.highlighted("甲乙丙丁戊", ["乙丙", "丙丁"]) == "甲<mark>乙丙丁</mark>戊"
    assert html.highlighted("甲<乙>", ["<乙>"]) == "甲<mark>&lt;乙&gt;</mark>"


def test_a_long_clause_is_shown_around_its_quote_and_whole_on_demand():
    text = "前" * 300 + "这里是引文。" + "后" * 300
    shown = html.clause_text(text, ["这里是引文。"])
    first, _, whole = shown.partition("<details")
    assert "<mark>这里是引文。</mark>" in first and first.count("前") == first.count("后") == 80
    assert "展开整条（606 字）" in whole and whole.count("前") == 300
    assert "<details" not in html.clause_text("短条款。", [])


def test_a_mark_leads_to_its_card_and_the_quote_is_highlighted(sample_root):
    answer = engine_over(sample_root).ask("岚城至湾城城际铁路全长多少公里？")
    turn = Turn("问", answer=answer, stage="done")
    said, shown = turns.conversation([turn, turn]), turns.evidence([turn, turn])
    assert answer.citations
    for number in (1, 2):
        for citation in answer.citations:
            assert f'href="#t{number}-c{citation.n}"' in said and f'id="t{number}-c{citation.n}"' in shown
    assert "<mark>" in shown and shown.index('data-turn="2"') < shown.index('data-turn="1"')


def test_cited_clauses_come_before_the_others_and_none_twice(sample_root):
    answer = engine_over(sample_root).ask("岚城至湾城城际铁路全长多少公里？")
    shown = turns.evidence([Turn("问", answer=answer, stage="done")])
    assert shown.rindex("tw-card cited") < shown.index("tw-rank")
    clauses = re.findall(r"clause=([\w-]+)", shown)
    assert len(clauses) == len(set(clauses))


def test_a_refusal_is_set_apart_and_its_clause_is_called_the_nearest(sample_root):
    answer = engine_over(sample_root).ask("深圳的最低工资标准是多少？")
    body = turns.conversation([Turn("问", answer=answer, stage="done")])
    assert answer.refused and 'class="tw-refusal"' in body and "原文摘录" not in body
    assert ("最接近的条款（未回答问题）" in body) == (len(answer.sentences) > 1)


def test_a_draft_is_announced_never_shown(sample_root):
    answer = engine_over(sample_root).ask("青白新区总面积是多少平方公里？")
    body = turns.conversation([Turn("问", answer=answer, stage="draft")])
    assert "正在撰写" in body and "复制答复" not in body
    stopped = turns.conversation([Turn("问", answer=answer, stage="stopped")])
    assert "已停止" in stopped and "正在撰写" not in stopped and "复制答复" in stopped


def test_a_memo_carries_its_footnotes(sample_root):
    memo = turns.memo(engine_over(sample_root).ask("青白新区总面积是多少平方公里？"))
    assert "[1] 《" in memo and "岚府函〔2021〕88号" in memo and "：“" in memo


def test_an_expired_document_is_warned_of_on_its_card_and_page(sample):
    parsed = sample["岚江省港口条例"]
    expired = Status("expired", "实施期已满", None)
    warned = "实施期已满，引用前请核对是否有后续文件"
    assert warned in shelves.document(parsed.document, expired, parsed.clauses)
    hit = Hit(1, 1.0, parsed.clauses[0], parsed.document, expired, "同类条款", None)
    assert warned in shelves.related([Neighbourhood(HOSTILE, (hit,)), Neighbourhood(HOSTILE, (replace(hit, relation=NEAREST),))])


def test_a_document_shows_each_heading_once_and_every_clause_in_order(sample):
    parsed = sample["岚江省港口条例"]
    body = shelves.document(parsed.document, Status("unknown", "未写明", None), parsed.clauses, parsed.clauses[2].clause_id)
    places = [body.index(f'id="k-{clause.clause_id}"') for clause in parsed.clauses]
    assert places == sorted(places)
    for heading in {clause.path[0] for clause in parsed.clauses if clause.path}:
        assert len(re.findall(rf"<h3[^>]*>{re.escape(heading)}</h3>", body)) == 1
    assert body.count('class="tw-clause target"') == 1


def test_related_clauses_are_grouped_by_document_higher_levels_first(sample):
    one, two = list(sample.values())[:2]
    unknown = Status("unknown", "未写明", None)
    hits = [
        Hit(rank, 1 / rank, parsed.clauses[at], parsed.document, unknown, "同类条款", None)
        for rank, (parsed, at) in enumerate([(one, 0), (two, 0), (one, 1)], 1)
    ]
    body = shelves.related([Neighbourhood("粘贴的条款", tuple(hits))])
    assert "3 条相关条款，出自 2 份文件" in body and body.count('class="tw-group"') == 2
    assert body.index(one.document.title) < body.index(two.document.title)
    nearest = [replace(hit, relation=NEAREST) for hit in hits]
    assert "未找到相关条款" in shelves.related([Neighbourhood("粘贴的条款", tuple(nearest))])
    body = shelves.related([Neighbourhood("粘贴的条款", (nearest[0], hits[1], nearest[2]))])
    assert "1 条相关条款，出自 1 份文件" in body and body.index(two.document.title) < body.index(one.document.title)


def test_examples_come_from_the_documents_at_hand(sample):
    documents = [p.document for p in sample.values()]
    clauses = [c for p in sample.values() for c in p.clauses]
    made = examples(documents, clauses)
    assert len(made) >= 3 and all(len(text) < 60 for text in made)
    assert examples([], []) == []


def test_the_panel_makes_filters_and_says_them():
    assert filters("", " ", ANY, ANY, ANY, ANY, ANY) == Filters() and in_words(Filters()) == ""
    chosen = filters("规划", "岚城", ANY, ANY, "方案", "2023", "已过期")
    assert chosen == Filters(document="规划", region="岚城", kind="方案", year=2023, status="expired")
    assert in_words(chosen) == "题名或文号含“规划”、岚城、方案、2023年成文、已过期"
    assert filters(None, None, None, None, None, None, None) == Filters()
