"""Times TransformerLens 2.15.4 on the exact single-head sweep of SmolLM2, as its users write it.

usage: transformerlens_sweep.py PROMPTS.json GGUF HEADS THREADS
PROMPTS.json: {"discovery": [{"clean": [ids], "corrupt": [ids], "answer": id, "wrong": id}], ...}, all of one length.
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
from transformer_lens import patching

from prompts import batches, read_prompts
from smollm2_model import HEADS, LAYERS, load

prompts_path, gguf_path, heads, threads = sys.argv[1:5]
torch.set_num_threads(int(threads))
torch.set_grad_enabled(False)


def timed(action, repeat=1):
    start = time.perf_counter()
    for _ in range(repeat):
        result = action()
    return (time.perf_counter() - start) / repeat, result


model = load(gguf_path)
[batch] = batches(read_prompts(prompts_path)["discovery"])
difference = lambda logits: batch.differences(logits).mean()

model(batch.clean)
pass_seconds, logits = timed(lambda: model(batch.clean), 3)
_, cache = model.run_with_cache(batch.corrupt, names_filter=lambda name: name.endswith("hook_z"))
index = pd.DataFrame([(layer, head) for layer in range(LAYERS) for head in range(HEADS)], columns=["layer", "head"])
total = len(index)
if heads != "all":
    index = index.iloc[np.linspace(0, total - 1, int(heads)).astype(int)].reset_index(drop=True)
sweep_seconds, patched = timed(lambda: patching.generic_activation_patch(
    model, batch.clean, cache, difference, patch_setter=patching.layer_head_vector_patch_setter, activation_name="z",
    index_df=index))
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
