"""Greedy pruning of heads as users of TransformerLens write it: hooks and whole passes, nothing resumed or shared.

usage: transformerlens_prune.py MODEL_FOLDER PROMPTS.json THREADS THRESHOLD
Every head's effect alone is measured, then each is tried, the weakest first, and stays out while |1 - f| <= 1 - THRESHOLD and
the accuracy is at least THRESHOLD of the model's; passes until one removes nothing. Prints one JSON object.
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch

from sprig_model import batches, load, read_prompts

model_folder, prompts_path, threads, threshold = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
model = load(model_folder, split=False)
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


start = time.perf_counter()
caches = [model.run_with_cache(batch.corrupt, names_filter=lambda name: name.endswith("hook_z"))[1] for batch in data]
everything = set(heads)
full, accuracy = figures(everything)
empty, _ = figures(set())
effects = {head: abs(figures(everything - {head})[0] - full) for head in heads}
trials = 0
kept = set(everything)
removed = True
while removed:
    removed = False
    for head in sorted(kept, key=effects.get):
        value, right = figures(kept - {head})
        trials += 1
        if abs(1 - (value - empty) / (full - empty)) <= 1 - threshold and right >= threshold * accuracy:
            kept.remove(head)
            removed = True
seconds = time.perf_counter() - start
print(json.dumps({
    "seconds": seconds,
    "trials": trials,
    "kept": [f"a{layer}.h{head}" for layer, head in sorted(kept)],
    "full": full,
    "empty": empty,
}))
