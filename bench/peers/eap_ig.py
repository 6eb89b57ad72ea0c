"""Scores of EAP-IG (hannamw/EAP-IG at 795f560, as it is) for every edge of the embedded model.

usage: eap_ig.py PROMPTS.json EAP_IG_FOLDER MODEL_FOLDER OUT_FOLDER CIRCUIT.json THREADS
PROMPTS.json: {"discovery": [{"clean": [ids], "corrupt": [ids], "answer": id, "wrong": id}], ...}
Writes OUT_FOLDER/METHOD.json as EAP-IG's own graph; a score is the change of the mean logit difference when the edge is
cut, so helpful edges are negative. CIRCUIT.json is a graph of anyone's, whose circuit EAP-IG evaluates. Prints one JSON object:
seconds by method, f of that circuit.
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch

prompts_path, eap_ig, model_folder, out, circuit, threads = sys.argv[1:7]
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

from prompts import batches, read_prompts
from sprig_model import load


def given_tokens(_model, tokens, _max_length=None):
    """Token ids in the place of EAP-IG's own tokenizing; prompts of a batch have one length."""
    return tokens, torch.ones_like(tokens), torch.full((len(tokens),), tokens.shape[1]), tokens.shape[1]


attribute_module.tokenize_plus = given_tokens
evaluate_module.tokenize_plus = given_tokens
model = load(model_folder, split=True)
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
for name, (method, steps) in METHODS.items():
    graph = Graph.from_model(model)
    start = time.perf_counter()
    attribute(model, graph, loader, difference, method=method, ig_steps=steps, quiet=True)
    seconds[name] = time.perf_counter() - start
    graph.to_json(f"{out}/{name}.json")


def mean_difference(which):
    """Of whole runs on the clean or the corrupt prompts."""
    return torch.cat([batch.differences(model(getattr(batch, which))) for batch in data]).mean()


with torch.no_grad():
    graph = Graph.from_json(circuit)
    kept = evaluate_graph(model, graph, loader, lambda logits, _clean, _lengths, batch: batch.differences(logits), quiet=True)
    full, empty = mean_difference("clean"), mean_difference("corrupt")
print(json.dumps({"seconds": seconds, "faithfulness": float((kept.mean() - empty) / (full - empty))}))
