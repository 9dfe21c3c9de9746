"""The page's HTML: escaped, linked, marked."""

from conftest import engine_over

from page import html
from page.examples import examples
from page.html import Turn
from rag.schema import Answer, Citation, Sentence, Status

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> **粗** $x$ [1](javascript:alert(3)) & "引号"'


def hostile_turn(sample):
    from dataclasses import replace

    parsed = sample["岚江省港口条例"]
    clause = replace(parsed.clauses[1], text=HOSTILE, path=(HOSTILE,))
    document = replace(parsed.document, title=HOSTILE, doc_no=HOSTILE)
    status = Status("expired", HOSTILE, None)
    citation = Citation(1, clause, document, status, HOSTILE)
    answer = Answer(HOSTILE, (Sentence(HOSTILE, (1,), "extract"),), (citation,), (), False, (HOSTILE,))
    return Turn(HOSTILE, answer, "done")


def test_nothing_from_a_document_or_a_question_is_html(sample):
    turn = hostile_turn(sample)
    for body in (html.conversation([turn]), html.evidence([turn]), html.error(HOSTILE)):
        assert "<script" not in body and "<img" not in body and "onerror=\"" not in body
        assert "&lt;script&gt;" in body
    citation = turn.answer.citations[0]
    whole = html.document(citation.document, citation.status, [citation.clause])
    assert "<script" not in whole and "<img" not in whole


def test_a_mark_leads_to_its_card_and_the_quote_is_highlighted(sample_root):
    answer = engine_over(sample_root).ask("岚城至湾城城际铁路全长多少公里？")
    turn = Turn("问", answer, "done")
    said, shown = html.conversation([turn]), html.evidence([turn])
    for citation in answer.citations:
        assert f'href="#t1-c{citation.n}"' in said and f'id="t1-c{citation.n}"' in shown
    assert "<mark>" in shown


def test_overlapping_quotes_make_one_mark():
    assert html.highlighted("甲乙丙丁戊", ["乙丙", "丙丁"]) == "甲<mark>乙丙丁</mark>戊"
    assert html.highlighted("甲<乙>", ["<乙>"]) == "甲<mark>&lt;乙&gt;</mark>"


def test_a_refusal_shows_the_nearest_clause_as_such(sample_root):
    answer = engine_over(sample_root).ask("深圳的最低工资标准是多少？")
    body = html.conversation([Turn("问", answer, "done")])
    assert "未能回答" in body and ("最接近的条款（未回答问题）" in body or len(answer.sentences) == 1)


def test_a_memo_carries_its_footnotes(sample_root):
    answer = engine_over(sample_root).ask("青白新区总面积是多少平方公里？")
    memo = html.memo(answer)
    assert "[1] 《" in memo and "岚府函〔2021〕88号" in memo


def test_examples_come_from_the_documents_at_hand(sample):
    documents = [p.document for p in sample.values()]
    clauses = [c for p in sample.values() for c in p.clauses]
    made = examples(documents, clauses)
    assert len(made) >= 3 and all(len(text) < 60 for text in made)
    assert examples([], []) == []
