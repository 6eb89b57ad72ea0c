// The smallest whole checkpoints, in Hugging Face's layout and as GGUF, with every part open to be broken.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface SmallTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Buffer;
}

export type Tensors = Record<string, SmallTensor>;

export function floats(shape: readonly number[], value = 0.5): SmallTensor {
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(value);
  return { dtype: "F32", shape, data: Buffer.from(data.buffer) };
}

/** GPT-2 with 2 layers, width 4, 2 heads, 5 tokens, 6 positions. */
export const SMALL_CONFIG = { model_type: "gpt2", n_layer: 2, n_head: 2, n_embd: 4, vocab_size: 5, n_positions: 6 };

export const SMALL_TOKENIZER = {
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
  decoder: { type: "ByteLevel" },
  model: { type: "WordLevel", vocab: { a: 0, b: 1, Ġa: 2, Ġb: 3, ".": 4 } },
};

export function smallTensors(): Tensors {
  const layer = (l: number): Tensors => ({
    [`h.${l}.ln_1.weight`]: floats([4]),
    [`h.${l}.ln_1.bias`]: floats([4]),
    [`h.${l}.attn.c_attn.weight`]: floats([4, 12]),
    [`h.${l}.attn.c_attn.bias`]: floats([12]),
    [`h.${l}.attn.c_proj.weight`]: floats([4, 4]),
    [`h.${l}.attn.c_proj.bias`]: floats([4]),
    [`h.${l}.ln_2.weight`]: floats([4]),
    [`h.${l}.ln_2.bias`]: floats([4]),
    [`h.${l}.mlp.c_fc.weight`]: floats([4, 16]),
    [`h.${l}.mlp.c_fc.bias`]: floats([16]),
    [`h.${l}.mlp.c_proj.weight`]: floats([16, 4]),
    [`h.${l}.mlp.c_proj.bias`]: floats([4]),
  });
  return {
    "wte.weight": floats([5, 4]),
    "wpe.weight": floats([6, 4]),
    ...layer(0),
    ...layer(1),
    "ln_f.weight": floats([4]),
    "ln_f.bias": floats([4]),
  };
}

interface HeaderEntry {
  dtype: string;
  shape: readonly number[];
  data_offsets: readonly number[];
}

/** Header entries of tensors one after the other. */
export function headerOf(tensors: Tensors): Record<string, HeaderEntry> {
  let at = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const start = at;
    at += data.length;
    return [name, { dtype, shape, data_offsets: [start, at] }] as const;
  });
  return Object.fromEntries(entries);
}

/** A safetensors file from a header (object, or text as it is) and data; `claimed` is the header length to write. */
export function safetensors(header: object | string, data: Buffer, claimed?: bigint): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

export function safetensorsOf(tensors: Tensors): Buffer {
  return safetensors(headerOf(tensors), Buffer.concat(Object.values(tensors).map(({ data }) => data)));
}

type FileContent = Buffer | string | object;

/** Writes files into `folder`: bytes and texts as they are, objects as JSON. */
function writeFiles(folder: string, files: Readonly<Record<string, FileContent>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const asIs = typeof content === "string" || Buffer.isBuffer(content);
    writeFileSync(join(folder, name), asIs ? content : JSON.stringify(content));
  }
  return folder;
}

/** A whole checkpoint; `changes` replaces files, undefined leaves one out. */
export function writeSmallFolder(
  folder: string,
  changes: Readonly<Record<string, FileContent | undefined>> = {},
): string {
  const files: Readonly<Record<string, FileContent | undefined>> = {
    "config.json": SMALL_CONFIG,
    "tokenizer.json": SMALL_TOKENIZER,
    "model.safetensors": safetensorsOf(smallTensors()),
    ...changes,
  };
  const present = Object.entries(files).filter(([, content]) => content !== undefined);
  return writeFiles(folder, Object.fromEntries(present) as Record<string, FileContent>);
}

// GGUF

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function ggufText(text: string): Buffer {
  return Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
}

const TEXT = 8;
const LIST = 9;

/** Type number and value of a metadata pair. */
export function ggufValue(value: string | number | boolean | readonly string[] | readonly number[]): Buffer {
  if (typeof value === "string") return Buffer.concat([u32(TEXT), ggufText(value)]);
  if (typeof value === "boolean") return Buffer.concat([u32(7), Buffer.from([value ? 1 : 0])]);
  if (typeof value === "number")
    return Number.isInteger(value) ? Buffer.concat([u32(4), u32(value)]) : ggufFloat(value);
  if (typeof value[0] === "string")
    return Buffer.concat([u32(LIST), u32(TEXT), u64(value.length), ...(value as string[]).map(ggufText)]);
  return Buffer.concat([u32(LIST), u32(4), u64(value.length), ...(value as number[]).map(u32)]);
}

function ggufFloat(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([u32(6), bytes]);
}

export interface GgufTensor {
  readonly name: string;
  /** Innermost first, as the file has it. */
  readonly dims: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number | bigint;
}

export interface GgufParts {
  readonly magic?: string;
  readonly version?: number;
  readonly tensorCount?: number | bigint;
  readonly pairCount?: number | bigint;
  /** Values, or bytes of type and value as they are. */
  readonly metadata?: Readonly<Record<string, Parameters<typeof ggufValue>[0] | Buffer | undefined>>;
  readonly tensors?: readonly GgufTensor[];
  readonly data?: Buffer;
  readonly alignment?: number;
}

export function gguf(parts: GgufParts): Buffer {
  const pairs = Object.entries(parts.metadata ?? {}).filter(([, value]) => value !== undefined);
  const tensors = parts.tensors ?? [];
  const header = Buffer.concat([
    Buffer.from(parts.magic ?? "GGUF"),
    u32(parts.version ?? 3),
    u64(parts.tensorCount ?? tensors.length),
    u64(parts.pairCount ?? pairs.length),
    ...pairs.map(([key, value]) => Buffer.concat([ggufText(key), Buffer.isBuffer(value) ? value : ggufValue(value!)])),
    ...tensors.map(({ name, dims, type, offset }) =>
      Buffer.concat([ggufText(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset)]),
    ),
  ]);
  const alignment = parts.alignment ?? 32;
  const padding = Buffer.alloc((alignment - (header.length % alignment)) % alignment);
  return Buffer.concat([header, padding, parts.data ?? Buffer.alloc(0)]);
}

export const SMALL_METADATA = {
  "general.architecture": "llama",
  "llama.block_count": 1,
  "llama.context_length": 8,
  "llama.embedding_length": 4,
  "llama.feed_forward_length": 8,
  "llama.attention.head_count": 2,
  "llama.attention.layer_norm_rms_epsilon": 0.00001,
  "tokenizer.ggml.model": "gpt2",
  "tokenizer.ggml.pre": "gpt-2",
  "tokenizer.ggml.tokens": ["a", "b", "ab"],
  "tokenizer.ggml.token_type": [1, 1, 1],
  "tokenizer.ggml.merges": ["a b"],
} as const;

const F32_TYPE = 0;
const SMALL_GGUF_SHAPES: Readonly<Record<string, readonly number[]>> = {
  "token_embd.weight": [4, 3],
  "output_norm.weight": [4],
  "blk.0.attn_norm.weight": [4],
  "blk.0.attn_q.weight": [4, 4],
  "blk.0.attn_k.weight": [4, 4],
  "blk.0.attn_v.weight": [4, 4],
  "blk.0.attn_output.weight": [4, 4],
  "blk.0.ffn_norm.weight": [4],
  "blk.0.ffn_gate.weight": [4, 8],
  "blk.0.ffn_up.weight": [4, 8],
  "blk.0.ffn_down.weight": [8, 4],
};

/** Llama with 1 layer, width 4, 2 heads, 3 tokens; all weights 0.5. */
export function smallGguf(): Required<Pick<GgufParts, "metadata" | "tensors" | "data">> {
  let offset = 0;
  const chunks: Buffer[] = [];
  const tensors = Object.entries(SMALL_GGUF_SHAPES).map(([name, dims]): GgufTensor => {
    const { data } = floats(dims);
    const padded = Buffer.alloc(Math.ceil(data.length / 32) * 32);
    data.copy(padded);
    chunks.push(padded);
    offset += padded.length;
    return { name, dims, type: F32_TYPE, offset: offset - padded.length };
  });
  return { metadata: SMALL_METADATA, tensors, data: Buffer.concat(chunks) };
}
