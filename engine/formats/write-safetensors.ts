// Float32 tensors as the bytes of a safetensors file.

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Eight bytes of header length, the header as JSON padded to eight bytes, then the tensors in the order of their names.
 *
 * @see https://huggingface.co/docs/safetensors/index#format
 */
export function safetensorsBytes(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  let offset = 0;
  const entries = ordered.map(({ name, shape, data }) => {
    const data_offsets = [offset, (offset += data.byteLength)];
    return [name, { dtype: "F32", shape, data_offsets }];
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const header = Buffer.from(json);
  const padded = Buffer.alloc(8 * Math.ceil(header.length / 8), " ");
  header.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...ordered.map(({ data }) => littleEndian(data))]);
}

function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes;
}
