"""SmolLM2-135M out of its GGUF file as a HookedTransformer."""
import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from transformer_lens import HookedTransformer, HookedTransformerConfig

LAYERS, HEADS, KV_HEADS, WIDTH, HEAD, HIDDEN, VOCAB = 30, 9, 3, 576, 64, 1536, 49152


def load(gguf_path: str, split: bool = False) -> HookedTransformer:
    """split: heads, their inputs and MLP inputs apart, keys and values for every head, as edge methods need them."""
    config = HookedTransformerConfig(
        n_layers=LAYERS, d_model=WIDTH, n_ctx=128, d_head=HEAD, n_heads=HEADS, n_key_value_heads=KV_HEADS,
        d_mlp=HIDDEN, d_vocab=VOCAB, act_fn="silu", normalization_type="RMS", positional_embedding_type="rotary",
        rotary_dim=HEAD, rotary_base=100000, rotary_adjacent_pairs=False, gated_mlp=True, final_rms=True,
        eps=9.999999747378752e-06, original_architecture="LlamaForCausalLM", device="cpu", dtype=torch.float32,
    )
    model = HookedTransformer(config)
    stored = {t.name: torch.from_numpy(np.ascontiguousarray(dequantize(t.data, t.tensor_type).astype(np.float32)))
              for t in GGUFReader(gguf_path).tensors}

    def unpermuted(weight: torch.Tensor, n_heads: int) -> torch.Tensor:
        return weight.reshape(n_heads, HEAD // 2, 2, WIDTH).swapaxes(1, 2).reshape(weight.shape)

    def per_head(weight: torch.Tensor, n_heads: int) -> torch.Tensor:
        return weight.reshape(n_heads, HEAD, WIDTH).transpose(1, 2).contiguous()

    embedding = stored["token_embd.weight"]
    state = {"embed.W_E": embedding, "unembed.W_U": embedding.T.contiguous(), "unembed.b_U": torch.zeros(VOCAB),
             "ln_final.w": stored["output_norm.weight"]}
    for layer in range(LAYERS):
        weight = lambda name: stored[f"blk.{layer}.{name}.weight"]
        block = f"blocks.{layer}."
        state |= {
            block + "ln1.w": weight("attn_norm"), block + "ln2.w": weight("ffn_norm"),
            block + "attn.W_Q": per_head(unpermuted(weight("attn_q"), HEADS), HEADS),
            block + "attn._W_K": per_head(unpermuted(weight("attn_k"), KV_HEADS), KV_HEADS),
            block + "attn._W_V": per_head(weight("attn_v"), KV_HEADS),
            block + "attn.W_O": weight("attn_output").T.reshape(HEADS, HEAD, WIDTH).contiguous(),
            block + "attn.b_Q": torch.zeros(HEADS, HEAD), block + "attn._b_K": torch.zeros(KV_HEADS, HEAD),
            block + "attn._b_V": torch.zeros(KV_HEADS, HEAD), block + "attn.b_O": torch.zeros(WIDTH),
            block + "mlp.W_gate": weight("ffn_gate").T.contiguous(), block + "mlp.W_in": weight("ffn_up").T.contiguous(),
            block + "mlp.W_out": weight("ffn_down").T.contiguous(),
            block + "mlp.b_in": torch.zeros(HIDDEN), block + "mlp.b_out": torch.zeros(WIDTH),
        }
    model.load_state_dict(state, strict=False)
    if split:
        model.set_use_attn_result(True)
        model.set_use_split_qkv_input(True)
        model.set_use_hook_mlp_in(True)
        model.set_ungroup_grouped_query_attention(True)
    return model.eval()
