"""The page's HTML: escaped, linked, marked; memo text; filters."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import engine_over
from hypothesis import given
from hypothesis import strategies as st

from desk.schema import Conversation, Feedback
from index.corpus import Change
from index.errors import BadInput, BrokenIndex, ModelError
from index.schema import Contents, Grid, Taken
from page import adding, catalogue, history, html, reader, shell, shelves, turns
from page.evidence import evidence
from page.examples import examples
from page.filters import ANY, filters, in_words, scope
from page.suggest import suggest
from page.turns import Turn
from rag.finding import Found
from rag.relating.labels import NEAREST
from rag.relating.related import RelatedClauses
from rag.schema import CONCLUDING, Answer, Citation, Filters, Hit, Sentence, Side, Status, Timings

HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(2)"> **粗** $x$ [1](javascript:alert(3)) & "引号" </textarea>'
)


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
    said = tuple(
        Sentence(HOSTILE, (1,), origin)
        for origin in ("span", "model", "metadata", "correction", *["extract"] * 4, "refusal", "nearest")
    )
    answer = Answer(
        HOSTILE,
        said,
        (citation,),
        (hit,),
        False,
        (HOSTILE,),
        Timings(1.0, 1.0, 2.0),
        comparison=(Side(document, status, HOSTILE, 1),),
    )
    said = Feedback(False, HOSTILE, {"quote": HOSTILE})
    return Turn(HOSTILE, HOSTILE, answer, "done", HOSTILE, said=said), hit, clause, document, status


def library_bodies(document, clause, status):
    """Everything the third tab shows of a document."""
    entry = catalogue.Entry(document, status, 1, ("其他",), (HOSTILE,))
    row = replace(clause, kind="row", grid=Grid(0, HOSTILE, (HOSTILE,), (HOSTILE,)))
    found = [Found(document, True, (clause,))]
    how = reader.Reading(status, (HOSTILE,), drawable=True, beside=1, removable=True)
    taken = Contents(HOSTILE, "", 1, (HOSTILE,), (Taken(document, (clause,), (HOSTILE,)),))
    related = RelatedClauses(HOSTILE, (Hit(1, 1.0, clause, document, status, HOSTILE, HOSTILE),))
    return [
        *(catalogue.listed([entry], 1, by) for by in catalogue.BY),
        catalogue.found(found, {document.doc_id: entry}, HOSTILE, ["粗"], scope=True),
        reader.document(document, [clause, row], how),
        adding.checked(adding.Checked((taken,), ((HOSTILE, HOSTILE),))),
        adding.done(Change((HOSTILE,), (HOSTILE,), ((HOSTILE, HOSTILE),)), None, Path("语料")),
        adding.progress(HOSTILE, HOSTILE, 1, 2),
        shelves.stopped([related, related], [HOSTILE], 3),
    ]


def harmless(body):
    """No tag of the hostile text has become one, inside attributes neither."""
    tags = re.findall(r"<(\w+)", body)
    return not {"script", "img", "textarea"} & set(tags) and "&lt;script&gt;" in body and 'onerror="' not in body


def test_nothing_from_a_document_a_model_or_a_question_becomes_markup(sample):
    turn, hit, clause, document, status = hostile(sample)
    refused = replace(turn, answer=replace(turn.answer, refused=True))
    bodies = [
        turns.conversation([turn]),
        turns.conversation([refused]),
        evidence(turn),
        evidence(turn, lambda _: HOSTILE),
        turns.complaint(turn).replace("<textarea name=", "<form name="),
        history.listed([Conversation(HOSTILE, "", HOSTILE, False, 0.0, 1)], "", date(2026, 1, 1)),
        shell.scopes([document]),
        html.error(HOSTILE),
        turns.welcome([HOSTILE], 1, 1),
        shelves.related([RelatedClauses(HOSTILE, (hit,)), RelatedClauses(HOSTILE, (replace(hit, relation=NEAREST),))]),
        *library_bodies(document, clause, status),
    ]
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
    turn = Turn("问", answer=answer, stage="done", place=3)
    said, shown = turns.conversation([turn]), evidence(turn)
    assert answer.citations and 'id="t3"' in said and 'id="q3"' in said
    for citation in answer.citations:
        assert f'href="#t3-c{citation.n}"' in said and f'id="t3-c{citation.n}"' in shown
    assert "<mark>" in shown


def test_cited_clauses_stand_before_the_folded_others_and_none_twice(sample_root):
    answer = engine_over(sample_root).ask("岚城至湾城城际铁路全长多少公里？")
    shown = evidence(Turn("问", answer=answer, stage="done"))
    first, _, rest = shown.partition('<details class="tw-others"')
    assert "tw-card cited" in first and "tw-card cited" not in rest and "tw-card" in rest
    clauses = re.findall(r"clause=([\w-]+)", shown)
    assert len(clauses) == len(set(clauses))


def test_evidence_gives_each_documents_title_once(sample_root):
    answer = engine_over(sample_root).ask("岚城至湾城城际铁路全长多少公里？")
    first, _, rest = evidence(Turn("问", answer=answer, stage="done")).partition('<details class="tw-others"')
    for part in (first, rest):
        titles = re.findall(r"<h3>(.+?)</h3>", part)
        assert titles and len(titles) == len(set(titles))


def test_a_badge_stands_only_where_it_says_something():
    quiet = Status("unknown", "原文未写明实施期或有效期", None)
    assert html.badge(quiet) == "" and html.badge(replace(quiet, reason="自2020-01-01起施行，原文未写明有效期")) == ""
    trial = Status("unknown", "题名标明“试行”，原文未写明试行到何时", "试行")
    coming = Status("unknown", "自2030-01-01起施行，截至2026-01-01尚未施行", None)
    for status in (trial, coming, Status("expired", "已届满", None), Status("in_force", "仍在期内", None)):
        assert "tw-badge" in html.badge(status)


def test_a_clause_that_has_gone_is_shown_as_it_was_and_opens_nothing(sample_root):
    answer = engine_over(sample_root).ask("岚城至湾城城际铁路全长多少公里？")
    shown = evidence(Turn("问", answer=answer, stage="done"), lambda _: "文件库中已没有这一条")
    assert "文件库中已没有这一条" in shown and "118 公里" in shown
    assert "在全文中查看" not in shown and "复制引文" in shown


def test_nothing_found_yet_is_said_where_evidence_will_be():
    assert "会显示在这里" in evidence(None) and "会显示在这里" in evidence(Turn("问"))


def test_a_refusal_is_set_apart_and_its_clause_is_called_the_nearest(sample_root):
    answer = engine_over(sample_root, threshold=0.865).ask("深圳的最低工资标准是多少？")
    body = turns.conversation([Turn("问", answer=answer, stage="done")])
    assert answer.refused and 'class="tw-refusal"' in body
    assert (
        "所收文件未能回答这个问题" in body and "未能确定" not in body and "相关原文" not in body and "依据" not in body
    )
    assert ("最接近的条款（未回答问题）" in body) == (len(answer.sentences) > 1)
    assert "不限范围" not in body


def test_a_refusal_under_filters_says_so_and_offers_to_ask_without_them(sample_root):
    answer = engine_over(sample_root, threshold=0.865).ask("深圳的最低工资标准是多少？")
    body = turns.conversation([Turn("深圳？", "2023年成文", answer, "done")])
    assert "在所选范围内未能回答这个问题" in body and "所收文件未能回答" not in body
    assert "范围：2023年成文" in body and 'data-question="深圳？">不限范围再问一次' in body


def test_a_draft_is_announced_never_shown(sample_root):
    answer = engine_over(sample_root).ask("青白新区总面积是多少平方公里？")
    body = turns.conversation([Turn("问", answer=answer, stage="draft")])
    assert "正在撰写" in body and "复制答复" not in body
    stopped = turns.conversation([Turn("问", answer=answer, stage="stopped")])
    assert "已停止" in stopped and "正在撰写" not in stopped and "复制答复" in stopped


def test_a_turn_without_an_answer_says_why_and_what_can_be_done():
    for stage, words, button in (
        ("queued", "排队中", "tw-stop"),
        ("asked", "正在检索条款", "tw-stop"),
        ("stopped", "已停止，没有作答", "tw-retry"),
        ("cut", "程序在作答时关闭", "tw-retry"),
    ):
        body = turns.conversation([Turn("问", stage=stage)])
        assert words in body and button in body and "复制答复" not in body
    failed = turns.conversation([Turn("问", stage="failed", error="坏了")])
    assert "tw-error" in failed and "坏了" in failed and "tw-retry" in failed


def test_feedback_is_shown_as_given(sample):
    turn = Turn("问", answer=answered(sample), stage="done")
    assert turns.judged(turn).count('aria-pressed="false"') == 2
    useful = turns.judged(replace(turn, said=Feedback(True)))
    assert 'tw-useful" data-n="1" aria-pressed="true"' in useful and "已记录，谢谢" in useful
    wrong = turns.judged(replace(turn, said=Feedback(False, "有遗漏", {"quote": "条"})))
    assert 'tw-wrong" data-n="1" aria-pressed="true"' in wrong and "有遗漏，已记下正确条款" in wrong
    form = turns.complaint(turn)
    assert form.count("<option value=") == len(turn.answer.hits) + 1 and "答非所问" in form


def test_several_headings_are_a_list(sample):
    said = [
        ("全文共3章。", "outline"),
        ("第一章 总则", "outline"),
        ("第二章 规划", "outline"),
        ("第三章 附则", "outline"),
    ]
    body = shown(answered(sample, *said))
    listed = body.partition('<ol class="tw-items">')[2].partition("</ol>")[0]
    assert listed.count("<li>") == 3 and "第三章 附则" in listed and "全文共3章" not in listed


def test_earlier_turns_are_offered_not_sent():
    body = turns.conversation([Turn("问", place=21)], earlier=20)
    assert "显示更早的 20 问" in body and body.count("<section") == 1


def test_conversations_are_listed_by_day_pinned_first(sample):
    today = date(2026, 3, 9)
    at = lambda day: 43_200 + (day - date(1970, 1, 1)).days * 86_400  # noqa: E731
    talks = [
        Conversation("a" * 12, "", "钉住的", True, at(date(2025, 1, 1)), 1),
        Conversation("b" * 12, "", "今天的", False, at(today), 2),
        Conversation("c" * 12, "", "昨天的", False, at(date(2026, 3, 8)), 1),
        Conversation("d" * 12, "", "旧的", False, at(date(2026, 1, 8)), 1),
    ]
    told = plain(history.listed(talks, "", today))
    assert in_order(told, "置顶", "钉住的", "今天", "今天的", "3月9日 · 2 问", "昨天", "昨天的", "更早", "旧的")
    assert "没有符合条件" in history.listed([], "词", today) and "还没有对话" in history.listed([], "", today)


def test_what_is_typed_calls_for_titles_and_numbers_by_its_end(sample):
    documents = [p.document for p in sample.values()]
    assert [s.title for s in suggest(documents, "请问港口条例")] == ["岚江省港口条例"]
    assert suggest(documents, "请问港口条例")[0].replaces == 4
    (found,) = suggest(documents, "依据《港口")
    assert found.title == "岚江省港口条例" and found.replaces == 3
    number = next(d for d in documents if d.doc_no and "〔" in d.doc_no)
    for spelled in (number.doc_no, number.doc_no.replace("〔", "[").replace("〕", "]")):
        assert number.title in [s.title for s in suggest(documents, f"查{spelled}")]
    assert suggest(documents, "") == suggest(documents, "有哪些规定吗") == suggest(documents, "《不存在的文件") == []
    assert suggest(documents, "岚江省港口条例") == []


def test_what_an_official_reads_of_a_failure_names_no_address_and_no_setting():
    told = html.plainly(ModelError("连不上对话模型 http://10.0.0.1:8000。请检查设置 chat_model"))
    assert "http" not in told and "chat_model" not in told and "暂时不可用" in told
    assert "python" not in html.plainly(BrokenIndex("索引损坏。请运行 python -m index --rebuild"))
    assert html.plainly(BadInput("文字过长")) == "文字过长" and "程序内部出错" in html.plainly(ValueError("x"))


TEXTS = ("城际铁路全长118公里。", "设站9座。", "2025年建成通车。", "实现1小时通达。", "参见附件[9]。")
UNSURE = "未能确定这些原文直接回答了问题，请自行判断"


def answered(sample, *first, **fields):
    """An answer of five verbatim sentences, after the sentences (text, origin) given."""
    parsed = sample["岚江省港口条例"]
    status = Status("unknown", "未写明", None)
    cited = tuple(Citation(n, parsed.clauses[n], parsed.document, status, text) for n, text in enumerate(TEXTS, 1))
    hits = tuple(Hit(c.n, 1 / c.n, c.clause, c.document, status) for c in cited)
    said = [Sentence(text, (1,), origin) for text, origin in first]
    quoted = [Sentence(text, (n,), "extract") for n, text in enumerate(TEXTS, 1)]
    return replace(Answer("问", (*said, *quoted), cited, hits, False), **fields)


def plain(body):
    return re.sub(r"<[^>]+>", "", body)


def shown(answer, stage="done"):
    return turns.conversation([Turn("问", answer=answer, stage=stage)])


def in_order(body, *words):
    """Whether the words stand in the body in this order."""
    places = [body.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def test_every_kind_of_conclusion_stands_first_and_says_what_it_rests_on(sample):
    beside = {
        "span": "文件原文",
        "model": "已逐句核对",
        "metadata": "文件信息",
        "correction": "与问题所说不同",
        "outline": "文件的标题和条目",
        "row": "表中原行",
        "computed": "由所列各行得出",
    }
    assert set(beside) == CONCLUDING
    for origin, word in beside.items():
        body = shown(answered(sample, ("全长118公里，即答。", origin), notes=("甲注", "乙注")))
        told = plain(body)
        assert in_order(
            told,
            "结论",
            word,
            "即答。[1]",
            "依据",
            *TEXTS[:3],
            "其余相关原文（2 句）",
            *TEXTS[3:],
            "注意",
            "甲注",
            "乙注",
            "复制答复",
        )
        assert told.count("结论") == told.count("依据") == told.count("注意") == 1 and UNSURE not in body
        assert [other for other in beside.values() if other in told] == [word]


def test_conclusions_of_two_kinds_are_told_apart_under_one_label(sample):
    told = plain(shown(answered(sample, ("全长118公里。", "span"), ("设九个站。", "model"))))
    assert (
        in_order(told, "结论", "文件原文", "全长118公里。[1]", "已逐句核对", "设九个站。[1]", "依据")
        and told.count("结论") == 1
    )


def test_what_is_not_among_the_first_sentences_is_folded(sample):
    body = shown(answered(sample, ("全长118公里。", "span")))
    open_part, _, folded = body.partition('<details class="tw-further" data-turn="1-further"><summary>')
    assert all(text in open_part for text in TEXTS[:3]) and not any(text in open_part for text in TEXTS[3:])
    assert (
        all(text in folded.partition("</details>")[0] for text in TEXTS[3:]) and "open" not in folded.partition(">")[0]
    )
    short = answered(sample)
    assert "<details" not in shown(replace(short, sentences=short.sentences[:3]))


def test_where_nothing_is_concluded_the_sentences_are_neither_answer_nor_refusal(sample):
    body = shown(answered(sample))
    told = plain(body)
    assert in_order(told, UNSURE, "相关原文", *TEXTS[:3], "其余相关原文（2 句）", *TEXTS[3:])
    assert not [word for word in ("结论", "依据", "未能回答") if word in told] and "refus" not in body


def test_a_comparison_stands_between_what_leads_and_the_sentences(sample):
    plainly = answered(sample)
    sides = tuple(Side(c.document, c.status, c.quote, c.n) for c in plainly.citations[3:])
    assert in_order(
        plain(shown(replace(plainly, comparison=sides))),
        UNSURE,
        "对照",
        TEXTS[3],
        "[4]",
        TEXTS[4],
        "[5]",
        "相关原文",
        TEXTS[0],
    )


def test_nothing_jumps_when_the_reader_has_read(sample):
    """What is awaited is told where the 结论 will stand; below it only the label's word changes."""

    def below(answer, stage):
        lead, _, rest = shown(answer, stage).partition("相关原文" if not answer.conclusion else "依据")
        assert lead.count('class="tw-lead"') == 1 and "tw-extract" not in lead
        return lead, rest.partition("</details>")[0]

    lead, before = below(answered(sample), "extract")
    assert "正在判读这些原文是否回答了问题" in lead and UNSURE not in lead and all(text in before for text in TEXTS)
    concluded = answered(sample, ("全长118公里。", "span"))
    for answer, stage in [
        (answered(sample), "read"),
        (answered(sample), "draft"),
        (answered(sample), "done"),
        (concluded, "read"),
        (concluded, "done"),
    ]:
        assert below(answer, stage)[1] == before
    assert "正在撰写简要答复" in below(answered(sample), "read")[0] and "正在" not in below(answered(sample), "done")[0]


def test_a_reply_still_written_after_a_conclusion_is_awaited_below(sample):
    concluded = answered(sample, ("全长118公里。", "span"))
    told = plain(shown(concluded, "read"))
    assert in_order(told, "结论", "全长118公里。", "其余相关原文", "模型正在撰写简要答复，核对后显示")
    assert "正在" not in plain(shown(concluded, "done"))


def test_the_time_of_reading_is_told_where_a_reader_is_set(sample):
    took = Timings(100.0, total_ms=900.0)
    assert "检索 0.10 秒，共 0.9 秒" in shown(answered(sample, timings=took))
    assert "检索 0.10 秒，判读 0.45 秒，共 0.9 秒" in shown(answered(sample, timings=replace(took, read_ms=450.0)))


def test_an_expired_document_is_warned_of_on_its_card_and_page(sample):
    parsed = sample["岚江省港口条例"]
    expired = Status("expired", "实施期已满", None)
    warned = "实施期已满，引用前请核对是否有后续文件"
    assert warned in reader.document(parsed.document, parsed.clauses, reader.Reading(expired))
    hit = Hit(1, 1.0, parsed.clauses[0], parsed.document, expired, "同类条款", None)
    assert warned in shelves.related(
        [RelatedClauses(HOSTILE, (hit,)), RelatedClauses(HOSTILE, (replace(hit, relation=NEAREST),))]
    )


def test_a_document_shows_each_heading_once_and_every_clause_in_order(sample):
    parsed = sample["岚江省港口条例"]
    how = reader.Reading(Status("unknown", "未写明", None))
    body = reader.document(parsed.document, parsed.clauses, how, parsed.clauses[2].clause_id)
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
    body = shelves.related([RelatedClauses("粘贴的条款", tuple(hits))])
    assert "3 条相关条款，出自 2 份文件" in body and body.count('class="tw-group"') == 2
    assert body.index(one.document.title) < body.index(two.document.title)
    nearest = [replace(hit, relation=NEAREST) for hit in hits]
    assert "未找到相关条款" in shelves.related([RelatedClauses("粘贴的条款", tuple(nearest))])
    body = shelves.related([RelatedClauses("粘贴的条款", (nearest[0], hits[1], nearest[2]))])
    assert "1 条相关条款，出自 1 份文件" in body and body.index(two.document.title) < body.index(one.document.title)


def test_examples_come_from_the_documents_at_hand(sample):
    documents = [p.document for p in sample.values()]
    clauses = [c for p in sample.values() for c in p.clauses]
    made = examples(documents, clauses)
    assert len(made) >= 3 and all(len(text) < 60 for text in made)
    assert examples([], []) == []


def test_the_panel_makes_filters_and_says_them():
    assert filters("", " ", ANY, ANY, ANY, ANY, ANY, ANY) == Filters() and in_words(Filters()) == ""
    chosen = filters("规划", "岚城", ANY, ANY, "方案", "2023", "已过期", ANY)
    assert chosen == Filters(document="规划", region="岚城", kind="方案", year=2023, status="expired")
    assert in_words(chosen) == "题名或文号含“规划”、岚城、方案、2023年成文、已过期"
    assert filters(*[None] * 8) == Filters()


def test_a_field_with_nothing_to_choose_from_is_not_offered(sample):
    document = replace(sample["岚江省港口条例"].document, kind=None, level="省<级>")
    form = shell.scopes([document])
    assert 'name="kind"' not in form and "<option>省&lt;级&gt;</option>" in form and 'name="document"' in form


def test_a_scope_is_what_is_sent_and_nothing_else():
    assert scope({}) == Filters()
    assert scope({"year": "2023", "status": "有效", "region": "岚城"}) == Filters(
        year=2023, status="in_force", region="岚城"
    )
    for bad in ({"colour": "red"}, {"year": "去年"}):
        with pytest.raises(BadInput, match="所选范围有误"):
            scope(bad)
