"""Times TransformerLens 2.15.4 on the exact single-head sweep of SmolLM2, as its users write it.

usage: transformerlens_sweep.py GGUF PROMPTS.json THREADS HEADS
PROMPTS.json: {"clean": [[ids]], "corrupt": [[ids]], "answers": [id], "wrong": [id]}, all prompts of one length.
HEADS: how many of the 270 heads to time, spread evenly, or "all"; a head costs one full pass whichever it is.
Prints one JSON object: seconds per plain pass, per head and for all heads, the effects, peak memory.
"""
import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from transformer_lens import HookedTransformer, HookedTransformerConfig, patching

gguf_path, prompts_path, threads, heads = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
torch.set_num_threads(threads)
torch.set_grad_enabled(False)

LAYERS, HEADS, KV_HEADS, WIDTH, HEAD, HIDDEN, VOCAB = 30, 9, 3, 576, 64, 1536, 49152


def load() -> HookedTransformer:
    config = HookedTransformerConfig(
        n_layers=LAYERS, d_model=WIDTH, n_ctx=128, d_head=HEAD, n_heads=HEADS, n_key_value_heads=KV_HEADS,
        d_mlp=HIDDEN, d_vocab=VOCAB, act_fn="silu", normalization_type="RMS", positional_embedding_type="rotary",
        rotary_dim=HEAD, rotary_base=100000, rotary_adjacent_pairs=False, gated_mlp=True, final_rms=True,
        eps=9.999999747378752e-06, original_architecture="LlamaForCausalLM", device="cpu", dtype=torch.float32,
    )
    model = HookedTransformer(config)
    stored = {t.name: torch.from_numpy(np.ascontiguousarray(dequantize(t.data, t.tensor_type).astype(np.float32)))
              for t in GGUFReader(gguf_path).tensors}

    def unpermuted(weight: torch.Tensor, n_heads: int) -> torch.Tensor:
        return weight.reshape(n_heads, HEAD // 2, 2, WIDTH).swapaxes(1, 2).reshape(weight.shape)

    def per_head(weight: torch.Tensor, n_heads: int) -> torch.Tensor:
        return weight.reshape(n_heads, HEAD, WIDTH).transpose(1, 2).contiguous()

    embedding = stored["token_embd.weight"]
    state = {"embed.W_E": embedding, "unembed.W_U": embedding.T.contiguous(), "unembed.b_U": torch.zeros(VOCAB),
             "ln_final.w": stored["output_norm.weight"]}
    for layer in range(LAYERS):
        weight = lambda name: stored[f"blk.{layer}.{name}.weight"]
        block = f"blocks.{layer}."
        state |= {
            block + "ln1.w": weight("attn_norm"), block + "ln2.w": weight("ffn_norm"),
            block + "attn.W_Q": per_head(unpermuted(weight("attn_q"), HEADS), HEADS),
            block + "attn._W_K": per_head(unpermuted(weight("attn_k"), KV_HEADS), KV_HEADS),
            block + "attn._W_V": per_head(weight("attn_v"), KV_HEADS),
            block + "attn.W_O": weight("attn_output").T.reshape(HEADS, HEAD, WIDTH).contiguous(),
            block + "attn.b_Q": torch.zeros(HEADS, HEAD), block + "attn._b_K": torch.zeros(KV_HEADS, HEAD),
            block + "attn._b_V": torch.zeros(KV_HEADS, HEAD), block + "attn.b_O": torch.zeros(WIDTH),
            block + "mlp.W_gate": weight("ffn_gate").T.contiguous(), block + "mlp.W_in": weight("ffn_up").T.contiguous(),
            block + "mlp.W_out": weight("ffn_down").T.contiguous(),
            block + "mlp.b_in": torch.zeros(HIDDEN), block + "mlp.b_out": torch.zeros(WIDTH),
        }
    model.load_state_dict(state, strict=False)
    return model


def timed(action, repeat=1):
    start = time.perf_counter()
    for _ in range(repeat):
        result = action()
    return (time.perf_counter() - start) / repeat, result


model = load()
prompts = json.load(open(prompts_path))
clean, corrupt = torch.tensor(prompts["clean"]), torch.tensor(prompts["corrupt"])
answers, wrong, rows = torch.tensor(prompts["answers"]), torch.tensor(prompts["wrong"]), torch.arange(len(clean))
difference = lambda logits: (logits[rows, -1, answers] - logits[rows, -1, wrong]).mean()

model(clean)
pass_seconds, logits = timed(lambda: model(clean), 3)
_, (corrupt_logits, cache) = timed(lambda: model.run_with_cache(corrupt, names_filter=lambda name: name.endswith("hook_z")))
index = pd.DataFrame([(layer, head) for layer in range(LAYERS) for head in range(HEADS)], columns=["layer", "head"])
total = len(index)
if heads != "all":
    index = index.iloc[np.linspace(0, total - 1, int(heads)).astype(int)].reset_index(drop=True)
sweep_seconds, patched = timed(lambda: patching.generic_activation_patch(
    model, clean, cache, difference, patch_setter=patching.layer_head_vector_patch_setter, activation_name="z", index_df=index))
full = float(difference(logits))
print(json.dumps({
    "passSeconds": pass_seconds,
    "headSeconds": sweep_seconds / len(index),
    "sweepSeconds": sweep_seconds / len(index) * total,
    "timedHeads": len(index),
    "full": full,
    "effects": {f"a{int(row.layer)}.h{int(row['head'])}": float(patched[i]) - full for i, row in index.iterrows()},
    "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}))
