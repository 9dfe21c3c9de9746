"""找相关政策: sources recognised through noise, relations labelled with their spans, drafts split, nothing made up."""

import random

import pytest
from conftest import built, engine_over, needs_book, needs_models
from test_refusal import engine as book_engine  # noqa: F401  (the book's own index, where there is one)

from index.entities.printed import locate
from index.errors import BadInput
from page import shelves
from rag.engine import NO_FILTERS
from rag.relating.conflicts import conflicts
from rag.relating.differences import FIGURE, MODAL, UNITS, YEAR, differences, of_units
from rag.relating.labels import BASIS, DIFFERS, IMPLEMENTS, NEAREST, ORIGINAL, PARALLEL
from rag.relating.paste import split
from rag.relating.related import MAX_PASTE, related_by_clause
from rag.relating.scope import may_share, regions
from rag.schema import Filters

UPPER = (
    "云岭省人民政府关于印发云岭省水运发展规划的通知\n云政发〔2021〕3号\n各市人民政府：\n现将《云岭省水运发展规划》印发给你们，请认真组织实施。\n"
    "云岭省人民政府\n2021年3月4日\n云岭省水运发展规划\n一、目标\n到2025年，东港集装箱吞吐能力达到300万标箱，岸电设施覆盖率达到60%。\n"
    "二、任务\n（一）推进港口岸电建设。新建和改扩建码头应当同步建设岸电设施，鼓励靠港船舶使用岸电。（责任单位：省交通运输厅、省能源局）\n"
    "（二）疏浚航道。整治青江中游航道，提升通航等级。\n"
)
LOWER = (
    "云岭省交通运输厅关于印发云岭省水运发展规划实施细则的通知\n云交发〔2021〕9号\n各市交通运输局：\n"
    "为贯彻落实《云岭省水运发展规划》，现将实施细则印发给你们。\n云岭省交通运输厅\n2021年8月6日\n云岭省水运发展规划实施细则\n"
    "第一条　推进港口岸电建设。新建和改扩建码头同步建设岸电设施，引导靠港船舶使用岸电。（责任单位：省交通运输厅）\n"
    "第二条　到2025年，东港集装箱吞吐能力达到280万标箱，岸电设施覆盖率达到60%。\n第三条　加强航道养护，及时公布水深。\n"
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("related")
    (folder / "c").mkdir()
    (folder / "c" / "1.txt").write_text(UPPER, encoding="utf-8")
    (folder / "c" / "2.txt").write_text(LOWER, encoding="utf-8")
    built(folder / "c", folder / "i")
    return engine_over(folder / "i")


CHINESE = [
    a + b
    for a in ("", "二十", "三十", "四十", "五十", "六十", "七十", "八十", "九十", "一百一十", "一百二十", "一百三十")
    for b in "一二三四五六七八九"
]


def test_the_source_comes_first_and_what_implements_it_is_said(engine):
    pasted = "（一）推进港口岸电建设。新建和改扩建码头应当同步建设岸电设施，鼓励靠港船舶使用岸电。"
    hits = engine.related(pasted, 5)
    assert hits[0].relation == ORIGINAL and hits[0].document.title == "云岭省水运发展规划"
    lower = next(h for h in hits if h.document.title.endswith("实施细则") and "岸电建设" in h.clause.text)
    assert (lower.relation, lower.hierarchy) == (IMPLEMENTS, IMPLEMENTS)
    for hit in hits:
        assert hit.quote in hit.clause.text and hit.pasted in pasted


def test_what_the_paste_s_document_rests_on_is_its_basis(engine):
    hits = engine.related("第三条　加强航道养护，及时公布水深。整治青江中游航道，提升通航等级。", 6)
    own, upper = hits[:2]
    assert own.relation == ORIGINAL and own.clause.text.startswith("第三条")
    assert (upper.relation, upper.hierarchy) == (BASIS, BASIS) and upper.clause.text.startswith("（二）疏浚航道")
    named = engine.related("根据《云岭省水运发展规划》，提升青江中游航道通航等级，整治航道。", 5)
    assert any(h.relation == BASIS and h.document.title == "云岭省水运发展规划" for h in named)


def test_another_figure_for_the_same_indicator_is_told_with_both_spans(engine):
    hits = engine.related("到2025年，东港集装箱吞吐能力达到300万标箱，岸电设施覆盖率达到60%。", 5)
    differing = next(h for h in hits if h.document.title.endswith("实施细则") and "280" in h.clause.text)
    assert (differing.relation, differing.hierarchy) == (DIFFERS, IMPLEMENTS)
    said = [(h.unit[slice(*d.ours)], h.clause.text[slice(*d.theirs)]) for h in [differing] for d in h.differences]
    assert ("300万标箱", "280万标箱") in said


def test_a_different_figure_does_not_hide_that_the_other_is_the_basis(engine):
    hits = engine.related("第二条　到2025年，东港集装箱吞吐能力达到280万标箱，岸电设施覆盖率达到60%。", 5)
    upper = next(h for h in hits if "300万标箱" in h.clause.text)
    assert (upper.relation, upper.hierarchy) == (DIFFERS, BASIS)
    assert hits[0].relation == ORIGINAL and hits[0].hierarchy is None  # the paste's own clause
    shown = shelves.related(related_by_clause(engine, hits[0].clause.text, 5, NO_FILTERS))
    assert f">{DIFFERS}</span>" in shown and f">{BASIS}</span>" in shown


def test_differences_are_named_by_kind():
    def weigh(_):
        return 1.0

    assert [d.kind for d in differences("港口吞吐能力达到3亿吨。", "港口吞吐能力达到2.5亿吨。", weigh)] == [FIGURE]
    assert [
        d.kind for d in differences("到2025年港口吞吐能力达到3亿吨。", "到2027年港口吞吐能力达到3亿吨。", weigh)
    ] == [YEAR]
    assert differences("港口吞吐能力达到3亿吨。", "机场旅客吞吐量增长8亿人次。", weigh) == []
    modal = differences("新建码头应当建设岸电设施。", "新建码头可以建设岸电设施。", weigh)
    assert [d.kind for d in modal] == [MODAL]
    units = of_units("甲。（责任单位：省交通运输厅、省能源局）", "甲。（责任单位：省交通运输厅）")
    assert [d.kind for d in units] == [UNITS]


def test_a_draft_is_split_into_its_clauses_and_answered_clause_by_clause(engine):
    draft = (
        LOWER + "第四条　" + "港口经营人应当建立岸电使用台账，记录每次使用的起止时间和电量，并保存三年以上备查。" * 8
    )
    assert len(split(draft)) >= 4 and split("一条短的。") == ["一条短的。"]
    found = related_by_clause(engine, draft, 12, NO_FILTERS)
    assert len(found) == len(split(draft)) and all(each.hits for each in found)
    flat = engine.related(draft, 6)
    assert [hit.rank for hit in flat] == list(range(1, len(flat) + 1))
    assert len({hit.clause.clause_id for hit in flat}) == len(flat) <= 6


@pytest.mark.parametrize("text", ["", "   \n", "！！！"])
def test_an_empty_paste_is_told_as_such(engine, text):
    with pytest.raises(BadInput):
        engine.related(text, 5)


def test_filters_hold_for_pastes_and_an_empty_scope_gives_nothing(engine):
    only = engine.related("岸电设施", 5, Filters(document="实施细则"))
    assert only and all(hit.document.title.endswith("实施细则") for hit in only)
    assert engine.related("岸电设施", 5, Filters(document="没有这份")) == []


def test_a_stretch_is_found_again_whatever_its_width_and_blanks():
    assert locate("能力达到 2．5 亿吨。", "2.5亿吨") == (5, 11)
    assert locate("比例９８％以上", "98%") == (2, 5) and locate("甲", "乙") is None


def test_regions_of_titles_tell_whether_figures_may_contradict(engine):
    upper, lower = engine.store.documents.values()
    assert may_share(upper, lower) and regions(upper) == {"云岭省"}


def test_the_consistency_report_pairs_one_indicator_s_two_values(engine):
    found = conflicts(engine)
    assert [(c.first.printed, c.second.printed) for c in found] == [("300万标箱", "280万标箱")]
    assert not found[0].explained and found[0].first.year == "2025"


def noisy(text, rate, rng, letters):
    out = []
    for letter in text:
        if rng.random() >= rate:
            out.append(letter)
            continue
        kind = rng.choice("sdiw")
        if kind == "s":
            out.append(rng.choice(letters))
        elif kind == "i":
            out += [letter, rng.choice(letters)]
        elif kind == "w":
            out += [letter, " "]
    return "".join(out)


@pytest.mark.slow
@needs_book
@needs_models
def test_sources_are_recognised_through_noise(book_engine):  # noqa: F811
    """100 copies of the book's clauses, whole or cut, up to 15% of their characters changed: 98% found, first, as 原文."""
    rng = random.Random(20261124)
    clauses = [c for c in book_engine.store.clauses if len(c.text) >= 40 and c.kind in ("clause", "box", "preamble")]
    letters = "".join(c.text[:30] for c in clauses)
    texts = {c.clause_id: "".join(c.text.split()) for c in clauses}
    found = 0
    for clause in rng.sample(clauses, 100):
        text = clause.text[: rng.choice((120, 250, 500))]
        hit = book_engine.related(noisy(text, rng.uniform(0, 0.15), rng, letters), 5)[0]
        same = texts[clause.clause_id][:40] in "".join(hit.clause.text.split())
        found += hit.relation == ORIGINAL and (hit.clause.clause_id == clause.clause_id or same)
    assert found >= 0.98 * 100, found


@needs_book
@needs_models
def test_what_has_no_relation_is_told_as_nearest(book_engine):  # noqa: F811
    for text in (
        "The quick brown fox jumps over the lazy dog near the river bank.",
        "今晚吃红烧肉，记得多放冰糖和八角，小火慢炖一个小时。",
    ):
        found = related_by_clause(book_engine, text, 5, NO_FILTERS)
        assert not found[0].related and all(hit.relation == NEAREST for hit in found[0].hits)


@needs_book
@needs_models
def test_a_paste_from_elsewhere_has_hardly_a_parallel_and_one_of_the_book_has_many(book_engine):  # noqa: F811
    elsewhere = [
        "完善海底光缆保护制度，禁止渔船在警戒区内抛锚拖网。",
        "支持冰雪运动进校园，新建室内滑冰馆三座，培养冰球裁判员。",
        "业主大会应当由专有部分面积占比三分之二以上的业主参与表决。",
    ]
    for text in elsewhere:
        (found,) = related_by_clause(book_engine, text, 10, NO_FILTERS)
        assert len(found.hits) == 10 and len(found.related) <= 3
        assert all(not (hit.hierarchy or hit.differences) for hit in found.hits if hit not in found.related)
    (found,) = related_by_clause(book_engine, "推进公立医院检查检验结果互认，完善异地就医直接结算。", 10, NO_FILTERS)
    assert len(found.related) == 10


def test_a_very_long_draft_is_handled(engine):
    article = "港口经营人应当建立岸电使用台账，记录每次使用的起止时间和电量，并保存三年以上备查。"
    text = "\n".join(f"第{n}条　{article * 10}" for n in CHINESE)[:MAX_PASTE]
    units = split(text)
    found = related_by_clause(engine, text, 100, NO_FILTERS)
    assert len(text) > 0.9 * MAX_PASTE and len(found) == len(units) > 100 and all(each.hits for each in found)
    with pytest.raises(BadInput):
        engine.related(text + "长" * (MAX_PASTE + 10 - len(text)), 10)


def test_parallel_is_what_is_neither_above_nor_below(engine):
    hits = engine.related("推进港口岸电建设，完善岸电设施，提高使用率。", 5)
    assert hits and any(hit.relation == PARALLEL for hit in hits)
