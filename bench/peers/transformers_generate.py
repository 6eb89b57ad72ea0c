"""Times Transformers' greedy generation with its key-value cache on SmolLM2 in float32.

usage: transformers_generate.py PROMPTS.json GGUF TOKENS THREADS
PROMPTS.json: {"discovery": [{"clean": [ids], ...}], ...}: each prompt goes on by itself for TOKENS tokens after its first new one.
Prints one JSON object: the version of Transformers, and by prompt the seconds of one token (the median of three) and the new ids.
"""
import json
import os
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch
import transformers
from transformers import AutoModelForCausalLM

from prompts import read_prompts

prompts_path, gguf_path, tokens, threads = sys.argv[1:5]
torch.set_num_threads(int(threads))
folder, name = os.path.split(gguf_path)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()


def generate(ids: torch.Tensor, count: int) -> tuple[float, list[int]]:
    start = time.perf_counter()
    made = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=count,
                          min_new_tokens=count, pad_token_id=0)
    return time.perf_counter() - start, made[0, ids.shape[1]:].tolist()


results = []
for prompt in read_prompts(prompts_path)["discovery"]:
    ids = torch.tensor([prompt["clean"]])
    generate(ids, 2)
    seconds = []
    for _ in range(3):
        first, _ = generate(ids, 1)
        whole, made = generate(ids, 1 + int(tokens))
        seconds.append((whole - first) / int(tokens))
    results.append({"seconds": statistics.median(seconds), "ids": made})
print(json.dumps({"version": transformers.__version__, "prompts": results}))
