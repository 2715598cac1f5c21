"""Packs a trained network for run time: one text at a time, int8, ONNX, with everything the engine must know inside.

Trains nothing. The graph is written for one text of any length, (1, pieces) to (1, heads): no mask, no padding, one
product for query, key and value.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from benchmarks.analyser.encoder.network import WIDTH, Network

ATTENTION_HEADS = 12
OPSET = 17


class _Words(nn.Module):
    """A word table in int8 with one scale a row: (pieces,) to (pieces, WIDTH)."""

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        scales = table.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127.0
        self.register_buffer("steps", torch.round(table / scales).to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor) -> Tensor:
        return self.steps[ids].float() * self.scales[ids]


class _Layer(nn.Module):
    """One layer of BERT over one text, (pieces, WIDTH) in and out; query, key and value come of one product."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        asked = (layer.attention.self.query, layer.attention.self.key, layer.attention.self.value)
        self.asked = nn.Linear(WIDTH, 3 * WIDTH)
        self.asked.weight = nn.Parameter(torch.cat([part.weight for part in asked]))
        self.asked.bias = nn.Parameter(torch.cat([part.bias for part in asked]))
        self.given, self.norm = layer.attention.output.dense, layer.attention.output.LayerNorm
        self.wide, self.narrow, self.last = layer.intermediate.dense, layer.output.dense, layer.output.LayerNorm

    def forward(self, states: Tensor) -> Tensor:
        depth = WIDTH // ATTENTION_HEADS
        query, key, value = self.asked(states).view(-1, 3, ATTENTION_HEADS, depth).permute(1, 2, 0, 3).unbind(0)
        heed = torch.softmax(query @ key.transpose(1, 2) / math.sqrt(depth), dim=-1)
        seen = (heed @ value).transpose(0, 1).reshape(-1, WIDTH)
        states = self.norm(states + self.given(seen))
        return self.last(states + self.narrow(nn.functional.gelu(self.wide(states))))


class Packed(nn.Module):
    """A network with its last layer replaced by `heads`, for one text: ids (1, pieces) to sums (1, heads)."""

    def __init__(self, network: Network, heads: nn.Linear) -> None:
        super().__init__()
        embeddings = network.encoder.embeddings
        self.words = _Words(embeddings.word_embeddings.weight.detach())
        places = embeddings.position_embeddings.weight.detach() + embeddings.token_type_embeddings.weight.detach()[0]
        self.register_buffer("places", places)
        self.norm = embeddings.LayerNorm
        self.layers = nn.ModuleList([_Layer(layer) for layer in network.encoder.encoder.layer])
        self.heads = heads

    def forward(self, ids: Tensor) -> Tensor:
        row = ids[0]
        states = self.norm(self.words(row) + self.places[: row.shape[0]])
        for layer in self.layers:
            states = layer(states)
        return self.heads(states.mean(0, keepdim=True))


def pack(network: Network, heads: nn.Linear, facts: Mapping[str, Any], path: Path) -> None:
    """Write the int8 graph to `path`. Products are quantised per channel to 7 bits, so that no CPU saturates a sum."""
    module = Packed(network.eval(), heads).eval()
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            module,
            (torch.tensor([[2, 10, 11, 12, 3]]),),
            str(whole),
            input_names=["ids"],
            output_names=["sums"],
            dynamic_axes={"ids": {1: "pieces"}},
            opset_version=OPSET,
            dynamo=False,
        )
        quantize_dynamic(
            whole,
            path,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=_last_product(whole),
        )
    graph = onnx.load(path)
    assert not any(node.op_type == "MatMulInteger" and "heads" in node.name for node in graph.graph.node)
    graph.doc_string = graph.producer_name = graph.producer_version = ""
    del graph.metadata_props[:]
    onnx.helper.set_model_props(graph, {"spectrum": json.dumps(facts, sort_keys=True)})
    onnx.save(graph, path)


def _last_product(path: Path) -> list[str]:
    """The product of the heads stays exact: it is small, and what it says is told to people."""
    (last,) = [node.name for node in onnx.load(path).graph.node if node.op_type in {"MatMul", "Gemm"}][-1:]
    return [last, f"{last}_MatMul"]  # as the quantiser calls what it makes of a Gemm
