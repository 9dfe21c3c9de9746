"""How strictly a text asks, what it denies and what it turns round."""

import pytest

from index.entities.modality import (
    ASKED_FOR,
    DUTY,
    FIRM,
    PERMITTED,
    TENTATIVE,
    deontic_strength,
    modals,
    negations,
    reversals,
)


@pytest.mark.parametrize(
    ("half", "expected"),
    [
        ("渡口应当设置标志", DUTY), ("不得超载", DUTY), ("积极争取设立口岸", ASKED_FOR), ("申报国家级港口", ASKED_FOR), ("探索建立联运机制", TENTATIVE), ("研究设立基金", TENTATIVE),
        ("开展岸电试点", TENTATIVE), ("鼓励使用岸电", PERMITTED), ("可以延期", PERMITTED), ("建设岸电设施", FIRM), ("科学研究基地", FIRM),
    ],
)  # fmt: skip
def test_how_strictly_a_half_sentence_asks(half, expected):
    assert deontic_strength(half) == expected


def test_words_of_duty_leave_and_degree():
    assert modals("应当设置标志，鼓励使用岸电，不得超载") == {"应当", "鼓励", "不得"}
    assert modals("设置标志") == set()


def test_what_is_denied_idioms_aside():
    assert negations("不得开工，未取得批准") == ["开工", "取得"]
    assert negations("不断完善无障碍设施，不少于三个，非遗保护") == []


def test_stopping_and_turning_round_must_be_the_source_s_own():
    assert reversals("暂停发放补贴", "发放补贴") == ["暂停"] and reversals("暂停发放", "暂停发放补贴") == []
    assert reversals("补贴提高一成", "补贴降低一成") == ["提高"] and reversals("补贴提高一成", "补贴提高或者降低") == []
