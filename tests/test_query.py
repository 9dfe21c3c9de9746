"""What a question's wording bears on: everyday words under their official names, quoted terms, what is really asked."""

import pytest
from conftest import built, engine_over
from hypothesis import given
from hypothesis import strategies as st

from index.terms import pairs
from rag.answering.evidence import _quotes
from rag.answering.items import counted
from rag.query.asked import asked
from rag.query.lexical_overlap import LexicalOverlap, is_colloquial
from rag.query.question import understand
from rag.words.dictionary import cut, pieces


def weigh(_):
    return 1.0


def test_an_everyday_word_counts_as_said_under_any_of_its_official_names():
    asked_for = LexicalOverlap.of("外地看病", weigh)
    assert asked_for.share(set(pairs("推进异地就医直接结算"))) == 1.0
    assert LexicalOverlap.of("外地看病", weigh, names=False).share(set(pairs("推进异地就医直接结算"))) == 0.0
    assert asked_for.share(set(pairs("外地车辆"))) == pytest.approx(1 / 3)
    assert LexicalOverlap.of("？", weigh).share({"就医"}) == 0.0


@pytest.mark.parametrize(
    ("question", "asks", "not_asks"),
    [
        ("这条路修好没得？", {"whether"}, set()),
        ("手续办起来麻不麻烦？", {"whether"}, set()),
        ("要补缴几年？", {"number"}, {"whether"}),
        ("许多大学生怎么申请？", {"how"}, {"number"}),
        ("很多高校也能参加吗？", {"whether"}, {"number"}),
        ("这份办法是省政府印发的吧？", {"confirm"}, set()),
        ("两份方案的里程目标各是多少？", {"compare", "number"}, set()),
        ("修航道是谁的活儿？", {"duty"}, set()),
        ("空间格局由哪几部分组成？", {"list"}, {"duty"}),
        ("两份规划有什么不一样？", {"compare"}, set()),
        ("两片地方，哪个面积更大些？", {"compare"}, set()),
        ("规划的文号、印发部门", {"doc_no", "issuer"}, set()),
        ("是哪八家单位联合印发的？", {"issuer"}, set()),
        ("批复号多少，几月几号批的？", {"doc_no", "date"}, set()),
        ("这个办法从哪天开始施行？", {"effective"}, set()),
    ],
)
def test_colloquial_forms_of_asking_are_read(question, asks, not_asks):
    found = understand(question).asks
    assert asks <= found and not found & not_asks


def test_some_shops_are_no_number_asked_for():
    assert asked(understand("几家店一起涨价，有人管不？")) == []


@pytest.mark.parametrize(
    ("question", "attribute"),
    [
        ("甲、乙、丙三地加起来多少户籍人口？", ("户籍人口",)),
        ("财政每年给多少补助资金？", ("补助资金",)),
        ("两地的出口额相差多少？", ()),
    ],
)
def test_the_attribute_is_a_noun_and_no_filler(question, attribute):
    assert [wanted.attribute[-1:] for wanted in asked(understand(question))] == ([attribute] if attribute else [])


def test_a_quoted_term_counts_most_where_a_sentence_says_what_it_is():
    query = understand("湾城的“两翼”是什么？")
    assert query.quoted == ("两翼",)
    texts = ["“两翼”：一是东翼。", "围绕“一核两翼”布局。", "布局港口。"]
    said = _quotes(query, texts)
    assert said[0] > said[1] > said[2] == 0
    assert not _quotes(understand("湾城的两翼是什么？"), texts).any()
    assert _quotes(query, texts * 4)[0] < said[0]  # what many sentences hold tells little


def test_counted_items_are_all_named_first_in_printed_order(tmp_path):
    (tmp_path / "c").mkdir()
    zones = ["北部林区", "东部港区", "南部茶区", "西部矿区"]
    told = "".join(
        f"（{n}）{zone}。发展与{zone}相称的产业，建设道路、学校和医院，完善配套。\n"
        for n, zone in zip("一二三四", zones, strict=True)
    )
    text = f"湾城发展规划\n一、总体要求\n坚持全域统筹。\n二、四个片区\n{told}三、保障措施\n（一）加强领导。健全机制。\n"
    (tmp_path / "c" / "a.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    for question in ("湾城规划的四个片区，分别叫什么？", "湾城分成哪四个片区？"):
        said = [sentence.text for sentence in engine.ask(question).sentences]
        said = [text for text in said if not text.endswith("共 4 项，全部列出：")]
        assert [zone in text for zone, text in zip(zones, said, strict=False)] == [True] * 4, said[:5]


@pytest.mark.parametrize(
    "question",
    ["申请采砂要交哪些材料？", "哪些材料要有第三者同意？"],  # the list's opening, and one of its items
)
def test_a_list_is_given_whole_from_its_opening_on(tmp_path, question):
    (tmp_path / "c").mkdir()
    articles = [
        "第一条　河道采砂实行许可制度。采砂的申请由县水利局受理。",
        "第二条　申请采砂应当提交下列材料：\n（一）申请书；\n（二）营业执照；\n（三）第三者的同意书。\n水利局应当当场答复。",
        "第三条　采砂人应当缴纳费用。",
    ]
    (tmp_path / "c" / "a.txt").write_text("湾城河道采砂办法\n" + "\n".join(articles), encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    said = [sentence.text for sentence in engine.ask(question).sentences]
    place = next(place for place, text in enumerate(said) if "下列材料" in text)
    assert "（三）" in "".join(said[place : place + 4]) and "当场" not in "".join(said[place : place + 3])


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("划了七个片区，分别叫什么？", 7),
        ("是哪三条带？", 3),
        ("有哪几项任务？", 0),
        ("2025年建成多少个景区？", None),
        ("第三条怎么规定？", None),
    ],
)
def test_a_question_counts_the_items_it_asks_for(question, items):
    assert counted(understand(question)) == items


def test_a_sentence_that_begins_to_count_is_counted_on(tmp_path):
    (tmp_path / "c").mkdir()
    text = (
        "湾城发展规划\n一、总体布局。湾城布局港口、产业、生态和城镇。\n"
        "二、空间结构。“两翼”：一是东翼临港产业带。二是西翼生态旅游带。其他区域以农业为主。\n三、湾城空间布局图\n"
    )
    (tmp_path / "c" / "a.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    said = [s.text for s in engine_over(tmp_path / "i").ask("湾城的“两翼”是哪些？").sentences]
    place = next(place for place, text in enumerate(said) if text.startswith("“两翼”"))
    assert said[place + 1].startswith("二是")


@pytest.mark.parametrize(
    ("question", "address"),
    [
        ("成渝之间第三条高速铁路何时建成？", ()),
        ("条例第三条怎么规定", ("第三条",)),
        ("第十七条第二款", ("第十七条", "第二款")),
    ],
)
def test_the_third_railway_is_no_article(question, address):
    assert understand(question).address == address


def test_a_follow_up_leaves_the_years_of_a_title_and_new_topics_alone():
    before = [{"role": "user", "content": "《湾城行动方案（2022—2025年）》2023年的目标是什么？"}]
    assert "（2022—2025年）" in understand("那2024年呢？", before).text
    assert understand("再生水利用率要达到多少才算合格？", before).focus == ""
    assert len(understand("那呢？", before * 3000).text) < 1000


def test_a_long_polite_question_is_no_paste():
    asked_for = "我们单位最近在研究湾城港口的扩建事项，材料里需要写清楚港口的基本情况和规划数字。请告诉我港口的设计吞吐能力是多少，涉及哪些泊位"
    assert not understand(asked_for).pasted
    assert understand("推进港口岸电建设，完善岸电设施。" * 5).pasted


@pytest.mark.parametrize(
    ("question", "overlap", "colloquial"),
    [
        ("晚上支个摊行不行呀？", 0.05, True),
        ("晚上支个摊行不行呀？", 0.3, False),
        ("《湾城港规划》说的啥时候能弄完？", 0.05, False),
        ("第十七条讲的啥？", 0.05, False),
        ("湾政发〔2023〕5号讲的啥？", 0.05, False),
        ("夜市和早市哪个管得更松？", 0.05, False),
        ("推动客票一体化。统一城际列车检票标准，推广“一码通乘”。" * 3, 0.05, False),
    ],
)
def test_a_question_is_in_everyday_words_where_little_is_borne_out_and_no_document_named(question, overlap, colloquial):
    assert bool(is_colloquial(understand(question), overlap)) is colloquial


def test_a_label_before_what_it_names_is_no_sentence_of_an_answer(tmp_path):
    (tmp_path / "c").mkdir()
    text = "东港发展方案\n第一条　“一区”。依托东港湖建设滨湖景区，完善滨湖步道。“两带”。沿江布局码头。\n"
    (tmp_path / "c" / "plan.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    said = [s.text for s in engine_over(tmp_path / "i").ask("东港湖边的景区和码头怎么建设？").sentences]
    assert any("滨湖景区" in text for text in said) and not any(text in ("“一区”。", "“两带”。") for text in said)


@given(st.text())
def test_the_words_of_a_text_with_what_stands_between_them_are_the_text(text):
    assert "".join(pieces(text)) == text and cut(text) == [piece for piece in pieces(text) if piece.strip()]


@pytest.mark.parametrize("question", ["东港民生保障的三大行动是哪三大？", "东港民生保障的三个行动叫什么？"])
def test_the_short_names_of_a_list_are_what_is_asked_for(tmp_path, question):
    (tmp_path / "c").mkdir()
    text = (
        "东港民生保障方案\n一、总体要求\n坚持办好民生实事。\n二、三大行动\n（一）教育。新建学校十所，扩大学位供给。\n"
        "（二）医疗。改造卫生院五家，配齐设备。\n（三）养老。建设养老中心，发展社区助餐。\n三、保障措施\n加强领导。\n"
    )
    (tmp_path / "c" / "plan.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    said = " ".join(s.text for s in engine_over(tmp_path / "i").ask(question).sentences)
    assert all(name in said for name in ("教育。", "医疗。", "养老。"))
