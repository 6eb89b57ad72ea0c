// Metadata and float32 tensors as the bytes of a GGUF file, version 3, little-endian.
import type { NamedTensor } from "./write-safetensors.ts";

export type GgufEntry =
  | { readonly key: string; readonly type: "string"; readonly value: string }
  | { readonly key: string; readonly type: "uint32"; readonly value: number };

const VERSION = 3;
const ALIGNMENT = 32;
const TYPES = { uint32: 4, string: 8 } as const;
const F32 = 0;

/** @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
export function ggufBytes(entries: readonly GgufEntry[], tensors: readonly NamedTensor[]): Uint8Array {
  let offset = 0;
  const table = tensors.map(({ name, shape, data }) => {
    const at = offset;
    offset = aligned(offset + data.byteLength);
    // Innermost axis first.
    const dims = [...shape].reverse();
    return Buffer.concat([text(name), uint32(dims.length), ...dims.map(uint64), uint32(F32), uint64(at)]);
  });
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    uint32(VERSION),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries.map(({ key, type, value }) =>
      Buffer.concat([text(key), uint32(TYPES[type]), type === "string" ? text(value) : uint32(value)]),
    ),
    ...table,
  ]);
  return Buffer.concat([padded(head), ...tensors.map(({ data }) => padded(littleEndian(data)))]);
}

const aligned = (bytes: number): number => ALIGNMENT * Math.ceil(bytes / ALIGNMENT);

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes;
}
