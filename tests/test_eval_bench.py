"""The bench measures every part on whatever index there is."""

from __future__ import annotations

import pytest
from conftest import SAMPLE, FakeChat, built, engine_over

from eval.bench import parts
from index.settings import Settings
from rag.engine import Engine


@pytest.mark.parametrize("chat", [None, FakeChat("好。")])
def test_every_part_is_timed(tmp_path, monkeypatch, chat):
    built(SAMPLE, tmp_path)
    engine = engine_over(tmp_path, chat)
    monkeypatch.setattr(Engine, "open", classmethod(lambda cls, settings: engine))
    found = {part.name: part for part in parts.parts(Settings(index=tmp_path))}
    assert ("完整回答" in found) == (chat is not None)
    assert {"检索", "相关条款", "摘录就绪", "条款与句子向量，一遍读完", "条款、句子分别编码"} < set(found) and all(
        part.seconds for part in found.values()
    )


def test_a_sample_is_spread_over_the_whole():
    assert parts.every(list(range(10)), 3) == [0, 3, 6] and parts.every([1], 5) == [1]


def test_askers_at_once_are_timed_and_errors_counted_apart(sample_root, tmp_path):
    from serving import house_over, served

    from eval.bench.load import asked

    sizes = iter([100.0, 103.5])
    with served(house_over(sample_root, tmp_path, questions_each=4)) as url:
        load = asked(url, ["青白新区总面积是多少？", "？！"], 4, 0.5, lambda: next(sizes)).summary()
    assert load["answers"] >= 2 and load["errors"] >= 2
    assert {"400"} <= set(load["kinds"]) <= {"400", "404"}  # a quick machine also comes to ask for the page: none here
    assert 0 < load["p50_seconds"] <= load["p95_seconds"] and load["growth_mib"] == 3.5
