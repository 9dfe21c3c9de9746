"""A batch's output only grows: killed at any moment it loses nothing, and goes on where it stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from conftest import ROOT

from index.errors import BadInput
from rag.batch import process
from rag.results import opened

QUESTIONS = ("渡口几天检查一次？", "第一行\u2028第二行\u2029第三行\x85问什么？", "补助多少元？", "由谁负责？")


class Engine:
    """Finds nothing, but for the questions that stop it."""

    def __init__(self, stops=()):
        self.asked, self.stops = [], stops

    def search(self, question, *_):
        if question in self.stops:
            raise KeyboardInterrupt
        self.asked.append(question)
        if not question:
            raise BadInput("请输入问题")
        return []


@pytest.fixture
def source(tmp_path):
    return written(tmp_path / "in.jsonl", enumerate(QUESTIONS))


def written(path, rows):
    path.write_text(
        "".join(json.dumps({"id": i, "question": q}, ensure_ascii=False) + "\n" for i, q in rows), encoding="utf-8"
    )
    return path


def ids(target):
    return [json.loads(row)["id"] for row in target.read_bytes().decode("utf-8").split("\n")[:-1]]


def search(engine, source, target):
    return process(engine, "search", source, target, 3)


def test_answers_come_in_the_order_of_the_questions_and_a_second_run_writes_nothing(source, tmp_path):
    target = tmp_path / "out.jsonl"
    assert search(Engine(), source, target) == (4, 0)
    assert ids(target) == [0, 1, 2, 3]
    before = target.read_bytes(), target.stat().st_mtime_ns, target.stat().st_ino
    assert search(engine := Engine(), source, target) == (0, 4) and engine.asked == []
    assert (target.read_bytes(), target.stat().st_mtime_ns, target.stat().st_ino) == before


def test_separators_of_unicode_inside_a_question_part_no_lines(source, tmp_path):
    search(engine := Engine(), source, tmp_path / "out.jsonl")
    assert engine.asked == list(QUESTIONS)


def test_windows_line_ends_and_a_byte_order_mark_are_no_part_of_a_line(source, tmp_path):
    source.write_bytes(b"\xef\xbb\xbf" + source.read_bytes().replace(b"\n", b"\r\n"))
    assert search(Engine(), source, tmp_path / "out.jsonl") == (4, 0)


def test_cut_at_any_byte_the_output_goes_on_to_the_same_whole(source, tmp_path):
    target = tmp_path / "out.jsonl"
    search(Engine(), source, target)
    whole = target.read_bytes()
    for size in range(len(whole)):
        for torn in (whole[:size], whole[:size] + b"\0" * 9):
            target.write_bytes(torn)
            kept = whole[:size].count(b"\n")
            assert search(Engine(), source, target) == (4 - kept, kept)
            assert target.read_bytes() == whole


def test_an_interrupted_run_keeps_what_it_wrote_and_the_next_adds_the_rest(source, tmp_path):
    target = tmp_path / "out.jsonl"
    with pytest.raises(KeyboardInterrupt):
        search(Engine(stops=(QUESTIONS[2],)), source, target)
    assert ids(target) == [0, 1]
    kept = target.read_bytes()
    assert search(engine := Engine(), source, target) == (2, 2) and engine.asked == list(QUESTIONS[2:])
    assert target.read_bytes().startswith(kept) and ids(target) == [0, 1, 2, 3]


def test_questions_put_in_later_are_answered_behind(source, tmp_path):
    target = tmp_path / "out.jsonl"
    search(Engine(), written(tmp_path / "few.jsonl", [(0, "甲"), (2, "丙")]), target)
    search(Engine(), source, target)
    assert ids(target) == [0, 2, 1, 3]


def test_two_questions_of_one_id_are_both_answered_whenever_the_run_was_stopped(tmp_path):
    source, target = written(tmp_path / "in.jsonl", [(7, "甲"), (7, "乙"), (7, "丙")]), tmp_path / "out.jsonl"
    with pytest.raises(KeyboardInterrupt):
        search(Engine(stops=("乙",)), source, target)
    assert search(engine := Engine(), source, target) == (2, 1) and engine.asked == ["乙", "丙"]


def test_a_second_writer_is_refused_and_changes_nothing(source, tmp_path):
    target = tmp_path / "out.jsonl"
    (tmp_path / "other.jsonl").symlink_to(target)
    with opened(target) as results:
        results.append({"id": 0, "hits": []})
        for name in (target, tmp_path / "other.jsonl"):
            with pytest.raises(BadInput, match="另一个进程正在写"):
                search(Engine(), source, name)
        assert ids(target) == [0]
    assert search(Engine(), source, target) == (3, 1)


@pytest.mark.parametrize(
    "text", ["会议记录\n", "会议记录", '{"id": 1}\n会议', "[1]\n", '{"question": "x"}\n', '{"id": 1}\n{"id": [2]}\n']
)
def test_a_file_that_is_no_output_is_refused_and_not_touched(source, tmp_path, text):
    target = tmp_path / "notes.txt"
    target.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="不是批处理的结果"):
        search(Engine(), source, target)
    assert target.read_text(encoding="utf-8") == text


def test_an_output_that_cannot_be_made_is_refused(source, tmp_path):
    for target in (tmp_path, tmp_path / "no" / "out.jsonl"):
        with pytest.raises(BadInput, match="无法写入"):
            search(Engine(), source, target)


def test_half_a_character_in_a_question_is_written_as_json_can(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": 1, "question": "渡\\ud800口"}\n', encoding="utf-8")
    search(Engine(), source, target)
    assert json.loads(target.read_text(encoding="utf-8"))["question"] == "渡\ud800口"


WRITER = """
import sys
from pathlib import Path
from rag.results import opened
with opened(Path(sys.argv[1])) as results:
    for number in range(results.done.total(), 10**9):
        results.append({"id": number, "answer": "渡口每年检查一次。" * (number % 500)})
"""


def test_killed_again_and_again_it_loses_no_answer(tmp_path):
    """A writer killed at whatever instant, ten times: each time all it had written is there, in order, and is kept."""
    target = tmp_path / "out.jsonl"
    kept = b""
    for _ in range(10):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], cwd=ROOT, stderr=subprocess.PIPE)
        size = len(kept)
        deadline = time.monotonic() + 30
        while (target.stat().st_size if target.exists() else 0) <= size + 100_000 and time.monotonic() < deadline:
            time.sleep(0.001)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        data = target.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        assert whole.startswith(kept) and len(whole) > len(kept)
        kept = whole
    numbers = [json.loads(row)["id"] for row in kept.split(b"\n")[:-1]]
    assert numbers == list(range(len(numbers))) and os.path.getsize(target) >= len(kept)


def test_the_engine_is_asked_with_what_a_line_says(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "a", "question": "", "filters": {"year": 2024}}\n', encoding="utf-8")
    assert search(Engine(), source, target) == (1, 0)
    assert json.loads(target.read_text(encoding="utf-8")) == {"id": "a", "question": "", "error": "请输入问题"}
    with pytest.raises(BadInput, match="batch 只做"):
        process(SimpleNamespace(), "sing", source, target, 3)
