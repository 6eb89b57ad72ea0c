"""Times PyTorch's training of a dictionary on given states, from given first weights.

usage: sae_train.py PROMPTS.json FOLDER KIND FORM THREADS
FOLDER holds job.json ({"rows", "dIn", "dSae", "k", "sparsity", "rate", "steps"}) and float32 files: states.f32 [steps, rows, dIn],
wEnc.f32 [dIn, dSae], wDec.f32 [dSae, dIn], bDec.f32 [dIn]. KIND is topk or l1. FORM is "dense", or for topk "sparse", where the decoder
is an embedding bag of the chosen features.
Prints one JSON object: the version of PyTorch, and by step its seconds and the explained variance before it.
"""
import json
import os
import sys
import time

import numpy as np
import torch

_, folder, kind, form, threads = sys.argv[1:6]
torch.set_num_threads(int(threads))
with open(os.path.join(folder, "job.json")) as file:
    job = json.load(file)
d_in, d_sae, k = job["dIn"], job["dSae"], job["k"]


def read(name: str, *shape: int) -> torch.Tensor:
    return torch.from_numpy(np.fromfile(os.path.join(folder, name + ".f32"), dtype=np.float32).reshape(shape))


states = read("states", job["steps"], job["rows"], d_in)
w_enc = read("wEnc", d_in, d_sae).requires_grad_()
w_dec = read("wDec", d_sae, d_in).requires_grad_()
b_dec = read("bDec", d_in).requires_grad_()
b_enc = torch.zeros(d_sae, requires_grad=True)
optimiser = torch.optim.Adam([w_enc, b_enc, w_dec, b_dec], lr=job["rate"], betas=(0.9, 0.999))

seconds, explained = [], []
for x in states:
    start = time.perf_counter()
    pre = (x - b_dec) @ w_enc + b_enc
    if kind == "l1":
        f = torch.relu(pre)
        out = f @ w_dec + b_dec
    else:
        top = pre.topk(k, dim=-1)
        if form == "sparse":
            out = torch.nn.functional.embedding_bag(
                top.indices, w_dec, per_sample_weights=torch.relu(top.values), mode="sum") + b_dec
        else:
            out = torch.zeros_like(pre).scatter(-1, top.indices, torch.relu(top.values)) @ w_dec + b_dec
    squared = (x - out).pow(2).sum()
    spread = (x - x.mean(0)).pow(2).sum()
    if kind == "l1":
        loss = squared / len(x) + job["sparsity"] * (f * w_dec.norm(dim=1)).sum() / len(x)
    else:
        loss = squared / spread
    optimiser.zero_grad()
    loss.backward()
    if kind == "topk":
        with torch.no_grad():
            w_dec.grad -= (w_dec.grad * w_dec).sum(1, keepdim=True) * w_dec
    optimiser.step()
    if kind == "topk":
        with torch.no_grad():
            w_dec /= w_dec.norm(dim=1, keepdim=True)
    seconds.append(time.perf_counter() - start)
    explained.append(float(1 - squared.detach() / spread))
print(json.dumps({"version": torch.__version__, "seconds": seconds, "ev": explained}))
