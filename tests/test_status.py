"""时效 as of a date: only what is stated counts, by the document itself or by one that abolishes it."""

from datetime import date

import pytest
from conftest import SHARED, engine_over, needs_book
from test_lineage import statutes

from index.entities.dates import effective_on
from index.entities.periods import period
from index.parse import parse
from index.schema import Document, Line, Period, RawText
from index.store import Store
from rag.library import Library
from rag.lineage.graph import lineage
from rag.status import Ended, status


def document(title="某办法", period=None, effective=None, issued=None, doc_id="a"):
    return Document(doc_id, title, None, None, (), issued, None, None, period, effective, "x.txt", "")


def stated(text, title="某办法", issued="2020-04-30", kind="办法"):
    """A document with the term and the day of effect that one of its paragraphs states."""
    effective = effective_on([text], issued)
    return document(title, period(title, kind, [text], effective, issued), effective, issued)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("本办法有效期至2026年12月31日。", "2026-12-31"),
        ("本办法自2021年1月1日起施行，有效期5年。", "2025-12-31"),
        ("本办法自2021年1月1日起施行，至2025年12月31日止。", "2025-12-31"),
        ("本规定自2022年2月1日起实施，执行至2024年12月31日。", "2024-12-31"),
        ("本办法自2021年1月1日起施行，有效期18个月。", "2022-06-30"),
        ("本办法自2021年3月1日起试行，试行两年。", "2023-02-28"),
        ("本办法自印发之日起试行，试行期一年。", "2021-04-29"),
        ("本意见自2020年6月1日起施行，期限5年。", "2025-05-31"),
        ("本政策执行期限为2021年1月1日至2023年12月31日。", "2023-12-31"),
        ("实施期限自2021年1月1日起至2025年12月31日止。", "2025-12-31"),
        ("本办法自公布之日起施行，2025年12月31日起废止。", "2025-12-31"),
        ("规划期限为2021—2035年，近期到2025年。", "2035-12-31"),
    ],
)
def test_a_stated_term_holds_to_its_last_day_and_no_longer(text, last):
    day = date.fromisoformat(last)
    found = stated(text)
    now, after = status(found, day), status(found, date.fromordinal(day.toordinal() + 1))
    assert (now.value, after.value) == ("in_force", "expired")
    assert now.span in text and now.span in now.reason and after.span in after.reason


@pytest.mark.parametrize(
    "text",
    [
        "到2025年，建成电站30座。",
        "到2022年底，实现全覆盖；展望2035年。",
        "许可证有效期为5年，自颁发之日起计算。",
        "经营许可证有效期至2021年12月31日。",
        "对自2019年1月1日至2020年12月31日期间符合本办法规定的企业予以补助。",
        "本市购置补贴政策自2020年12月31日起停止执行。",
        "项目实施期限为2019年1月1日至2020年12月31日。",
        "本办法自2021年1月1日起施行，原办法自2021年1月1日起废止。",
        "2015年6月1日发布的《旧办法》同时废止。",
        "本办法自2020年1月1日起施行。",
    ],
)
def test_target_years_and_terms_of_other_things_expire_nothing(text):
    found = status(stated(text), date(2040, 1, 1))
    assert found.value == "unknown" and found.reason


def test_trial_without_a_term_is_unknown_and_says_why():
    found = status(stated("本办法自2020年5月1日起施行。", title="港口管理办法（试行）"), date(2030, 1, 1))
    assert (found.value, found.span) == ("unknown", "试行") and "试行到何时" in found.reason
    assert "未写明有效期" in status(stated("本办法自2020年5月1日起施行。"), date(2030, 1, 1)).reason


def test_before_its_day_a_document_is_not_in_force():
    assert "尚未施行" in status(stated("本办法自2021年1月1日起施行，有效期5年。"), date(2020, 12, 31)).reason
    assert "尚未印发" in status(stated("到2025年建成。"), date(2020, 1, 1)).reason
    early = document(period=Period("2023", "2027", "（2023—2027年）"))
    assert (status(early, date(2022, 6, 1)).value, status(early, date(2023, 1, 1)).value) == ("unknown", "in_force")


def test_what_another_document_abolishes_has_expired_from_that_documents_day_on():
    new = document("新办法", effective="2021-01-01", issued="2020-11-20", doc_id="b")
    ended = [Ended(new, "2015年发布的《某办法》同时废止。")]
    old = document(issued="2015-08-01")
    assert status(old, date(2020, 12, 31), ended).value == "unknown"
    found = status(old, date(2021, 1, 1), ended)
    assert (found.value, found.span) == ("expired", ended[0].quote)
    assert "《新办法》" in found.reason and "同时废止" in found.reason and "2021-01-01" in found.reason


def test_an_undated_abolition_is_said_and_not_dated_by_guess():
    ended = [Ended(document("新办法"), "《某办法》同时废止。")]
    running = document(period=Period("2020", "2099", "（2020—2099年）"))
    assert status(running, date(2024, 1, 1), ended).value == "unknown"
    assert "未写明日期" in status(running, date(2024, 1, 1), ended).reason
    over = document(period=Period("2010", "2012", "（2010—2012年）"))
    assert status(over, date(2024, 1, 1), ended).span == "（2010—2012年）"


def test_statutes_as_parsed_end_the_measures_they_name():
    old, new = statutes()
    made = lineage([p.document for p in (old, new)], [*old.clauses, *new.clauses])
    ended = [Ended(new.document, edge.quote) for edge in made.replacing(old.document.doc_id)]
    assert new.document.effective_on == "2021-01-01"
    found = status(old.document, date(2022, 1, 1), ended)
    assert found.value == "expired" and found.span in new.clauses[-1].text
    assert status(new.document, date(2022, 1, 1)).value == "unknown"


def test_a_library_judges_as_of_the_day_it_is_given(sample_root):
    def values(day):
        return {d.title: s.value for d, s, _ in Library(Store.open(sample_root), day).documents()}

    title = "澜湾市临港产业协作行动方案（2020—2022年）"
    assert (values(date(2021, 6, 1))[title], values(date(2024, 6, 1))[title]) == ("in_force", "expired")
    assert values(date(2021, 6, 1)) != values(date(2040, 6, 1))
    assert engine_over(sample_root, as_of=date(2021, 6, 1)).as_of == date(2021, 6, 1)


def test_a_term_in_a_file_is_read_from_its_last_article():
    text = (
        "海州省港口服务办法（试行）\n第一条　为规范服务，制定本办法。\n第二条　本办法自2022年1月1日起施行，试行两年。\n"
    )
    (found,) = parse(RawText("x.txt", tuple(Line(t, n) for n, t in enumerate(text.split("\n"), 1)), "x"))
    assert status(found.document, date(2024, 1, 1)).value == "expired"


@needs_book
def test_the_book_expires_only_where_a_term_is_printed(book):
    import json

    rows = (SHARED / "truth" / "inventory.jsonl").read_text(encoding="utf-8").splitlines()
    judged = [status(p.document, date(2026, 6, 1)) for p in book[1]]
    for parsed, truth, found in zip(book[1], map(json.loads, rows), judged, strict=True):
        if parsed.document.period is None:
            assert found.value == "unknown" and found.span is None, truth["title"]
        else:
            assert found.value in ("expired", "in_force") and found.span == parsed.document.period.text
    assert [s.value for s in judged].count("expired") == 7 and [s.value for s in judged].count("in_force") == 1
