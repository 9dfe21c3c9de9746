"""The reader's network: a BERT encoder over word vectors, told from its fourth layer on which words both sides share, a
head that says whether the body answers, and one that says where. For training and exporting only; answers are read
through ONNX Runtime (see graph).

Devlin et al. 2019 for the encoder. The word table and the lowest layers stay those of the embedding model: they know
the language, and what is not trained need not be kept in the repository. Its highest layers, which serve pooling, are
left out: a quarter less to train and to wait for (Sajjad et al. 2023).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from rag.reading.inputs import MARKS

LAYERS = 9  # of the embedding model's twelve, the lowest
FROZEN = 3  # of those, left as they are
_PARTS = {  # of a layer: our name → that of the published weights
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "mixed": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "out": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of an encoder, named as in a BERT config.json."""

    hidden_size: int
    num_attention_heads: int
    intermediate_size: int
    layer_norm_eps: float

    @classmethod
    def of(cls, base: Path) -> Shape:
        """That of the model in the folder `base`."""
        told = json.loads((base / "config.json").read_text(encoding="utf-8"))
        return cls(**{name: told[name] for name in cls.__dataclass_fields__})


class Layer(nn.Module):
    """Self-attention, then a feed-forward layer, each with its residual and layer norm behind it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        size, eps = shape.hidden_size, shape.layer_norm_eps
        self.heads = shape.num_attention_heads
        self.query, self.key, self.value, self.mix = (nn.Linear(size, size) for _ in range(4))
        self.mixed, self.out = nn.LayerNorm(size, eps), nn.LayerNorm(size, eps)
        self.wide, self.narrow = nn.Linear(size, shape.intermediate_size), nn.Linear(shape.intermediate_size, size)

    def forward(self, states: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """States [batch, tokens, size]; `bias` [batch, 1, 1, tokens] is -inf where there is padding."""
        query, key, value = (self._split(part(states)) for part in (self.query, self.key, self.value))
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        together = attended.transpose(1, 2).flatten(2)
        states = self.mixed(states + self.mix(together))
        return self.out(states + self.narrow(functional.gelu(self.wide(states))))

    def _split(self, states: torch.Tensor) -> torch.Tensor:
        batch, tokens, size = states.shape
        return states.view(batch, tokens, self.heads, size // self.heads).transpose(1, 2)


class Network(nn.Module):
    """Word vectors and marks in, scores out; the word table is outside."""

    def __init__(self, shape: Shape, positions: int) -> None:
        super().__init__()
        size = shape.hidden_size
        self.positions = nn.Embedding(positions, size)
        self.kind = nn.Parameter(torch.zeros(size))  # the token type every token has
        self.embedded = nn.LayerNorm(size, shape.layer_norm_eps)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(LAYERS))
        self.marks = nn.Embedding(MARKS, size)
        nn.init.zeros_(self.marks.weight)
        self.hidden, self.answers, self.ends = nn.Linear(size, size), nn.Linear(size, 1), nn.Linear(size, 2)
        self.drop = nn.Dropout(0.1)

    def forward(
        self, words: torch.Tensor, marks: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Word vectors float32 [batch, tokens, size], marks and mask int64 [batch, tokens] → the log-odds that the body
        answers [batch], and each token's scores as the answer's first and last [batch, tokens, 2]."""
        places = torch.arange(words.shape[1], device=words.device)
        bias = (1.0 - mask[:, None, None, :].to(words.dtype)) * -1e4
        states = self.embedded(words + self.positions(places) + self.kind)
        for layer in self.layers[:FROZEN]:
            states = layer(states, bias)
        states = self.drop(states + self.marks(marks))
        for layer in self.layers[FROZEN:]:
            states = layer(states, bias)
        said = functional.gelu(self.hidden(self.drop(states[:, 0])))
        return self.answers(said)[:, 0], self.ends(states)

    def freeze(self) -> None:
        """What is not trained takes no gradients."""
        for part in (self.positions, self.embedded, *self.layers[:FROZEN]):
            part.requires_grad_(False)
        self.kind.requires_grad_(False)

    def trained(self) -> dict[str, torch.Tensor]:
        """The weights that are not the base's own, by name."""
        own = (
            *tuple(f"layers.{i}." for i in range(FROZEN, len(self.layers))),
            "marks.",
            "hidden.",
            "answers.",
            "ends.",
        )
        return {name: weight for name, weight in self.state_dict().items() if name.startswith(own)}


def on_base(base: Path) -> Network:
    """A network with the layers of the embedding model in the folder `base`, its heads still untrained."""
    from safetensors.torch import load_file

    shape = Shape.of(base)
    given = load_file(base / "model.safetensors")
    network = Network(shape, given["embeddings.position_embeddings.weight"].shape[0])
    own = {
        "positions.weight": given["embeddings.position_embeddings.weight"],
        "kind": given["embeddings.token_type_embeddings.weight"][0],
        "embedded.weight": given["embeddings.LayerNorm.weight"],
        "embedded.bias": given["embeddings.LayerNorm.bias"],
    }
    for i in range(LAYERS):
        for ours, theirs in _PARTS.items():
            for kind in ("weight", "bias"):
                own[f"layers.{i}.{ours}.{kind}"] = given[f"encoder.layer.{i}.{theirs}.{kind}"]
    left, odd = network.load_state_dict(own, strict=False)
    if odd or any(name.startswith(("layers.", "positions", "kind", "embedded")) for name in left):
        raise ValueError(f"{base}: no BERT encoder ({[*odd, *left][:3]})")
    return network


def word_table(base: Path) -> torch.Tensor:
    """float32 [words, size], read by page from the model's file."""
    from safetensors import safe_open

    with safe_open(base / "model.safetensors", "pt") as file:
        return file.get_tensor("embeddings.word_embeddings.weight")
