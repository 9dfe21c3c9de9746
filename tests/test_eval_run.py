"""The whole command on small fakes: reports, resuming, comparing, gating, and what the page may contain."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from conftest import SAMPLE, FakeChat, FakeEncoder, built, engine_over

from eval import __main__ as cli
from eval import command, html, plain, report
from eval.facts import PeakMemory
from eval.journal import Journal
from eval.judge import Judge, read
from eval.ours import Ours
from eval.questions import load
from eval.run import run
from eval.trace import Grade, Passage, Reply, Said, Seconds, Trace
from index.errors import BadInput, ModelError
from index.settings import Settings

CLAUSES = [
    Passage("c1", "甲规划", ("一、总体要求",), "<script>alert(1)</script>规划面积124平方公里。"),
    Passage("c2", "甲规划", ("二、保障",), "由省交通厅负责。"),
    Passage("c3", "乙方案", (), "到2025年建成公路300公里。"),
]


def row(name, kind, question, must=None, doc=None, quote=None):
    evidence = [] if quote is None else [{"doc": doc, "quote": quote}]
    asked = {"id": name, "type": kind, "question": question, "answerable": kind != "unanswerable"}
    return {**asked, "must": [[must]] if must else [], "evidence": evidence}


ROWS = [
    row("q1", "fact", "面积？", "124", "甲规划", "面积124平方公里"),
    row("q2", "duty", "谁负责<b>？", "交通厅", "甲规划", "由省交通厅负责"),
    row("q3", "clause", "建设公路", None, "乙方案", "建成公路300公里"),
    row("q4", "unanswerable", "天气？"),
]


class FakePipeline:
    """Finds the clauses in the same order for everyone, and answers with the first."""

    facts = {"model": "fake"}

    def __init__(self, name="ours", order=(0, 1, 2), fail_at=None, refuse=(), confidence=None):
        self.name, self.order, self.fail_at, self.refuse = name, order, fail_at, refuse
        self.confidence = confidence or {}
        self.asked, self.closed = [], False

    def passages(self):
        return CLAUSES

    def search(self, question, k):
        return [CLAUSES[i] for i in self.order][:k]

    related = search

    def answer(self, question):
        if question.id == self.fail_at:
            raise ModelError("模型停了")
        if question.id == "too-long":
            raise BadInput("文字过长")
        self.asked.append(question.id)
        first = self.search(question, 1)[0]
        return Reply(
            (Said(first.text, (1,), "span"),),
            {1: first},
            question.id in self.refuse,
            Seconds(0.1, 0.1, 0.2, 0.5),
            confidence=self.confidence.get(question.id),
        )

    def warm(self): ...

    def close(self):
        self.closed = True


def quiet(stage, done, total): ...


@pytest.fixture
def setting(tmp_path, monkeypatch):
    """A question file, and the command wired to fake pipelines over CLAUSES."""
    path = tmp_path / "q.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
    pipelines = {"ours": FakePipeline(refuse=("q4",)), "plain": FakePipeline("plain", (2, 0, 1))}
    monkeypatch.setenv("TIAOWEN_VAR", str(tmp_path / "var"))
    monkeypatch.setattr(command, "_corpus", lambda settings: [[clause.text for clause in CLAUSES]])
    monkeypatch.setattr(command, "child", lambda arguments: cli.main(list(arguments)))
    monkeypatch.setattr(command, "PIPELINES", {name: lambda *_, own=own: own for name, own in pipelines.items()})
    return path, pipelines


def test_a_bare_question_file_is_scored_and_reported(setting, tmp_path, capsys):
    path, pipelines = setting
    assert cli.main([str(path), "--out", str(tmp_path / "o")]) == 0
    written = json.loads((tmp_path / "o" / "report.json").read_text(encoding="utf-8"))
    overall = written["table"]["全部"]
    assert overall["recall@1"]["value"] == pytest.approx(1 / 3) and overall["recall@3"]["value"] == 1
    assert overall["complete@200"]["value"] == 0.5 and overall["refusal_f1"]["value"] == 1
    assert overall["related_recall@3"]["n"] == 1 and written["peak_memory_mib"] > 10
    assert written["questions"][2]["reply"] is None  # a pasted clause is only searched for
    assert pipelines["ours"].closed and not (tmp_path / "o" / "journal.jsonl").exists()
    out = capsys.readouterr().out
    assert "证据召回@10" in out and "拒答 F1" in out


def test_search_mode_asks_for_no_answer(setting, tmp_path):
    path, pipelines = setting
    assert cli.main([str(path), "--mode", "search"]) == 0
    assert pipelines["ours"].asked == []
    written = json.loads((tmp_path / "var" / "eval" / "q-ours-search" / "report.json").read_text(encoding="utf-8"))
    assert "complete@200" not in written["table"]["全部"]


def test_the_page_escapes_everything_and_loads_nothing(setting, tmp_path):
    path, _ = setting
    cli.main([str(path), "--pipeline", "both", "--out", str(tmp_path / "o")])
    page = (tmp_path / "o" / "ours" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "谁负责&lt;b&gt;" in page
    assert page.count("<svg") == 3 and "与 plain 逐题比较" in page
    targets = re.findall(r"""(?:src|href)\s*=\s*["']?(.)""", page) + re.findall(r"""url\(["']?(.)""", page)
    assert set(targets) == {"#"}


def test_a_missed_clause_stands_beside_the_one_found(setting, tmp_path, monkeypatch):
    path, pipelines = setting
    monkeypatch.setattr(pipelines["ours"], "search", lambda question, k: [CLAUSES[0]])
    cli.main([str(path), "--mode", "search", "--out", str(tmp_path / "o")])
    missed = json.loads((tmp_path / "o" / "report.json").read_text(encoding="utf-8"))["questions"][1]["missed"]
    assert [(m["rank"], m["holder"]["id"], m["instead"]["id"]) for m in missed] == [(None, "c2", "c1")]
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "漏掉的条款（未检出）甲规划" in page and "二、保障" in page


def test_an_interrupted_run_goes_on_where_it_stopped(setting, tmp_path):
    path, pipelines = setting
    ours = pipelines["ours"]
    ours.fail_at = "q2"
    with pytest.raises(ModelError):
        cli.main([str(path), "--out", str(tmp_path / "o")])
    assert ours.asked == ["q1"] and ours.closed
    with (tmp_path / "o" / "journal.jsonl").open("a") as file:
        file.write('{"key": "cut o')  # killed while writing
    ours.fail_at = None
    assert cli.main([str(path), "--out", str(tmp_path / "o")]) == 0
    assert ours.asked == ["q1", "q2", "q4"]
    assert cli.main([str(path), "--out", str(tmp_path / "o")]) == 0
    assert ours.asked == ["q1", "q2", "q4", "q1", "q2", "q4"]  # a whole run is measured anew


def test_a_changed_question_or_circumstance_is_not_resumed(setting, tmp_path):
    path, pipelines = setting
    questions = load(path)
    journal = Journal(tmp_path / "j", {"model": "one"})
    run(pipelines["ours"], questions, "answer", journal, quiet)
    again = Journal(tmp_path / "j", {"model": "one"})
    assert all(again.get(q) == journal.get(q) is None or again.get(q) is not None for q in questions)
    assert again.get(replace(questions[0], digest="other")) is None
    assert Journal(tmp_path / "j", {"model": "two"}).get(questions[0]) is None


def test_a_question_the_pipeline_cannot_take_fails_the_run_and_scores_nothing(setting, tmp_path):
    path, _ = setting
    path.write_text(json.dumps({**ROWS[0], "id": "too-long"}) + "\n" + json.dumps(ROWS[1]) + "\n", encoding="utf-8")
    assert cli.main([str(path), "--out", str(tmp_path / "o")]) == 1
    written = json.loads((tmp_path / "o" / "report.json").read_text(encoding="utf-8"))
    assert written["failed"] == ["too-long"] and written["table"]["全部"]["complete@500"]["n"] == 1


def test_gates_pass_or_fail_the_command(setting, tmp_path, capsys):
    path, _ = setting
    base = [str(path), "--out", str(tmp_path / "o"), "--fail-under"]
    assert cli.main([*base, "recall@3=1"]) == 0
    assert cli.main([*base, "recall@3:fact=1", "--fail-under", "false_refusals=0.04"]) == 0
    assert cli.main([*base, "complete@500=.9"]) == 1
    assert "完整@500字（全部）为 0.500，要求不低于 0.9" in capsys.readouterr().err
    assert cli.main([*base, "unheld=0"]) == 0 and cli.main([*base, "end_seconds=0.4"]) == 1
    assert cli.main([*base, "recall@3:meta=0.1"]) == 1  # a figure that is not there is not met


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--mode", "both"], "--mode both"),
        (["--pipeline", "x"], "--pipeline x"),
        (["--fail-under", "recall=1"], "没有指标 recall"),
        (["--fail-under", "recall@5"], "指标=数值"),
        (["--mode", "search", "--fail-under", "complete@500=1"], "不计算 complete@500"),
        (["--compare", "none.json"], "不是评测报告"),
        (["--judge", "gpt"], "http"),
        (["--only", "q9"], "--only q9"),
    ],
)
def test_bad_options_are_refused_before_anything_runs(setting, arguments, said):
    path, pipelines = setting
    with pytest.raises(BadInput, match=re.escape(said)):
        cli.main([str(path), *arguments])
    assert not pipelines["ours"].asked


def test_a_comparison_names_what_was_won_and_lost(setting, tmp_path, capsys):
    path, pipelines = setting
    cli.main([str(path), "--pipeline", "plain", "--out", str(tmp_path / "p")])
    assert cli.main([str(path), "--out", str(tmp_path / "o"), "--compare", str(tmp_path / "p" / "report.json")]) == 0
    compared = json.loads((tmp_path / "o" / "report.json").read_text(encoding="utf-8"))["compare"]
    assert {m["id"]: m["fields"] for m in compared["won"]} == {
        "q1": ["complete@200", "complete@500", "lead"],
        "q4": ["responded_rightly"],
    }
    assert compared["lost"] == [] and compared["pairs"] == 4
    assert compared["groups"]["全部"]["complete@500"]["value"] == 0.5
    assert "胜 2 题：q1" in capsys.readouterr().out
    path.write_text(json.dumps({**ROWS[0], "question": "别的？"}) + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match="没有相同的题目"):
        cli.main([str(path), "--out", str(tmp_path / "o2"), "--compare", str(tmp_path / "p" / "report.json")])


PAIR = [
    {**ROWS[0], "pair": "p"},
    {
        **ROWS[3],
        "pair": "p",
        "must_not": ["124"],
        "why_not": "只写了<面积>。",
        "near": [{"doc": "甲规划", "quote": "面积124平方公里"}],
    },
]


def test_pairs_and_confidence_are_reported_drawn_and_compared(setting, tmp_path, capsys):
    path, pipelines = setting
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in PAIR), encoding="utf-8")
    pipelines["ours"].confidence = {"q1": 0.9, "q4": 0.2}
    pipelines["plain"].confidence, pipelines["plain"].order = {"q1": 0.3, "q4": 0.7}, (0, 1, 2)
    assert cli.main([str(path), "--pipeline", "both", "--out", str(tmp_path / "o")]) == 0
    theirs, ours = (report.read(tmp_path / "o" / name / "report.json") for name in ("plain", "ours"))
    figures = {
        key: ours["table"]["全部"][key]["value"] for key in ("pairs_right", "twins_refused", "twins_replied", "aurc")
    }
    assert figures == {"pairs_right": 1, "twins_refused": 1, "twins_replied": 0, "aurc": 0.25}
    assert (
        ours["table"]["全部"]["ece"]["value"] == pytest.approx(0.15)
        and theirs["table"]["全部"]["aurc"]["value"] == 0.75
    )
    compared = ours["compare"]["groups"]["全部"]
    assert compared["pairs_right"]["value"] == 1 and compared["twins_replied"]["value"] == -1
    assert compared["aurc"]["value"] == -0.5 and ours["compare"]["other"]["confidence"] == [[0.3, 0.7], [1.0, 0.0]]
    assert {m["id"]: m["fields"] for m in ours["compare"]["won"]} == {"q1": ["pair_right"], "q4": ["responded_rightly"]}
    page = html.render(ours)
    assert page.count("<svg") == 5 and "自报把握" in page and "答出的份额" in page
    assert "易误作答案的条文：甲规划" in html.render(theirs) and "只写了&lt;面积&gt;" in html.render(theirs)
    assert "AURC" in capsys.readouterr().out


def test_calibration_is_drawn_for_all_questions_and_each_type_with_enough(setting, tmp_path):
    path, pipelines = setting
    rows = [{**ROWS[0], "id": f"f{n}"} for n in range(html.ENOUGH)] + [ROWS[1]]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    pipelines["ours"].confidence = {row["id"]: 0.5 for row in rows}
    cli.main([str(path), "--out", str(tmp_path / "o")])
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "全部（11）" in page and "fact（10）" in page and "duty（" not in page


# --- the judge


def test_a_judges_grade_is_read_out_of_its_words_and_nonsense_is_refused():
    assert read('好的：```{"correct": 0.5, "supported": 1, "reason": "缺一项"}```') == Grade(0.5, 1.0, "缺一项")
    for bad in ("不错", '{"correct": 3, "supported": 1}', '{"correct": "高"}', "[1]"):
        with pytest.raises(ModelError):
            read(bad)


def test_a_judge_that_cannot_be_reached_is_named(tmp_path):
    (question,) = load(written_question(tmp_path, "面积？"))
    trace = Trace("x", (), 0.0, reply=Reply((Said("甲。", ()),), {}, False, Seconds(None, None, None, 1.0)))
    judge = Judge.open(Settings(), "http://127.0.0.1:9/v1#m")
    with pytest.raises(ModelError, match="连不上对话模型 http://127.0.0.1:9"):
        judge(question, trace)
    judge.close()


def test_a_judge_sees_answer_reference_and_clauses_and_its_grades_are_reported(setting, tmp_path, monkeypatch):
    path, _ = setting
    chat = FakeChat('{"correct": 1, "supported": 0.5, "reason": "…"}')
    monkeypatch.setattr(Judge, "open", classmethod(lambda cls, settings, url: cls(chat)))
    assert cli.main([str(path), "--out", str(tmp_path / "o"), "--judge", "http://localhost/v1#m"]) == 0
    overall = json.loads((tmp_path / "o" / "report.json").read_text(encoding="utf-8"))["table"]["全部"]
    assert overall["judged_supported"] == {"value": 0.5, "low": 0.5, "high": 0.5, "n": 3}
    prompt = chat.asked[0][1]["content"]
    assert (
        "规划面积124平方公里。[1]" in prompt and "[1] 甲规划：" in prompt and "应当拒答" in chat.asked[2][1]["content"]
    )


# --- the two pipelines


def test_ours_is_timed_and_read_through_the_public_engine(tmp_path):
    root = tmp_path / "index"
    built(SAMPLE, root)
    engine = engine_over(root, FakeChat("好。"))
    ours = Ours(engine, {})
    clause = max(ours.passages(), key=lambda passage: len(passage.text))
    (question,) = load(written_question(tmp_path, clause.text[:40] + "？"))
    ours.warm()
    assert ours.search(question, 5)[0].text and len(ours.related(question, 3)) == 3
    reply = ours.answer(question)
    assert reply.sentences and all(mark in reply.cited for said in reply.sentences for mark in said.marks)
    assert 0 < reply.seconds.evidence <= reply.seconds.words <= reply.seconds.end
    answer = engine.ask(question.question)
    assert [said.origin for said in reply.sentences] == [sentence.origin for sentence in answer.sentences]
    assert reply.confidence == answer.confidence


def written_question(tmp_path, text):
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"id": "x", "type": "fact", "question": text, "answerable": True}), encoding="utf-8")
    return path


def test_plain_reads_marks_before_or_after_the_stop():
    said = plain.read("到2025年达到66%。[1][2] 由重庆负责【3】；其次[1，4]。\n渝府[2022]1号。")
    assert [(s.text, s.marks) for s in said] == [
        ("到2025年达到66%。", (1, 2)),
        ("由重庆负责；", (3,)),
        ("其次。", (1, 4)),
        ("渝府[2022]1号。", ()),
    ]
    assert plain.refuses(plain.read("根据现有资料无法回答。")) and plain.refuses(())
    assert not plain.refuses(said)


def test_plain_splits_as_the_tutorial_does():
    chunks = plain.split("a.txt", "甲" * 300 + "\n\n" + "乙" * 300 + "\n" + "丙" * 900)
    assert [len(chunk.text) for chunk in chunks][:2] == [300, 300] and all(len(c.text) <= 500 for c in chunks)


def test_plain_stuffs_the_five_nearest_chunks_and_keeps_its_vectors(tmp_path, monkeypatch):
    encoder, chat = FakeEncoder(), FakeChat("规划如此[1]。据此[9]。")
    monkeypatch.setattr(plain, "open_encoder", lambda settings: encoder)
    monkeypatch.setattr(plain, "open_chat", lambda settings: chat)
    settings = Settings(var=tmp_path / "var", corpus=SAMPLE)
    pipeline = plain.Plain.open(settings, quiet)
    (question,) = load(written_question(tmp_path, pipeline.passages()[3].text[:50]))
    assert pipeline.search(question, 20)[0] == pipeline.passages()[3]
    reply = pipeline.answer(question)
    assert [s.marks for s in reply.sentences] == [(1,), (9,)] and list(reply.cited) == [1]
    context = chat.asked[-1][-1]["content"]
    assert "[5] " in context and "[6] " not in context
    monkeypatch.setattr(encoder, "encode_passages", None)  # known by content now
    assert plain.Plain.open(settings, quiet).passages() == pipeline.passages()


def test_a_report_of_another_format_is_refused(tmp_path):
    (tmp_path / "r.json").write_text('{"format": 0}', encoding="utf-8")
    with pytest.raises(BadInput, match="格式"):
        report.read(tmp_path / "r.json")


def test_memory_is_measured():
    memory = PeakMemory()
    assert 5 < memory.mib() < 100_000


def test_a_report_renders_without_answers_or_evidence(tmp_path, setting):
    path, _ = setting
    path.write_text(json.dumps(ROWS[3]) + "\n", encoding="utf-8")
    cli.main([str(path), "--mode", "search", "--out", str(tmp_path / "o")])
    written = report.read(tmp_path / "o" / "report.json")
    assert written["curve"] == [] and "<svg" in html.render(written)
