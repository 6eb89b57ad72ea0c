"""Writes test/reference/tiny: tiny random checkpoints of every model family with the logits, residuals and z of Hugging Face
Transformers, a GGUF of every quantisation with the gguf package's own values, and the tokens of awkward strings.

Run once, outputs are committed: OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive python build/dump-reference.py [--smollm2 FILE.gguf]
Versions: python 3.11, torch 2.13.0 (CPU), transformers 4.57.3, tokenizers 0.22, safetensors 0.6 or newer, gguf 0.17 or newer;
the exact ones used are in manifest.json.
"""

import argparse
import hashlib
import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf.quants import dequantize, quantize
from safetensors.numpy import load_file, save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
)

SEED = 20240517
OUT = Path(__file__).parent.parent / "test" / "reference" / "tiny"
VOCAB = 320
PROMPTS = ["When Mary and John", "The sum of 12 and 345 is", "a", "Then Ann, who has the keys, gave the café a ½ cup of tea"]

CORPUS = """When Mary and John went to the store, John gave a drink to Mary. Then Ann and Tom had the keys of the house,
and the man who has the keys is here. The capital of France is Paris; the capital of Italy is Rome. In 1945 there were 12 cats
and 345 dogs. I've said it's the sum of all things that we'll ever know. Something that nobody else would think of is this one."""


# Tokenizers


def pattern(numbers):
    return (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + numbers + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )


def words_split(regex):
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(regex), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )


PRE = {
    "gpt2": lambda: pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    "smollm": lambda: pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    ),
    "llama3": lambda: words_split(pattern(r"\p{N}{1,3}")),
    "qwen2": lambda: words_split(pattern(r"\p{N}")),
}


def small_tokenizer(kind):
    tokenizer = Tokenizer(models.BPE(ignore_merges=kind == "llama3"))
    tokenizer.pre_tokenizer = PRE[kind]()
    tokenizer.decoder = decoders.ByteLevel()
    if kind == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB - 1, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([CORPUS], trainer)
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False)])
    if kind == "llama3":
        tokenizer.post_processor = processors.TemplateProcessing(single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", 0)])
    if kind == "gpt2":
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    assert tokenizer.get_vocab_size() <= VOCAB
    return tokenizer


def word_tokenizer():
    """One token per word, as the embedded model has it."""
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = PRE["gpt2"]()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator([CORPUS], trainers.WordLevelTrainer(special_tokens=["<|endoftext|>", "<unk>"], show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", 0)])
    return tokenizer


def smollm2_tokenizer(path):
    """As the model's authors built it: digits one by one, then GPT-2's byte-level BPE."""
    reader = gguf.GGUFReader(path)
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    types = reader.fields["tokenizer.ggml.token_type"].contents()
    merges = reader.fields["tokenizer.ggml.merges"].contents()
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=[tuple(m.split(" ", 1)) for m in merges]))
    tokenizer.pre_tokenizer = PRE["smollm"]()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t, kind in zip(tokens, types) if kind == 3])
    return tokenizer


def awkward_strings():
    strings = ["", " ", "  ", "   ", "\t", "\n", "\n\n", " \n ", "\r\n", "\r", "\x0b", "\x0c", "\u0085", "\u00a0", "\u2003", "\u3000", "\ufeff"]
    strings += ["\u200b", "\u200d", "\u2028", "\u2029", "\x00", "\x01", "\x07", "\x1b[0m", "\x7f", "\ufffd", "\uffff", "\u00ad", "\u202e"]
    strings += ["a", " a", "  a", "a ", "a  ", "a b", "a  b", "a   b", "\ta", "a\n", "a\n\nb", "a \n b", "a\u0085b", "a\ufeffb", "a\u00a0b", "\ufeffa"]
    strings += ["Mary", " Mary", "MARY", "mary", " mary", "John's", "I've", "I'LL", "it's", "we'll", "'s", "'S", "'t", "''s", "don't", "DON'T", "'"]
    strings += ["0", "7", "10", " 10", "123", "1234", "12345678901234567890", "3.14", "-1", "+1", "1,000", "1e-5", "0x1F", "12 cats", "a1b2c3"]
    strings += ["½", "²", "x²", "①", "Ⅷ", "٣", "१२३", "１２３", "12½", "1²3", "௧", "〇", "𝟘𝟙", "零一", "H₂O", "10⁻³"]
    strings += ["é", "e\u0301", "ñ", "n\u0303", "ö", "o\u0308", "ﬁ", "Å", "Å", "ﷺ", "café", "cafe\u0301", "naïve", "Ångström", "Straße", "İstanbul"]
    strings += ["日本語", "你好，世界", "한국어", "한", "ไทย", "العربية", "עברית", "हिन्दी", "தமிழ்", "Ελληνικά", "Русский", "ქართული", "አማርኛ"]
    strings += ["🙂", " 🙂", "🙂🙂", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇫🇷", "👍🏽", "☃", "☃️", "❤", "❤️", "🧑‍🚀 in space", "a🙂b", "🙂1", "1🙂", "𝒳", "𐍈", "🀄"]
    strings += ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_start|>user\nhi<|im_end|>\n", "a<|im_end|>b", " <|im_end|> ", "<|im_end|><|im_end|>"]
    strings += ["<|im_end|", "|im_end|>", "<|IM_END|>", "<tool>", "a<tool>b", "<tool><tool>", " <tool> ", "<too", "[INST]", "<s>", "</s>", "<unk>", "<pad>"]
    strings += ["!", "!!!", "...", "…", "—", "--", "$", "$5", "5$", "€5", "%", "100%", "@user", "#tag", "a_b", "a-b", "a/b", "a\\b", "(a)", "[b]", "{c}"]
    strings += ["http://a.b/c?d=e&f=g#h", "x@y.org", "C:\\dir\\file.txt", "`code`", '"quoted"', "“quoted”", "‘a’", "«b»", "a,b;c:d", "a.b.c", "~^|"]
    strings += ["def f(x):\n    return x + 1\n", "if (a) {\n\tb();\n}", '{"a": [1, 2, {"b": null}]}', "<p>hi</p>", "\\n", "\\u0041", "%20", "&amp;"]
    strings += ["a" * 100, " " * 50 + "x", "ab" * 60, "\n" * 12, "!?" * 20, "1" * 40, "é" * 20, "字" * 20, "🙂" * 12, "a " * 30, " \t" * 9]
    strings += ["supercalifragilisticexpialidocious", "AbCdEfG", "camelCaseWord", "snake_case_word", "SCREAMING_CASE", "ends with space ", " both "]
    strings += ["tab\tbetween", "line one\nline two", "crlf\r\nline", "mixed \r\n \n\n x", "   leading", "trailing   ", "a\u2003b", "a\u3000b", "x\x00y"]
    strings += ["When Mary and John went to the store, John gave a drink to", "The capital of France is", "In 1945, 12 cats", "Hello  world\n\n I've 3.14 x"]
    strings += ["__proto__", "constructor", "toString", "hasOwnProperty", "Ġ", "ĠMary", "Ċ", "▁", "▁a", "ā", "Ā", "##a", "a@@", "\u0120\u0120"]
    strings += ["x\u0301\u0302\u0303", "\u0301", "\u0338=", "각", "\u1100\u1161\u11a8", "ό", "ό", "a\u200db", "a\u200bb", "\u2066a\u2069", "ᄀ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙"]
    assert len(strings) >= 200, len(strings)
    return strings


def utf16_bounds(text, offsets):
    """Offsets in code points to UTF-16 units."""
    units = [0]
    for character in text:
        units.append(units[-1] + (2 if ord(character) > 0xFFFF else 1))
    return [[units[start], units[end]] for start, end in offsets]


def tokens_of(tokenizer, strings):
    rows = []
    for text in strings:
        encoding = tokenizer.encode(text)
        rows.append({"ids": encoding.ids, "spans": utf16_bounds(text, encoding.offsets), "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=False)})
    return rows


def dump_tokens(tokenizers):
    strings = awkward_strings()
    folder = OUT / "tokens"
    folder.mkdir(parents=True)
    write_json(folder / "strings.json", strings)
    for name, tokenizer in tokenizers.items():
        write_json(folder / f"{name}.json", tokens_of(tokenizer, strings))


# Checkpoints


def families():
    """Name → (config, tokenizer, storage, how it is saved)."""
    shared = dict(vocab_size=VOCAB, initializer_range=0.2)
    gpt2 = dict(shared, n_layer=3, n_head=4, n_embd=24, n_positions=40, bos_token_id=0, eos_token_id=0)
    neox = dict(shared, num_hidden_layers=3, num_attention_heads=3, hidden_size=24, intermediate_size=40, max_position_embeddings=64)
    gated = dict(shared, num_hidden_layers=3, hidden_size=24, intermediate_size=40, max_position_embeddings=64)
    llama3_scaling = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
    return {
        "gpt2": (GPT2Config(**gpt2), "gpt2", "F32", "bare names and stored masks"),
        "gpt2-untied": (
            GPT2Config(**gpt2, n_inner=20, activation_function="gelu", scale_attn_weights=False, tie_word_embeddings=False),
            "gpt2", "F16", "as saved"),
        "neox": (GPTNeoXConfig(**neox, rotary_pct=0.25, use_parallel_residual=True), "gpt2", "F32", "as saved"),
        "neox-sequential": (
            GPTNeoXConfig(**neox, rotary_pct=1.0, use_parallel_residual=False, hidden_act="gelu_new", attention_bias=False),
            "gpt2", "F32", "as saved"),
        "llama": (LlamaConfig(**gated, num_attention_heads=6, num_key_value_heads=2, rope_theta=5000.0), "llama3", "F32", "as saved"),
        "llama-scaled": (
            LlamaConfig(**gated, num_attention_heads=4, num_key_value_heads=4, head_dim=8, attention_bias=True, mlp_bias=True,
                        tie_word_embeddings=True, rope_scaling=llama3_scaling),
            "llama3", "F32", "sharded"),
        "smollm": (
            LlamaConfig(**gated, num_attention_heads=3, num_key_value_heads=1, tie_word_embeddings=True, rope_theta=100000.0),
            "smollm", "BF16", "as saved"),
        "mistral": (
            MistralConfig(**gated, num_attention_heads=4, num_key_value_heads=2, sliding_window=3), "gpt2", "BF16", "sharded"),
        "qwen2": (
            Qwen2Config(**gated, num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True), "qwen2", "F32", "as saved"),
        "qwen2-stretched": (
            Qwen2Config(**gated, num_attention_heads=6, num_key_value_heads=3, rope_scaling=dict(rope_type="linear", factor=4.0)),
            "qwen2", "F32", "as saved"),
        "qwen3": (Qwen3Config(**gated, num_attention_heads=4, num_key_value_heads=2, head_dim=10), "qwen2", "F32", "as saved"),
    }


TORCH_DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def random_model(config, seed):
    """Weights large enough for every path to matter: norms and biases too."""
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_gain = parameter.dim() == 1 and name.endswith("weight")
            parameter.copy_(1 + 0.2 * noise if is_gain else 0.25 * noise)
    return model.eval()


def save_checkpoint(model, folder, form):
    if form == "sharded":
        model.save_pretrained(folder, max_shard_size="25KB")
    else:
        model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if form == "bare names and stored masks":
        path = folder / "model.safetensors"
        bare = {name.removeprefix("transformer."): array for name, array in load_file(path).items()}
        size = model.config.n_positions
        for layer in range(model.config.n_layer):
            bare[f"h.{layer}.attn.bias"] = np.tril(np.ones((1, 1, size, size), dtype=np.uint8))
        save_file(bare, path, metadata={"format": "pt"})


WRITE_INPUTS = {"gpt2": "attn.c_proj", "gpt_neox": "attention.dense"}


def layers_of(model):
    base = model.base_model
    return base.h if hasattr(base, "h") else base.layers


def run(model, ids):
    """Logits "pos vocab", residuals before every layer and after the last "pos dModel", z "pos head dHead"."""
    kept = {}
    hooks = []
    for index, layer in enumerate(layers_of(model)):
        write = layer.get_submodule(WRITE_INPUTS.get(model.config.model_type, "self_attn.o_proj"))
        hooks.append(write.register_forward_pre_hook(lambda _, args, index=index: kept.__setitem__(f"z.{index}", args[0][0])))
        hooks.append(layer.register_forward_pre_hook(
            lambda _, args, kwargs, index=index: kept.__setitem__(f"resid.{index}", (args[0] if args else kwargs["hidden_states"])[0]), with_kwargs=True))
        hooks.append(layer.register_forward_hook(
            lambda _, args, out, index=index: kept.__setitem__(f"resid.{index + 1}", (out[0] if isinstance(out, tuple) else out)[0])))
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    for hook in hooks:
        hook.remove()
    heads = model.config.num_attention_heads
    for name in [name for name in kept if name.startswith("z.")]:
        kept[name] = kept[name].reshape(len(ids), heads, -1)
    return logits, kept


def dump_model(name, index, config, kind, storage, form, tokenizers):
    folder = OUT / "models" / name
    model = random_model(config, SEED + index).to(TORCH_DTYPES[storage])
    model.config.dtype = TORCH_DTYPES[storage]
    save_checkpoint(model, folder, form)
    tokenizer = tokenizers[kind]
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    if kind == "llama3":
        write_json(folder / "tokenizer_config.json", {"bos_token": "<|endoftext|>"})
    # Loaded anew: .float() would keep rotary frequencies that were rounded with the weights.
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    expected = {}
    prompts = []
    for number, text in enumerate(PROMPTS):
        ids = tokenizer.encode(text).ids
        logits, kept = run(model, ids)
        prompts.append({"text": text, "ids": ids})
        expected[f"logits.{number}"] = logits.numpy()
        if number == 0:
            expected.update({key: np.ascontiguousarray(value.numpy()) for key, value in kept.items()})
    save_file(expected, folder / "expected.safetensors")
    return {"name": name, "storage": storage, "prompts": prompts, "tokenizer": kind}, model


# GGUF


def interleaved(weight, heads):
    """llama.cpp's permutation of q and k: the two halves of each head in turn."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def write_gguf_tokenizer(writer, tokenizer, pre, bos):
    spec = json.loads(tokenizer.to_str())
    vocab = tokenizer.get_vocab()
    tokens = [token for token, _ in sorted(vocab.items(), key=lambda pair: pair[1])]
    added = {entry["content"]: entry for entry in spec["added_tokens"]}
    types = [1 if token not in added else 3 if added[token]["special"] else 4 for token in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(merge) if isinstance(merge, list) else merge for merge in spec["model"]["merges"]])
    writer.add_bos_token_id(0)
    writer.add_add_bos_token(bos)
    return len(tokens)


GATED_NAMES = {
    "input_layernorm.weight": "attn_norm.weight", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm.weight": "attn_q_norm.weight", "self_attn.k_norm.weight": "attn_k_norm.weight",
    "post_attention_layernorm.weight": "ffn_norm.weight", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
GPT2_NAMES = {
    "ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
}


def gguf_tensors(model, state, vocab):
    config = model.config
    if config.model_type == "gpt2":
        yield "token_embd.weight", state["transformer.wte.weight"][:vocab]
        yield "position_embd.weight", state["transformer.wpe.weight"]
        for part in ["weight", "bias"]:
            yield f"output_norm.{part}", state[f"transformer.ln_f.{part}"]
    else:
        yield "token_embd.weight", state["model.embed_tokens.weight"][:vocab]
        yield "output_norm.weight", state["model.norm.weight"]
        if not config.tie_word_embeddings:
            yield "output.weight", state["lm_head.weight"][:vocab]
    for layer in range(config.num_hidden_layers):
        prefix = f"transformer.h.{layer}." if config.model_type == "gpt2" else f"model.layers.{layer}."
        names = GPT2_NAMES if config.model_type == "gpt2" else GATED_NAMES
        for key, array in state.items():
            if not key.startswith(prefix):
                continue
            name = key.removeprefix(prefix)
            for old, new in names.items():
                name = name.replace(old, new)
            if config.model_type == "gpt2" and array.ndim == 2:
                array = array.T
            if config.model_type == "llama" and name.startswith(("attn_q.", "attn_k.")):
                array = interleaved(array, config.num_attention_heads if "attn_q." in name else config.num_key_value_heads)
            yield f"blk.{layer}.{name}", np.ascontiguousarray(array)


def dump_gguf_model(name, model, tokenizer, pre, bos):
    """The same weights as the Hugging Face folder of that name, as llama.cpp's converter would store them."""
    config = model.config
    path = OUT / "models" / f"{name}.gguf"
    writer = gguf.GGUFWriter(str(path), config.model_type)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_head_count(config.num_attention_heads)
    if config.model_type == "gpt2":
        writer.add_feed_forward_length(config.n_inner or 4 * config.n_embd)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        writer.add_rope_freq_base(config.rope_theta)
        if getattr(config, "head_dim", None):
            writer.add_key_length(config.head_dim)
        if config.rope_scaling and config.rope_scaling["rope_type"] == "linear":
            writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(config.rope_scaling["factor"])
    vocab = write_gguf_tokenizer(writer, tokenizer, pre, bos)
    if config.model_type == "llama":
        writer.add_vocab_size(vocab)
    state = {key: value.numpy() for key, value in model.state_dict().items()}
    for key, array in gguf_tensors(model, state, vocab):
        writer.add_tensor(key, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# First byte and width of the float16 scales in a block; the rest of it may be anything.
RANDOM_BLOCKS = {"Q4_K": (0, 4), "Q5_K": (0, 4), "Q6_K": (208, 2), "Q2_K": (80, 4), "Q3_K": (108, 2), "IQ4_NL": (0, 2), "IQ4_XS": (0, 2)}


def random_blocks(kind, rows, columns, generator):
    """Random bytes in every field, scales kept finite and moderate."""
    block, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = generator.integers(0, 256, (rows * columns // block, size), dtype=np.uint8)
    scales = generator.normal(0, 0.05, (len(blocks), 2)).astype(np.float16)
    first, width = RANDOM_BLOCKS[kind.name]
    blocks[:, first : first + width] = np.ascontiguousarray(scales[:, : width // 2]).view(np.uint8).reshape(len(blocks), width)
    return blocks.reshape(rows, -1)


def dump_quantisations():
    kinds = gguf.GGMLQuantizationType
    generator = np.random.default_rng(SEED)
    path = OUT / "quantised.gguf"
    writer = gguf.GGUFWriter(str(path), "llama")
    expected = {}
    for name in "F32 F16 BF16 Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 Q4_K Q5_K Q6_K Q2_K Q3_K IQ4_NL IQ4_XS".split():
        kind = kinds[name]
        values = generator.normal(0, 1, (3, 512)).astype(np.float32)
        values[0, :6] = [0.0, -0.0, 6e-8, -3e-5, 65504.0, 1e-7]
        if name in RANDOM_BLOCKS:
            data = random_blocks(kind, 3, 512, generator)
        else:
            data = quantize(values, kind)
        expected[kind.name] = np.ascontiguousarray(dequantize(data, kind), dtype=np.float32)
        writer.add_tensor(f"sample.{kind.name}", data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, OUT / "quantised.expected.safetensors")


# All of it


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smollm2", default=os.path.expanduser("~/.cache/secateur/models/SmolLM2-135M-Instruct.Q4_1.gguf"))
    arguments = parser.parse_args()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    tokenizers = {kind: small_tokenizer(kind) for kind in PRE}
    words = word_tokenizer()
    dump_tokens(dict(tokenizers, words=words, smollm2=smollm2_tokenizer(arguments.smollm2)))
    words.save(str(OUT / "tokens" / "words.tokenizer.json"), pretty=False)
    dump_quantisations()
    described = []
    gguf_forms = {"gpt2": ("gpt-2", False), "llama": ("llama-bpe", True), "qwen2": ("qwen2", False), "qwen2-stretched": ("qwen2", False), "qwen3": ("qwen2", False)}
    for index, (name, (config, kind, storage, form)) in enumerate(families().items()):
        entry, model = dump_model(name, index, config, kind, storage, form, tokenizers)
        described.append(entry)
        if name in gguf_forms:
            dump_gguf_model(name, model, tokenizers[kind], *gguf_forms[name])
    packages = ["torch", "transformers", "tokenizers", "safetensors", "gguf", "numpy"]
    files = sorted(path for path in OUT.rglob("*") if path.is_file())
    manifest = {
        "script": "build/dump-reference.py",
        "seed": SEED,
        "versions": {package: version(package) for package in packages},
        "models": described,
        "gguf": sorted(gguf_forms),
        "sha256": {str(path.relative_to(OUT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=True) + "\n")
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.2f} MB")


main()
