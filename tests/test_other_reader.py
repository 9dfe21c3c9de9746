"""Another reader: any question-answering model by its folder, tried with a tiny one of random weights."""

import pytest
from conftest import needs_models

from index.errors import ModelError
from index.settings import E5, Settings
from rag.reading.inputs import Pair
from rag.reading.reader import open_reader


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    path = tmp_path_factory.mktemp("reader")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(Settings().models_dir / E5 / "tokenizer.json"),
        bos_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        cls_token="<s>",
        unk_token="<unk>",
        pad_token="<pad>",
    )
    tokenizer.save_pretrained(path)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    BertForQuestionAnswering(config).save_pretrained(path)
    return path


@needs_models
def test_another_model_reads_and_marks_words_of_the_body_alone(folder):
    reader = open_reader(Settings(reader=str(folder)))
    body = "博士每人补助二十万元，硕士每人补助八万元。"
    found = reader.read([Pair("博士补助多少？", "购房补助办法", body), Pair("硕士呢？", "", body)])
    assert len(found) == 2
    for reading in found:
        assert 0 <= reading.span[0] < reading.span[1] <= len(body)
        assert 0 < reading.sure <= 1


def test_no_reader_is_a_setting_and_a_wrong_one_is_named(tmp_path):
    assert open_reader(Settings(reader="none")) is None
    with pytest.raises(ModelError, match="reader"):
        open_reader(Settings(reader=str(tmp_path)))
