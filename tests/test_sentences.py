"""Sentences of a clause as spans of its text."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from parsing import bare

from index.sentences import split_sentences


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="甲乙丙。；，、（）《》“”！？\n 1．%责任单位：", max_size=400))
def test_sentences_cover_the_text_in_order_without_overlap(text):
    spans = split_sentences(text)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert bare("".join(text[a:b] for a, b in spans)) == bare(text)


def test_the_bracket_of_units_is_a_sentence_of_its_own():
    text = "支持建设（含改造）。推进落实（责任单位：市财政局）"
    assert [text[a:b] for a, b in split_sentences(text)] == [
        "支持建设（含改造）。",
        "推进落实",
        "（责任单位：市财政局）",
    ]
