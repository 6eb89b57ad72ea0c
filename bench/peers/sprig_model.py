"""The embedded model as a HookedTransformer, and prompts of token ids in batches of one length."""
import json
from collections import defaultdict

import torch
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights
from transformers import GPT2LMHeadModel


def load(folder: str, split: bool) -> HookedTransformer:
    """split: heads, their inputs and MLP inputs apart, as edge methods need them."""
    hf = GPT2LMHeadModel.from_pretrained(folder, attn_implementation="eager").eval()
    c = hf.config
    config = HookedTransformerConfig(
        n_layers=c.n_layer, d_model=c.n_embd, n_ctx=c.n_ctx, d_head=c.n_embd // c.n_head, n_heads=c.n_head,
        d_mlp=c.n_inner, d_vocab=c.vocab_size, act_fn="gelu_new", normalization_type="LN",
        eps=c.layer_norm_epsilon, device="cpu", dtype=torch.float32, default_prepend_bos=False,
    )
    model = HookedTransformer(config)
    model.load_state_dict(convert_gpt2_weights(hf, config), strict=False)
    model.unembed.b_U.data.zero_()
    if split:
        model.set_use_attn_result(True)
        model.set_use_split_qkv_input(True)
        model.set_use_hook_mlp_in(True)
    return model.eval()


class Batch:
    """Prompts of one length: token ids "example position", right and wrong answers."""

    def __init__(self, prompts: list[dict]):
        self.clean = torch.tensor([p["clean"] for p in prompts])
        self.corrupt = torch.tensor([p["corrupt"] for p in prompts])
        self.answers = torch.tensor([p["answer"] for p in prompts])
        self.wrong = torch.tensor([p["wrong"] for p in prompts])

    def differences(self, logits: torch.Tensor) -> torch.Tensor:
        rows = torch.arange(len(self.answers))
        return logits[rows, -1, self.answers] - logits[rows, -1, self.wrong]


def batches(prompts: list[dict]) -> list[Batch]:
    by_length = defaultdict(list)
    for prompt in prompts:
        by_length[len(prompt["clean"])].append(prompt)
    return [Batch(group) for _, group in sorted(by_length.items())]


def read_prompts(path: str) -> dict[str, list[dict]]:
    with open(path) as file:
        return json.load(file)
