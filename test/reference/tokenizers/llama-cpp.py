"""GGUF files of one small byte-level vocabulary for every pre-tokenizer, for llama-cpp.mjs beside this.

Needs tokenizers 0.23.3 and gguf 0.19.0: python llama-cpp.py FOLDER
Also writes vocabulary.json: tokens, merges and types as the files hold them.
"""
import json, os, sys
import gguf, numpy as np
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)
PRES = ["default", "gpt-2", "smollm", "llama-bpe", "qwen2", "deepseek-r1-qwen", "tekken", "gpt-4o", "deepseek-v3", "stablelm2", "dbrx"]
WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CORPUS = ["The capital of France is Paris, don't we'll I'M", "caf\u00e9 na\u00efve \u00fcber \u00c9COLE camelCase HTTPServer", "123 4567 12,345.67 x=1; y+=2",
          "tab\there\n\nlines   of  spaces \u6771\u4eac \u0645\u0631\u062d\u0628\u0627"] * 30
t = Tokenizer(models.BPE())
t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(WORDS), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=420, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
model = json.loads(t.to_str())["model"]
tokens = [k for k, _ in sorted(model["vocab"].items(), key=lambda x: x[1])]
merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
types = [3 if x in ("<s>", "</s>") else 1 for x in tokens]
json.dump(dict(tokens=tokens, merges=merges, types=types), open(f"{OUT}/vocabulary.json", "w"))
D = 32
for pre in PRES:
    w = gguf.GGUFWriter(f"{OUT}/{pre}.gguf", "llama")
    w.add_block_count(1); w.add_context_length(64); w.add_layer_norm_rms_eps(1e-5); w.add_embedding_length(D); w.add_feed_forward_length(D); w.add_head_count(2)
    w.add_rope_dimension_count(16); w.add_vocab_size(len(tokens))
    w.add_tokenizer_model("gpt2"); w.add_tokenizer_pre(pre); w.add_token_list(tokens); w.add_token_types(types); w.add_token_merges(merges)
    w.add_bos_token_id(0); w.add_eos_token_id(1)
    shapes = {"token_embd": (len(tokens), D), "output_norm": (D,), "blk.0.attn_norm": (D,), "blk.0.ffn_norm": (D,)}
    shapes |= {f"blk.0.{x}": (D, D) for x in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")}
    for name, shape in shapes.items():
        w.add_tensor(f"{name}.weight", np.zeros(shape, np.float32))
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
