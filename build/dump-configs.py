"""Writes test/reference/configs: the defaults of the config classes of Hugging Face Transformers 5, what these make of configs with
absent, old or contradictory fields, and tiny checkpoints with such configs and their logits.

Run once, outputs are committed: OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive python build/dump-configs.py
Versions: python 3.11, torch 2.13.0 (CPU), transformers 5.24.0, safetensors 0.8.0; the exact ones used are in the files.
"""

import dataclasses
import importlib
import json
import shutil
from importlib.metadata import version
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, GPT2Config, GPTNeoXConfig, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

transformers.logging.set_verbosity_error()
OUT = Path(__file__).parent.parent / "test" / "reference" / "configs"
CLASSES = {c.model_type: c for c in (GPT2Config, GPTNeoXConfig, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config)}
VERSIONS = {name: version(name) for name in ["torch", "transformers", "safetensors"]}


# Defaults


def defaults(config_class):
    """Of the fields as they are declared, before one follows from another; rotary fields as the class fills them in."""
    plain = {f.name: f.default for f in dataclasses.fields(config_class) if isinstance(f.default, (int, float, str, bool, type(None)))}
    rope = getattr(config_class(), "rope_parameters", None)
    if config_class is GPTNeoXConfig:
        return {**plain, "rotary_emb_base": rope["rope_theta"], "rotary_pct": rope["partial_rotary_factor"]}
    return {**plain, **({"rope_theta": rope["rope_theta"]} if rope else {})}


# What the classes make of a config


SCALED = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
SIZES = dict(num_hidden_layers=4, hidden_size=32, num_attention_heads=4, max_position_embeddings=64)
GATED = dict(SIZES, num_key_value_heads=2)
CASES = [
    ("llama", dict(GATED)),
    ("llama", dict(SIZES)),
    ("llama", dict(GATED, head_dim=None)),
    ("llama", dict(GATED, head_dim=12)),
    ("llama", dict(GATED, rope_theta=5e5)),
    ("llama", dict(GATED, rope_theta=5e5, rope_scaling=None)),
    ("llama", dict(GATED, rope_theta=5e5, rope_scaling=dict(type="linear", factor=2.0))),
    ("llama", dict(GATED, rope_theta=5e5, rope_scaling=dict(rope_type="linear", type="dynamic", factor=2.0))),
    ("llama", dict(GATED, rope_scaling=dict(factor=2.0))),
    ("llama", dict(GATED, rope_scaling=dict(SCALED))),
    ("llama", dict(GATED, rope_scaling=dict(SCALED, original_max_position_embeddings=16))),
    ("llama", dict(GATED, rope_scaling=dict(SCALED, original_max_position_embeddings=16), original_max_position_embeddings=32)),
    ("llama", dict(GATED, rope_parameters=dict(SCALED, rope_theta=777.0))),
    ("llama", dict(GATED, rope_parameters=dict(rope_type="default", rope_theta=777.0))),
    ("llama", dict(GATED, rope_theta=5e5, rope_parameters=dict(rope_type="default", rope_theta=777.0))),
    ("llama", dict(GATED, rope_theta=5e5, rope_parameters=dict(rope_type="linear", factor=3.0))),
    ("llama", dict(GATED, rope_theta=5e5, rope_scaling=dict(type="linear", factor=2.0), rope_parameters=dict(rope_type="default", rope_theta=3.0))),
    ("llama", dict(GATED, rope_theta=5e5, rope_scaling={}, rope_parameters=dict(rope_type="default", rope_theta=3.0))),
    ("llama", dict(GATED, rope_scaling=dict(rope_type="dynamic", factor=2.0))),
    ("llama", dict(GATED, partial_rotary_factor=0.5)),
    ("llama", dict(GATED, layer_types=["sliding_attention"] * 4, sliding_window=5)),
    ("mistral", dict(SIZES, hidden_size=64, num_attention_heads=8)),
    ("mistral", dict(GATED)),
    ("mistral", dict(GATED, sliding_window=None)),
    ("mistral", dict(GATED, sliding_window=7)),
    ("qwen2", dict(GATED)),
    ("qwen2", dict(SIZES, num_attention_heads=32, hidden_size=64)),
    ("qwen2", dict(GATED, num_key_value_heads=None)),
    ("qwen2", dict(GATED, head_dim=10)),
    ("qwen2", dict(GATED, sliding_window=7)),
    ("qwen2", dict(GATED, use_sliding_window=True)),
    ("qwen2", dict(GATED, use_sliding_window=True, sliding_window=7)),
    ("qwen2", dict(GATED, use_sliding_window=True, sliding_window=None, max_window_layers=0)),
    ("qwen2", dict(GATED, use_sliding_window=True, sliding_window=7, max_window_layers=0)),
    ("qwen2", dict(GATED, use_sliding_window=True, sliding_window=7, max_window_layers=3)),
    ("qwen2", dict(GATED, use_sliding_window=True, max_window_layers=4)),
    ("qwen2", dict(GATED, num_hidden_layers=30, use_sliding_window=True)),
    ("qwen2", dict(GATED, use_sliding_window=True, sliding_window=7, max_window_layers=0, layer_types=["full_attention"] * 4)),
    ("qwen2", dict(GATED, use_sliding_window=True, sliding_window=7, layer_types=["sliding_attention", "full_attention"] * 2)),
    ("qwen2", dict(GATED, layer_types=["full_attention"] * 4)),
    ("qwen3", dict(GATED)),
    ("qwen3", dict(GATED, head_dim=10)),
    ("qwen3", dict(GATED, use_sliding_window=True, sliding_window=7, max_window_layers=2)),
    ("gpt_neox", dict(SIZES)),
    ("gpt_neox", dict(SIZES, rotary_pct=0.5, rotary_emb_base=100)),
    ("gpt_neox", dict(SIZES, rotary_pct=1.0, rope_theta=77.0)),
    ("gpt_neox", dict(SIZES, partial_rotary_factor=0.5)),
    ("gpt_neox", dict(SIZES, rotary_pct=0.5, rotary_emb_base=100, rope_scaling=dict(type="linear", factor=2.0))),
    ("gpt_neox", dict(SIZES, rotary_pct=0.5, rope_parameters=dict(rope_type="default", rope_theta=2000.0))),
    ("gpt_neox", dict(SIZES, rotary_pct=0.5, rope_parameters=dict(rope_type="default", rope_theta=2000.0, partial_rotary_factor=1.0))),
    ("gpt2", dict(hidden_size=48, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=40)),
    ("gpt2", dict(n_embd=48, n_layer=3, n_head=4, n_positions=40, n_inner=None)),
]

ROTARY = {"gpt_neox": "GPTNeoXRotaryEmbedding", "llama": "LlamaRotaryEmbedding", "mistral": "MistralRotaryEmbedding",
          "qwen2": "Qwen2RotaryEmbedding", "qwen3": "Qwen3RotaryEmbedding"}


def windows(config):
    """Per layer, as the attention modules of each family take it."""
    n = config.num_hidden_layers
    if config.model_type == "mistral":
        return [config.sliding_window] * n
    if config.model_type in ("qwen2", "qwen3"):
        return [config.sliding_window if kind == "sliding_attention" else None for kind in config.layer_types]
    return [None] * n


def derived(kind, json_config):
    config = CLASSES[kind].from_dict(json.loads(json.dumps(json_config)))
    heads = config.num_attention_heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // heads
    result = dict(nLayers=config.num_hidden_layers, nHeads=heads, nKeyValueHeads=getattr(config, "num_key_value_heads", heads),
                  dModel=config.hidden_size, dHead=head_dim, nContext=config.max_position_embeddings, windows=windows(config))
    if kind in ROTARY:
        module = importlib.import_module(f"transformers.models.{kind}.modeling_{kind}")
        result["inverseFrequencies"] = getattr(module, ROTARY[kind])(config).inv_freq.tolist()
    return result


# Tiny checkpoints


VOCAB = 24
TINY = dict(vocab_size=VOCAB, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, max_position_embeddings=64)
TINY_GATED = dict(TINY, num_key_value_heads=1)
TINY_GPT2 = dict(vocab_size=VOCAB, n_embd=16, n_layer=2, n_head=2, n_positions=64)
ABSENT = object()


def two_heads(state, head, embed, generator):
    state[head] = 0.25 * torch.randn(state[embed].shape, generator=generator)


def head_twice(state, head, embed, _):
    state[head] = state[embed].clone()


def head_alone(state, head, embed, _):
    state[head] = state.pop(embed)


def as_doubles(state, *_):
    for key in state:
        state[key] = state[key].double()


LLAMA_HEAD = ("lm_head.weight", "model.embed_tokens.weight")
NEOX_HEAD = ("embed_out.weight", "gpt_neox.embed_in.weight")
GPT2_HEAD = ("lm_head.weight", "transformer.wte.weight")

# Name → (family, fields that the model is made with, fields changed in the file, change of the weights with the names of both ends).
TINY_MODELS = {
    "qwen2-window-from-28": ("qwen2", dict(TINY_GATED, use_sliding_window=True, sliding_window=3), dict(max_window_layers=ABSENT, layer_types=ABSENT), None),
    "qwen2-window-everywhere": ("qwen2", dict(TINY_GATED, use_sliding_window=True, sliding_window=3, max_window_layers=0), dict(layer_types=ABSENT), None),
    "qwen2-window-on-one-layer": ("qwen2", dict(TINY_GATED, use_sliding_window=True, sliding_window=3, max_window_layers=1), dict(layer_types=ABSENT), None),
    "qwen3-layer-types": ("qwen3", dict(TINY_GATED, head_dim=8, use_sliding_window=True, sliding_window=2, layer_types=["sliding_attention", "full_attention"]), {}, None),
    "qwen3-no-head-dim": ("qwen3", dict(TINY_GATED, num_hidden_layers=1), dict(head_dim=ABSENT), None),
    "mistral-no-window": ("mistral", dict(TINY_GATED, num_hidden_layers=1, num_attention_heads=1, max_position_embeddings=4200), dict(sliding_window=ABSENT, max_position_embeddings=ABSENT, head_dim=ABSENT), None),
    "mistral-no-key-value-heads": ("mistral", dict(TINY, num_attention_heads=8, num_key_value_heads=8, sliding_window=None), dict(num_key_value_heads=ABSENT), None),
    "llama-fewest-fields": ("llama", dict(TINY_GATED), {key: ABSENT for key in ["rms_norm_eps", "hidden_act", "rope_parameters", "tie_word_embeddings", "attention_bias", "mlp_bias", "head_dim"]}, None),
    "llama-two-heads-tied": ("llama", dict(TINY_GATED, tie_word_embeddings=True), {}, (two_heads, *LLAMA_HEAD)),
    "llama-head-twice": ("llama", dict(TINY_GATED, tie_word_embeddings=True), {}, (head_twice, *LLAMA_HEAD)),
    "llama-head-alone": ("llama", dict(TINY_GATED, tie_word_embeddings=True), {}, (head_alone, *LLAMA_HEAD)),
    "llama-doubles": ("llama", dict(TINY_GATED), {}, (as_doubles, *LLAMA_HEAD)),
    "llama-both-rotary-forms": ("llama", dict(TINY_GATED, rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=500.0)),
                                dict(rope_scaling=dict(type="linear", factor=2.0), rope_theta=500.0, rope_parameters=dict(rope_type="default", rope_theta=3.0)), None),
    "llama-dynamic": ("llama", dict(TINY_GATED, rope_parameters=dict(rope_type="dynamic", factor=2.0, rope_theta=500.0)), {}, None),
    "gpt2-fewest-fields": ("gpt2", dict(TINY_GPT2), {key: ABSENT for key in ["layer_norm_epsilon", "activation_function", "n_inner", "scale_attn_weights", "tie_word_embeddings"]}, None),
    "gpt2-other-names": ("gpt2", dict(TINY_GPT2), dict(n_embd=ABSENT, n_layer=ABSENT, n_head=ABSENT, n_positions=ABSENT, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=64), None),
    "gpt2-inverse-layer": ("gpt2", dict(TINY_GPT2, scale_attn_by_inverse_layer_idx=True), {}, None),
    "gpt2-two-heads-tied": ("gpt2", dict(TINY_GPT2), {}, (two_heads, *GPT2_HEAD)),
    "neox-fewest-fields": ("gpt_neox", dict(TINY), {key: ABSENT for key in ["layer_norm_eps", "hidden_act", "rope_parameters", "use_parallel_residual", "tie_word_embeddings", "attention_bias"]}, None),
    "neox-two-heads-tied": ("gpt_neox", dict(TINY, tie_word_embeddings=True), {}, (two_heads, *NEOX_HEAD)),
}


def random_model(config, seed):
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(1 + 0.2 * noise if parameter.dim() == 1 and name.endswith("weight") else 0.5 * noise)
    return model, generator


def edit(path, fields):
    config = json.loads(path.read_text())
    # Lengths that a class derives would stand in for the field that is left out.
    for key, value in fields.items():
        config.pop(key, None) if value is ABSENT else config.__setitem__(key, value)
    for key in ["_name_or_path", "architectures", "id2label", "label2id", "dtype", "transformers_version"]:
        config.pop(key, None)
    path.write_text(json.dumps(config, indent=1) + "\n")


def dump_tiny(name, index):
    kind, fields, changed, patch = TINY_MODELS[name]
    folder = OUT / "models" / name
    model, generator = random_model(CLASSES[kind](bos_token_id=None, eos_token_id=None, **fields), index)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    weights = folder / "model.safetensors"
    if patch:
        change, head, embed = patch
        state = load_file(weights)
        change(state, head, embed, generator)
        save_file(state, weights, metadata={"format": "pt"})
    edit(folder / "config.json", changed)
    tokens = {"model": {"type": "WordLevel", "vocab": {f"w{i}": i for i in range(VOCAB)}}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}, "decoder": {"type": "ByteLevel"}}
    (folder / "tokenizer.json").write_text(json.dumps(tokens, separators=(",", ":")) + "\n")
    length = 4100 if name == "mistral-no-window" else 12
    ids = [(7 * i + i * i // 5 + index) % VOCAB for i in range(length)]
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        logits = loaded(torch.tensor([ids])).logits[0, -1]
    return {"name": name, "length": length, "shift": index, "logits": logits.tolist()}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    write_json(OUT / "defaults.json", {"versions": VERSIONS, "families": {kind: defaults(c) for kind, c in CLASSES.items()}})
    cases = [{"config": {"model_type": kind, **fields}, "expected": derived(kind, fields)} for kind, fields in CASES]
    (OUT / "cases.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    models = [dump_tiny(name, index) for index, name in enumerate(TINY_MODELS)]
    (OUT / "models.json").write_text("[\n" + ",\n".join(json.dumps(model) for model in models) + "\n]\n")


main()
