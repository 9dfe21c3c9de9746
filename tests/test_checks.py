"""What may be asked, by whichever door: conversations, filters, numbers of results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import BadInput
from rag import checks
from rag.schema import Filters

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*checks.FILTERS, "role", "x"]), inner),
    max_leaves=8,
)


@given(JSON)
def test_anything_is_taken_or_refused_in_one_chinese_line(said):
    for check in (checks.filters, checks.turns, checks.results):
        try:
            check(said)
        except BadInput as error:
            assert "\n" not in str(error) and not str(error).isascii()


def test_filters_are_read_as_they_are_named():
    assert checks.filters({"document": "条例", "year": 2024, "status": None}) == Filters(document="条例", year=2024)
    for wrong in ({"year": "2024"}, {"year": True}, {"status": "old"}, {"documents": "x"}, [], {"region": "长" * 201}):
        with pytest.raises(BadInput):
            checks.filters(wrong)


def test_the_api_knows_every_filter():
    from serve.forms import Narrowing

    assert tuple(Narrowing.model_fields) == checks.FILTERS


def test_turns_lose_what_no_text_has_and_long_conversations_are_refused():
    assert checks.turns([{"role": "user", "content": "甲\ud800乙", "more": 1}]) == [{"role": "user", "content": "甲乙"}]
    for wrong in (
        [{"role": "user"}],
        "x",
        [{"role": "user", "content": "x"}] * 201,
        [{"role": "user", "content": "x" * 50_001}],
    ):
        with pytest.raises(BadInput):
            checks.turns(wrong)


@pytest.mark.parametrize("k", [0, -1, 1001, True, "3", None, 2.5])
def test_a_number_of_results_is_a_whole_one_within_bounds(k):
    with pytest.raises(BadInput):
        checks.results(k)
    assert checks.results(1) == 1 and checks.results(1000) == 1000
