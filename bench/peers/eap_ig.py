"""Scores of EAP-IG (hannamw/EAP-IG at 795f560, as it is) for every edge of the embedded model or of SmolLM2.

usage: eap_ig.py PROMPTS.json EAP_IG_FOLDER MODEL OUT_FOLDER METHODS CIRCUIT THREADS
PROMPTS.json: {"discovery": [{"clean": [ids], "corrupt": [ids], "answer": id, "wrong": id}], ...}
MODEL is the embedded model's folder or SmolLM2's GGUF file; METHODS are our names of ways of scoring, with commas.
Writes OUT_FOLDER/METHOD.json as EAP-IG's own graph; a score is the change of the mean logit difference when the edge is
cut, so helpful edges are negative. CIRCUIT is a graph of anyone's, whose circuit EAP-IG evaluates, or "none". Prints one JSON object:
seconds by method, f of that circuit where there is one.
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch

prompts_path, eap_ig, model_path, out, methods, circuit, threads = sys.argv[1:8]
torch.set_num_threads(int(threads))
sys.path.insert(0, f"{eap_ig}/src")
plain_zeros = torch.zeros


def zeros(*args, **kwargs):
    """EAP-IG names the device "cuda" in its code; this machine may have none."""
    return plain_zeros(*args, **({**kwargs, "device": "cpu"} if kwargs.get("device") == "cuda" else kwargs))


torch.zeros = zeros
import eap.attribute as attribute_module
import eap.evaluate as evaluate_module
from eap.attribute import attribute
from eap.evaluate import evaluate_graph
from eap.graph import Graph

import smollm2_model
import sprig_model
from prompts import batches, read_prompts


def given_tokens(_model, tokens, _max_length=None):
    """Token ids in the place of EAP-IG's own tokenizing; prompts of a batch have one length."""
    return tokens, torch.ones_like(tokens), torch.full((len(tokens),), tokens.shape[1]), tokens.shape[1]


attribute_module.tokenize_plus = given_tokens
evaluate_module.tokenize_plus = given_tokens
load = smollm2_model.load if model_path.endswith(".gguf") else sprig_model.load
model = load(model_path, split=True)
data = batches(read_prompts(prompts_path)["discovery"])
loader = [(batch.clean, batch.corrupt, batch) for batch in data]


def difference(logits, _clean_logits, _lengths, batch):
    """Summed, since EAP-IG divides by the number of examples itself."""
    return batch.differences(logits).sum()


METHODS = {
    "attribution": ("EAP", None),
    "integrated-gradients": ("EAP-IG-inputs", 5),
    "clean-corrupted": ("clean-corrupted", None),
    "information-flow": ("information-flow-routes", None),
    "integrated-gradients-activations": ("EAP-IG-activations", 5),
}
seconds = {}
for name in methods.split(","):
    method, steps = METHODS[name]
    graph = Graph.from_model(model)
    start = time.perf_counter()
    attribute(model, graph, loader, difference, method=method, ig_steps=steps, quiet=True)
    seconds[name] = time.perf_counter() - start
    graph.to_json(f"{out}/{name}.json")


def mean_difference(which):
    """Of whole runs on the clean or the corrupt prompts."""
    return torch.cat([batch.differences(model(getattr(batch, which))) for batch in data]).mean()


def faithfulness(file):
    """f of the circuit that a graph holds."""
    with torch.no_grad():
        graph = Graph.from_json(file)
        kept = evaluate_graph(model, graph, loader, lambda logits, _clean, _lengths, batch: batch.differences(logits), quiet=True)
        full, empty = mean_difference("clean"), mean_difference("corrupt")
    return float((kept.mean() - empty) / (full - empty))


print(json.dumps({"seconds": seconds, **({} if circuit == "none" else {"faithfulness": faithfulness(circuit)})}))
