"""Answers: cited, verbatim where extracted, checked where written, refused from evidence. The chat model is a fake."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from conftest import FakeChat, built, engine_over, needs_models

from index.content import index_text
from index.errors import BadInput, ModelError
from index.settings import Settings
from index.terms import compact
from rag.answering import reply
from rag.contract import answer_json, hit_json
from rag.query.completion import complete
from rag.query.question import understand
from rag.query.titles import Titles
from rag.schema import Filters
from rag.stated.false_presupposition import wrong_issuer

QUESTION = "岚城至湾城城际铁路全长多少公里？"


def test_every_sentence_is_cited_and_every_quote_is_verbatim(sample_root):
    answer = engine_over(sample_root).ask(QUESTION)
    assert not answer.refused and answer.sentences
    numbers = {c.n for c in answer.citations}
    for sentence in answer.sentences:
        assert sentence.citations and set(sentence.citations) <= numbers
    for citation in answer.citations:
        assert citation.quote in citation.clause.text
    assert "118 公里" in answer.sentences[0].text


def test_stages_come_in_order_and_the_extract_before_the_model(sample_root):
    engine = engine_over(sample_root, FakeChat("全长118公里。"))
    events = list(engine.ask_stream(QUESTION))
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages == ["evidence", "extract", "read", "draft", "done"]
    assert events[1].answer.sentences and events[0].answer.hits


def test_a_true_reply_stands_first_and_a_false_one_is_dropped(sample_root):
    true = engine_over(sample_root, FakeChat("岚城至湾城城际铁路全长118公里。")).ask(QUESTION)
    assert true.sentences[0].origin == "model"
    false = engine_over(sample_root, FakeChat("岚城至湾城城际铁路全长181公里。")).ask(QUESTION)
    assert all(s.origin == "extract" for s in false.sentences)
    assert "181" not in false.text and any("未能与原文核对一致" in note for note in false.notes)


def test_a_failing_model_leaves_the_extract_and_says_so_and_why_is_logged(sample_root, caplog):
    answer = engine_over(sample_root, FakeChat(error=ModelError("坏了"))).ask(QUESTION)
    assert answer.sentences and any("暂时不可用" in note for note in answer.notes)
    assert "坏了" in caplog.text and not any("坏了" in note for note in answer.notes)


def test_without_a_model_the_extract_stands_alone_and_says_so(sample_root):
    answer = engine_over(sample_root).ask(QUESTION)
    assert any("未启用对话模型" in note for note in answer.notes)


def test_closing_the_stream_closes_the_model(sample_root):
    chat = FakeChat("全长118公里。" * 20)
    events = engine_over(sample_root, chat).ask_stream(QUESTION)
    while next(events).stage != "draft":
        pass
    events.close()
    assert chat.closed


def test_a_question_from_elsewhere_is_refused_with_the_nearest_clause_as_such(sample_root):
    answer = engine_over(sample_root, threshold=0.865).ask("深圳的最低工资标准是多少？")
    assert answer.refused and answer.sentences[0].origin == "refusal"
    assert all(s.origin in ("refusal", "nearest") for s in answer.sentences)


def test_a_document_s_own_facts_need_no_model(sample_root):
    chat = FakeChat("不应被问到")
    answer = engine_over(sample_root, chat).ask("青白新区批复的文号和日期是什么？")
    assert "岚府函〔2021〕88号" in answer.text and "2021年9月27日" in answer.text
    assert not chat.asked and all(s.origin == "metadata" for s in answer.sentences)


def test_a_list_of_measures_is_left_in_the_clause_s_words(sample_root):
    chat = FakeChat("不应被问到")
    answer = engine_over(sample_root, chat).ask("城际铁路专栏列了哪些在建项目？")
    assert not chat.asked and answer.sentences and not answer.refused


def test_an_expired_plan_is_marked(sample_root):
    answer = engine_over(sample_root).ask("临港产业产值到2022年达到多少亿元？")
    assert any("届满" in note for note in answer.notes)
    assert "expired" in {c.status.value for c in answer.citations}


def test_a_follow_up_is_completed_from_the_conversation():
    text, focus = complete("那到2035年呢？", ["双城带2025年的目标是什么？"])
    assert "2035" in text and "2025" not in text and focus
    assert complete("岚江省港口条例对危险货物作业报告有什么要求？", ["双城带的目标？"])[1] == ""
    for said in ("里面点了哪些部门？", "文件里头怎么说的打分？", "最后那个方案由谁来印？"):
        assert complete(said, ["云海区的批复是哪年的？"])[1], said


def test_filters_leave_only_what_they_name(sample_root):
    engine = engine_over(sample_root)
    hits = engine.search("港口", filters=Filters(kind="条例"))
    assert hits and {h.document.kind for h in hits} == {"条例"}
    nothing = engine.ask("港口", filters=Filters(year=1999))
    assert nothing.refused and not nothing.hits


@pytest.mark.parametrize(
    "bad", ["", "   \n", "？！。", "长" * 20_000, "\x00\x01\x02\x03\x04\x05\x06abc", "\ufffd" * 50]
)
def test_unusable_questions_are_refused_in_chinese(sample_root, bad):
    with pytest.raises(BadInput) as caught:
        engine_over(sample_root).ask(bad)
    assert any("\u4e00" <= c <= "\u9fff" for c in str(caught.value))


def test_the_contract_keeps_its_keys(sample_root):
    engine = engine_over(sample_root)
    answer = engine.ask(QUESTION)
    found = answer_json(answer)
    assert {"question", "answer", "refused", "confidence", "sentences", "citations", "hits", "timings"} <= set(found)
    assert answer_json(replace(answer, confidence=0.123456))["confidence"] == 0.1235
    assert {"n", "clause_id", "document", "doc_no", "path", "text", "quote", "status"} <= set(found["citations"][0])
    assert {"evidence_ms", "first_token_ms", "total_ms"} == set(found["timings"])
    assert {"rank", "score", "clause_id", "document", "doc_no", "path", "text", "source"} <= set(found["hits"][0])
    related = hit_json(engine.related("推动客票一体化。统一城际列车检票标准，推广“一码通乘”。")[0])
    assert related["relation"] == "原文" and related["quote"] in related["text"]


def test_duty_questions_put_the_units_first(sample_root):
    answer = engine_over(sample_root).ask("推行一窗办理由哪些单位负责？")
    assert "市口岸物流办" in "".join(s.text for s in answer.sentences[:2])


def test_understanding_names_what_is_asked():
    query = understand("《岚湾双城带建设规划》（岚府发〔2022〕12号）2025年的目标是多少？")
    assert query.titles == ("岚湾双城带建设规划",) and [(no.year, no.number) for no in query.doc_nos] == [
        ("2022", "12")
    ]
    assert query.years[-1] == "2025" and "number" in query.asks


def test_a_reranker_reorders_the_best_clauses_only(sample_root):
    class Longest:
        def predict(self, pairs):
            return [len(text) for _, text in pairs]

    engine = engine_over(sample_root, rerank_depth=5)
    plain = [hit.clause.clause_id for hit in engine.search("港口规划", 10)]
    engine.reranker = Longest()
    again = [hit.clause.clause_id for hit in engine.search("港口规划", 10)]
    assert sorted(again[:5]) == sorted(plain[:5]) and again[5:] == plain[5:]
    ranking = engine.rank(understand("港口规划"))
    dealt = [ranking.fused[row] for row in ranking.rows[:5]]
    assert dealt == sorted(dealt, reverse=True)
    told = answer_json(engine.ask("港口规划有哪些内容？"))
    assert 0 <= told["timings"]["rerank_ms"] <= told["timings"]["evidence_ms"]
    pasted = "推动客票一体化。统一城际列车检票标准，推广“一码通乘”。"
    assert engine.rank(understand(pasted * 3)).rerank_ms is None  # a paste is compared, not answered


@needs_models
def test_any_cross_encoder_folder_reranks(sample_root, tmp_path):
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    tokenizer = AutoTokenizer.from_pretrained(str(Settings().models_dir / "multilingual-e5-small"))
    model = BertForSequenceClassification(BertConfig(vocab_size=len(tokenizer), num_labels=1, **size))
    model.save_pretrained(tmp_path / "m")
    tokenizer.save_pretrained(tmp_path / "m")
    engine = engine_over(sample_root, rerank_depth=5, reranker=str(tmp_path / "m"))
    ranking = engine.rank(understand("港口规划"))
    clauses = engine.store.clauses
    texts = [index_text(engine.store.documents[clauses[row].doc_id], clauses[row]) for row in ranking.rows[:5]]
    scores = CrossEncoder(str(tmp_path / "m"), device="cpu").predict([("港口规划", text) for text in texts])
    assert ranking.rerank_ms > 0 and list(scores) == sorted(scores, reverse=True)
    with pytest.raises(ModelError, match="重排模型"):
        engine_over(sample_root, reranker=str(tmp_path / "none")).search("港口规划")


def test_a_wrong_figure_in_the_question_is_corrected_from_the_clause(sample_root):
    answer = engine_over(sample_root).ask("岚城至湾城城际铁路全长150公里，什么时候建成？")
    assert answer.sentences[0].origin == "correction" and "118" in answer.sentences[0].text
    assert "150" not in answer.text
    right = engine_over(sample_root).ask("岚城至湾城城际铁路全长118公里，什么时候建成？")
    assert all(s.origin != "correction" for s in right.sentences)


def test_a_wrong_issuer_in_the_question_is_corrected(sample_root, sample):
    title = "岚江省港口条例"
    answer = engine_over(sample_root).ask(f"国务院是哪天印发《{title}》的？")
    assert "不是国务院" in answer.text and all(issuer in answer.text for issuer in sample[title].document.issuers)


def test_issuers_together_are_no_other_issuer():
    document = SimpleNamespace(issuers=("甲省人民政府", "乙市人民政府"))
    assert wrong_issuer("两省市政府是哪天印发方案的？", document) is None
    assert wrong_issuer("国务院是哪天印发方案的？", document) == "国务院"


def test_an_approval_is_told_from_what_it_approves():
    def document(title, issuers):
        return SimpleNamespace(title=title, issuers=issuers, notice_title=None, doc_no=None)

    plan = document("青山示范带总体方案", ("甲省发展和改革委员会",))
    approval = document("甲省人民政府关于同意青山示范带总体方案的批复", ("甲省人民政府",))
    others = [
        document(f"甲省人民政府关于{name}总体方案的批复", ("甲省人民政府",))
        for name in ("云海", "北原", "南川", "东湾")
    ]
    titles = Titles([plan, approval, *others])
    assert titles.best(understand("省政府哪天批复同意青山示范带总体方案的？"))[0] is approval
    assert titles.best(understand("青山示范带总体方案是谁印发的？"))[0] is plan
    assert titles.best(understand("海南自贸港总体方案什么时候批复的？")) == []  # shares only what all are called


LONG = "到2030年，湾城港口货物吞吐能力达到1.2亿吨，集装箱吞吐能力达到300万标箱，铁路进港率达到百分之五十以上。"


@pytest.mark.parametrize(
    ("question", "first", "pays"),
    [
        ("2030年湾城港口集装箱吞吐能力是多少？", LONG, True),
        ("2030年湾城港口集装箱吞吐能力是多少？", "集装箱吞吐能力达到300万标箱。", False),  # direct already
        ("湾城港口有哪些建设措施？", LONG, False),
        ("湾城港口怎么提升吞吐能力？", LONG, False),
        ("湾城港口能不能达到1亿吨？", LONG, False),
        ("湾城港口由谁负责建设？", LONG, False),
        ("湾城港口是哪三个指标？", LONG, True),
    ],
)
def test_the_model_is_asked_only_where_it_can_say_it_shorter(question, first, pays):
    assert reply.pays(understand(question), first) is pays


def test_a_reply_loses_its_attribution_and_goes_where_it_is_no_shorter(sample_root):
    named = engine_over(sample_root, FakeChat("《双城带建设规划》提出，岚城至湾城城际铁路全长118公里。")).ask(QUESTION)
    assert named.sentences[0].text == "岚城至湾城城际铁路全长118公里。"
    same = named.sentences[1].text
    again = engine_over(sample_root, FakeChat("依照规划，" + same)).ask(QUESTION)
    assert all(s.origin == "extract" for s in again.sentences) and not any("删去" in note for note in again.notes)


def test_half_a_reply_that_stays_ends_as_a_sentence(sample_root):
    chat = FakeChat("岚城至湾城城际铁路全长118公里；湾城到青渡的铁路全长9999公里。")
    answer = engine_over(sample_root, chat).ask(QUESTION)
    assert answer.sentences[0].text == "岚城至湾城城际铁路全长118公里。" and "9999" not in answer.text


def test_a_figure_asked_for_beside_the_文号_is_answered_too(sample_root):
    answer = engine_over(sample_root).ask("岚湾双城带建设规划的文号是什么，岚城至湾城城际铁路全长多少公里？")
    assert {s.origin for s in answer.sentences} == {"metadata", "extract"} and "118" in answer.text


def test_filters_hold_for_a_document_s_own_facts(sample_root):
    answer = engine_over(sample_root).ask("青白新区的批复是什么文号？", filters=Filters(document="港口条例"))
    assert all(c.document.title == "岚江省港口条例" for c in answer.citations)


def test_asking_which_organ_issued_a_document_takes_none_for_granted(sample_root):
    assert "不是" not in engine_over(sample_root).ask("岚湾双城带建设规划是哪个部门印发的？").text


def test_a_文号_that_is_nobody_s_is_refused_though_year_and_number_are_another_s(sample_root):
    engine = engine_over(sample_root)
    held = next(d for d in engine.store.documents.values() if d.doc_no)
    year, number = "".join(held.doc_no.split()).split("〔")[1].rstrip("号").split("〕")
    answer = engine.ask(f"川藏发〔{year}〕{number}号是关于什么的？")
    assert answer.refused and "川藏发" in answer.sentences[0].text
    assert engine.retriever.titles.best(understand(f"请问{held.doc_no}是关于什么的？")) == [held]


def test_a_status_that_is_none_is_bad_input(sample_root):
    with pytest.raises(BadInput, match="时效"):
        engine_over(sample_root).search("港口", filters=Filters(status="foo"))


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("本办法自2021年1月1日起施行。", "《湾城港口管理办法》自2021年1月1日起施行。"),
        ("本办法自公布之日起施行。", "《湾城港口管理办法》自公布之日起施行。"),
        ("本办法由港口局解释。", None),
    ],
)
def test_from_when_a_document_is_in_force_is_read_from_its_words(tmp_path, said, answered):
    (tmp_path / "c").mkdir()
    text = f"湾城港口管理办法\n第一条　港口由港口局管理。\n第二条　《旧港口办法》（湾府发〔2011〕8号）同时废止。\n第三条　{said}\n"
    (tmp_path / "c" / "a.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    answer = engine.ask("湾城港口管理办法哪天生效？")
    facts = [sentence for sentence in answer.sentences if sentence.origin == "metadata"]
    assert [fact.text for fact in facts] == ([answered] if answered else [])
    if answered:
        assert compact(answer.citations[0].quote) in said
        twice = engine.ask("湾城港口管理办法哪天生效？被废止的旧办法文号是什么？")
        assert "湾府发〔2011〕8号" in twice.text and answered in twice.text
