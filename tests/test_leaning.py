"""Follow-ups: whether a question leans on the conversation, and what it then takes over."""

import itertools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.query.completion import complete
from rag.query.leaning import Head, features, leans
from rag.query.question import understand
from rag.training.followups import fit, read, train

HELD_OUT = Path(__file__).parent / "data" / "followups.jsonl"
TOLD = json.loads((Path(__file__).parents[1] / "rag" / "query" / "leaning.json").read_text(encoding="utf-8"))


def _f1(one: str, other: str) -> float:
    one, other = (Counter(itertools.pairwise(text)) for text in ("".join(filter(str.isalnum, t)) for t in (one, other)))
    return 2 * sum((one & other).values()) / max(1, sum(one.values()) + sum(other.values()))


def test_new_questions_and_leaning_ones_are_told_apart_on_conversations_unseen_in_training():
    asked = read(HELD_OUT)
    assert len(asked) > 100
    assert (
        np.mean([leans(one.question, one.history) == one.leans for one in asked])
        >= TOLD["accuracy"]["held_out"] - 0.01
        > 0.8
    )


def test_what_is_searched_for_is_the_whole_question_on_conversations_unseen_in_training():
    rows = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    near = [_f1(complete(row["question"], row["history"])[0], row["complete"]) for row in rows if row["leans"]]
    assert np.mean(near) > 0.7


@pytest.mark.parametrize(
    ("before", "asked", "expected"),
    [
        ("东港县硕士的安家费多少？", "那博士呢？", "东港县博士的安家费多少？"),
        ("重庆2025年城镇化率达到多少？", "那四川呢", "四川2025年城镇化率达到多少？"),
        ("东港市的岸电补贴几年一算？", "那西岭市呢", "西岭市的岸电补贴几年一算？"),
        ("城镇户口的补贴多少？", "农村户口的呢", "农村户口的补贴多少？"),
        ("《湾城港规划》第三条讲什么？", "那《东港规划》呢", "《东港规划》第三条讲什么？"),
        ("湾城2025年的目标是什么？", "那到2035年呢？", "湾城2035年的目标是什么？"),
    ],
)
def test_a_bare_value_takes_the_place_of_its_like(before, asked, expected):
    assert complete(asked, [before])[0] == expected


@pytest.mark.parametrize("asked", ["谁负责", "什么时候到位", "它由哪个部门发？"])
def test_another_attribute_takes_over_the_subject_and_not_what_was_asked_of_it(asked):
    text, focus = complete(asked, ["岚江省港口岸电改造补助标准是多少？"])
    assert text.startswith("岚江省港口岸电改造补助") and text.endswith(focus) and focus
    assert "多少" not in text and "标准" not in text
    assert "number" not in understand(asked, [{"role": "user", "content": "岚江省港口岸电改造补助标准是多少？"}]).asks


def test_where_nothing_is_like_the_new_value_the_questions_are_joined():
    assert complete("三人以上的呢", ["岚江省港口补助多少？"]) == ("岚江省港口补助多少？ 三人以上的", "三人以上的")


@pytest.mark.parametrize(
    "asked",
    [
        "船员证几天办结？",
        "渔船燃油补贴由哪个部门发？",
        "岚江省港口条例对危险货物作业报告有什么要求？",
        "岚江 港口 岸电 补贴 标准",
        "里程碑工程建了几座灯塔？",
    ],
)
def test_a_question_with_a_subject_of_its_own_is_a_new_one(asked):
    assert complete(asked, ["云海区的批复是哪年的？"]) == (asked, "")


def test_a_question_without_a_conversation_leans_on_nothing():
    assert not leans("谁负责", []) and complete("谁负责", []) == ("谁负责", "")


def test_what_the_head_judges_by_can_be_read_off():
    found = features("那没办的罚多少？", ["养犬证多少钱？"])
    assert found["leads_on"] and found["headless"] and found["conditional"] and not found["no_interrogative"]
    assert (
        features("它什么时候印发的？", ["湾城港规划"])["points_back"]
        and not features("其他港口有几座？", ["湾城"])["points_back"]
    )
    assert features("取水证谁发", ["采砂证谁发"])["same_ending"] == 3
    assert tuple(found) == tuple(TOLD["names"])


def test_only_the_last_turns_are_looked_back_at():
    late = ["湾城港补助多少？"] + ["那呢？"] * 6
    assert "湾城港" not in complete("那呢？", late)[0] and "湾城港" in complete("那呢？", late[:3])[0]
    assert len(complete("那呢？", ["湾城港" * 3000])[0]) < 1000


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40), st.lists(st.text(max_size=60), max_size=8))
def test_any_text_is_completed(asked, earlier):
    text, focus = complete(asked, earlier)
    assert text if focus else text == asked
    assert all(np.isfinite(list(features(asked, earlier).values())))


def test_the_head_is_that_of_its_weights():
    head = Head(("a", "b"), (2.0, -1.0), (1.0, 0.0), (2.0, 1.0), 0.5)
    assert head.score({"a": 3.0, "b": 1.0}) == 0.5 + 2.0 - 1.0


def test_fitting_finds_what_tells_two_kinds_apart():
    chance = np.random.default_rng(3)
    x = chance.normal(size=(200, 3))
    weights, mean, scale, bias = fit(x, (x[:, 1] > 0).astype(float), chance.normal(size=(10, 3)) - 2)
    assert abs(weights).argmax() == 1 and ((((x - mean) / scale) @ weights + bias > 0) == (x[:, 1] > 0)).mean() > 0.9


def test_training_writes_weights_that_name_their_data(tmp_path):
    (tmp_path / "pairs").mkdir()
    rows = [{"question": f"那{n}号呢", "history": ["湾城港补助多少？"], "leans": True} for n in range(12)]
    rows += [{"question": f"湾城船员证{n}天办结吗", "history": ["东港补助多少？"], "leans": False} for n in range(12)]
    whole = [{"question": f"湾城港口第{n}号泊位的设计吞吐能力是多少万吨？"} for n in range(20)]
    for name, lines in (("followups.jsonl", rows), ("pairs/a.jsonl", whole)):
        (tmp_path / name).write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    for out in ("one.json", "other.json"):
        train(tmp_path, tmp_path / out, tmp_path / "followups.jsonl", tmp_path / "followups.jsonl")
    told = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "other.json").read_bytes()
    assert set(told["data"]) == {"followups.jsonl", "a.jsonl"} and told["accuracy"]["cross_validated"] > 0.9
