"""Greedy pruning of heads as users of TransformerLens write it: hooks and whole passes, nothing resumed or shared.

usage: transformerlens_prune.py PROMPTS.json MODEL THRESHOLD TRIALS THREADS
MODEL: the embedded model's folder, or SmolLM2's GGUF file.
Every head's effect alone is measured, then each is tried, the weakest first, and stays out while |1 - f| <= 1 - THRESHOLD and
the accuracy is at least THRESHOLD of the model's; passes until one removes nothing. Prints one JSON object.
TRIALS: "all", or how many heads to take out alone, spread evenly over the model, instead of the search: its time is then that of
so many measurements, and a measurement is one full pass whichever head it takes out.
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import torch

import smollm2_model
import sprig_model
from prompts import batches, read_prompts

prompts_path, model_path, threshold, asked, threads = sys.argv[1:6]
threshold = float(threshold)
torch.set_num_threads(int(threads))
torch.set_grad_enabled(False)
model = smollm2_model.load(model_path) if model_path.endswith(".gguf") else sprig_model.load(model_path, split=False)
data = batches(read_prompts(prompts_path)["discovery"])
heads = [(layer, head) for layer in range(model.cfg.n_layers) for head in range(model.cfg.n_heads)]


def figures(kept: set) -> tuple[float, float]:
    """Mean logit difference and accuracy with the other heads' z taken from the corrupt run."""
    values, right = [], []
    for batch, cache in zip(data, caches):
        def patch(z, hook):
            for head in range(model.cfg.n_heads):
                if (hook.layer(), head) not in kept:
                    z[:, :, head] = cache[hook.name][:, :, head]
            return z

        logits = model.run_with_hooks(batch.clean, fwd_hooks=[(lambda name: name.endswith("hook_z"), patch)])
        values.append(batch.differences(logits))
        right.append((logits[:, -1].argmax(-1) == batch.answers).float())
    return float(torch.cat(values).mean()), float(torch.cat(right).mean())


def search() -> dict:
    everything = set(heads)
    full, accuracy = figures(everything)
    empty, _ = figures(set())
    effects = {head: abs(figures(everything - {head})[0] - full) for head in heads}
    measurements = len(heads)
    kept = set(everything)
    removed = True
    while removed:
        removed = False
        for head in sorted(kept, key=effects.get):
            value, right = figures(kept - {head})
            measurements += 1
            if abs(1 - (value - empty) / (full - empty)) <= 1 - threshold and right >= threshold * accuracy:
                kept.remove(head)
                removed = True
    return {"measurements": measurements, "kept": [f"a{layer}.h{head}" for layer, head in sorted(kept)]}


def sample(count: int) -> dict:
    for index in np.linspace(0, len(heads) - 1, count).astype(int):
        figures(set(heads) - {heads[index]})
    return {"measurements": count}


start = time.perf_counter()
caches = [model.run_with_cache(batch.corrupt, names_filter=lambda name: name.endswith("hook_z"))[1] for batch in data]
if asked != "all":
    figures(set(heads))
    start = time.perf_counter()
result = search() if asked == "all" else sample(int(asked))
print(json.dumps({"seconds": time.perf_counter() - start, **result}))
