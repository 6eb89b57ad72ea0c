"""Scores of edges and circuits of AutoCircuit 1.0.1, as it is, on the embedded model.

usage: autocircuit.py PROMPTS.json MODEL_FOLDER OUT_FOLDER LIMIT THREADS
PROMPTS.json: {"discovery": [{"clean": [ids], "corrupt": [ids], "answer": id, "wrong": id}], "oneLength": [...]}
Writes OUT_FOLDER/METHOD.json for each way of scoring and OUT_FOLDER/acdc-TAU.json for each circuit of ACDC, as graphs of EAP-IG's
form; a positive score means that the edge helps. ACDC reads one batch alone, so its prompts are those of "oneLength"; it takes values of
tau, the largest first, until LIMIT seconds are over. Prints one JSON object: seconds by method, and by tau with its circuit's file.
"""
import json
import re
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch
from auto_circuit.data import PromptDataLoader, PromptDataset
from auto_circuit.prune_algos.ACDC import acdc_prune_scores
from auto_circuit.prune_algos.mask_gradient import mask_gradient_prune_scores
from auto_circuit.utils.graph_utils import patchable_model

from prompts import batches, read_prompts
from sprig_model import load

prompts_path, model_folder, out, limit, threads = sys.argv[1:6]
torch.set_num_threads(int(threads))
model = load(model_folder, split=True)
for parameter in model.parameters():
    parameter.requires_grad_(False)
patchable = patchable_model(model, factorized=True, slice_output="last_seq", separate_qkv=True)
prompts = read_prompts(prompts_path)
data = batches(prompts["discovery"])
examples = sum(len(batch.answers) for batch in data)


def loader(batch) -> PromptDataLoader:
    """One batch of prompts of one length, as AutoCircuit wants them."""
    dataset = PromptDataset(batch.clean, batch.corrupt, list(batch.answers[:, None]), list(batch.wrong[:, None]))
    return PromptDataLoader(dataset, seq_len=None, diverge_idx=0, batch_size=len(batch.answers), shuffle=False)


def node(name: str) -> str:
    """A0.1 is a0.h1, MLP 0 is m0."""
    fixed = {"Resid Start": "input", "Resid End": "logits"}
    return fixed.get(name) or re.sub(r"^A(\d+)\.(\d+)$", r"a\1.h\2", name).replace("MLP ", "m")


def named(edge) -> str:
    """As EAP-IG names edges: the input of a head in angle brackets."""
    source = node(edge.src.name)
    if edge.dest.head_idx is None:
        return f"{source}->{node(edge.dest.name)}"
    target, _, letter = edge.dest.name.rpartition(".")
    return f"{source}->{node(target)}<{letter.lower()}>"


def write(path: str, scores: dict[str, float], kept: set[str]) -> None:
    cfg = {"n_layers": model.cfg.n_layers, "n_heads": model.cfg.n_heads, "d_model": model.cfg.d_model}
    edges = {name: {"score": score, "in_graph": name in kept} for name, score in scores.items()}
    with open(path, "w") as file:
        json.dump({"cfg": cfg, "nodes": {}, "edges": edges}, file)


def averaged(**options) -> dict[str, float]:
    """Mask gradients of each length's batch, averaged by its share of the prompts."""
    totals = dict.fromkeys(map(named, patchable.edges), 0.0)
    for batch in data:
        scores = mask_gradient_prune_scores(patchable, loader(batch), None, "logit", "avg_diff", **options)
        for edge in patchable.edges:
            totals[named(edge)] += float(edge.prune_score(scores)) * len(batch.answers) / examples
    return totals


METHODS = {"attribution": {"mask_val": 0.0}, "integrated-gradients": {"integrated_grad_samples": 5}}
seconds = {}
for name, options in METHODS.items():
    start = time.perf_counter()
    scores = averaged(**options)
    seconds[name] = time.perf_counter() - start
    write(f"{out}/{name}.json", scores, set())

TAUS = [(1, -1), (3, -2), (1, -2), (3, -3), (1, -3)]
[batch] = batches(prompts["oneLength"])
circuits = []
begun = time.perf_counter()
for base, exponent in TAUS:
    if time.perf_counter() - begun > float(limit):
        break
    start = time.perf_counter()
    scores = acdc_prune_scores(patchable, loader(batch), None, tao_exps=[exponent], tao_bases=[base])
    taken = time.perf_counter() - start
    by_name = {named(edge): float(edge.prune_score(scores)) for edge in patchable.edges}
    kept = {name for name, score in by_name.items() if score == torch.inf}
    file = f"{out}/acdc-{base}e{exponent}.json"
    write(file, {name: float(name in kept) for name in by_name}, kept)
    circuits.append({"tau": f"{base * 10**exponent:g}", "seconds": taken, "file": file})
print(json.dumps({"seconds": seconds, "acdc": circuits}))
