// Safetensors files: a JSON header of names, types and byte ranges, then the bytes; rows decoded on demand.
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { ByteFile } from "./byte-file.ts";
import { type Checkpoint, matrixShape, requireDisjoint, requireFinite, type StoredTensor } from "./checkpoint.ts";
import { refuseForeignBytes } from "./foreign-bytes.ts";
import { bfloat16ToFloat, HALF_TO_FLOAT } from "./float16.ts";
import { duplicateKey } from "./json-keys.ts";

const LENGTH_BYTES = 8;
/** The bound of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/** dtype → bytes per value, and how to decode it if it can hold weights. */
const DTYPES: Readonly<Record<string, { bytes: number; decode?: (view: DataView, out: Float32Array) => void }>> = {
  F32: { bytes: 4, decode: decodeFloat32 },
  F16: { bytes: 2, decode: decodeFloat16 },
  BF16: { bytes: 2, decode: decodeBfloat16 },
  F64: { bytes: 8, decode: decodeFloat64 },
  F8_E4M3: { bytes: 1 },
  F8_E5M2: { bytes: 1 },
  F8_E4M3FNUZ: { bytes: 1 },
  F8_E5M2FNUZ: { bytes: 1 },
  F8_E8M0: { bytes: 1 },
  F6_E2M3: { bytes: 6 / 8 },
  F6_E3M2: { bytes: 6 / 8 },
  F4: { bytes: 4 / 8 },
  C64: { bytes: 8 },
  I64: { bytes: 8 },
  I32: { bytes: 4 },
  I16: { bytes: 2 },
  I8: { bytes: 1 },
  U64: { bytes: 8 },
  U32: { bytes: 4 },
  U16: { bytes: 2 },
  U8: { bytes: 1 },
  BOOL: { bytes: 1 },
};

function decodeFloat32(view: DataView, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * i, true);
}

/** Rounded to the nearest float32, as PyTorch does. */
function decodeFloat64(view: DataView, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * i, true);
}

function decodeFloat16(view: DataView, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = HALF_TO_FLOAT[view.getUint16(2 * i, true)];
}

function decodeBfloat16(view: DataView, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = bfloat16ToFloat(view.getUint16(2 * i, true));
}

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
type Entry = z.infer<typeof entrySchema>;

interface PlacedTensor extends StoredTensor {
  /** Absolute, bytes. */
  readonly start: number;
}

export class SafetensorsFile implements Checkpoint {
  private constructor(
    private readonly file: ByteFile,
    readonly tensors: ReadonlyMap<string, PlacedTensor>,
    /** What the writer said about the file, text by name. */
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /**
   * @throws EngineError "missing-file" or "invalid-file"
   * @see https://huggingface.co/docs/safetensors/index#format
   */
  static open(path: string): SafetensorsFile {
    const file = ByteFile.open(path);
    try {
      refuseForeignBytes(file, "safetensors");
      const { entries, metadata, dataStart } = readHeader(file);
      return new SafetensorsFile(file, placeTensors(file, entries, dataStart), metadata);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get files(): readonly string[] {
    return [this.file.path];
  }

  requireReadable(name: string): void {
    const { storage, file } = this.tensorOf(name);
    if (DTYPES[storage].decode) return;
    throw new EngineError(
      "unsupported",
      say`${file}: tensor "${name}" is stored as ${storage}, which is not supported for weights, only F64, F32, F16 and BF16. Save the model as one of these: model.to(torch.float32).save_pretrained(folder).`,
      { place: { file }, tensor: name },
    );
  }

  readRows(name: string, first: number, count: number): Float32Array {
    this.requireReadable(name);
    const tensor = this.tensorOf(name);
    const { rows, columns } = matrixShape(tensor.shape);
    if (first < 0 || first + count > rows)
      throw new Error(`internal: rows ${first}+${count} of "${name}", which has ${rows}`);
    const { bytes, decode } = DTYPES[tensor.storage];
    const data = this.file.read(tensor.start + first * columns * bytes, count * columns * bytes);
    const values = new Float32Array(count * columns);
    decode!(new DataView(data.buffer, data.byteOffset, data.byteLength), values);
    requireFinite(values, tensor, first * columns);
    return values;
  }

  close(): void {
    this.file.close();
  }

  private tensorOf(name: string): PlacedTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`internal: no tensor "${name}" in ${this.file.path}`);
    return tensor;
  }
}

function placeTensors(
  file: ByteFile,
  entries: readonly [string, Entry][],
  dataStart: number,
): Map<string, PlacedTensor> {
  const tensors = new Map<string, PlacedTensor>();
  for (const [name, entry] of entries) {
    requireBytes(file, name, entry);
    tensors.set(name, {
      name,
      storage: entry.dtype,
      shape: entry.shape,
      file: file.path,
      start: dataStart + entry.data_offsets[0],
    });
  }
  requireCovered(file, entries, file.size - dataStart);
  return tensors;
}

interface Header {
  readonly entries: readonly [string, Entry][];
  readonly metadata: Readonly<Record<string, string>>;
}

function readHeader(file: ByteFile): Header & { readonly dataStart: number } {
  if (file.size < LENGTH_BYTES) throw invalid(file, say`it has ${file.size} bytes, too few for a safetensors header`);
  const length = file.read(0, LENGTH_BYTES).readBigUInt64LE();
  const left = file.size - LENGTH_BYTES;
  if (length > left) throw invalid(file, say`its header claims ${length} bytes, but only ${left} follow`);
  if (length > MAX_HEADER_BYTES)
    throw invalid(file, say`its header claims ${length} bytes, more than ${MAX_HEADER_BYTES}`);
  const text = file.read(LENGTH_BYTES, Number(length)).toString("utf8");
  return { ...parseHeader(file, text), dataStart: LENGTH_BYTES + Number(length) };
}

const METADATA = "__metadata__";
const metadataSchema = z.record(z.string(), z.string());

function parseHeader(file: ByteFile, text: string): Header {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw invalid(file, say`its header is not JSON, so it is not a safetensors file`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw invalid(file, say`its header is not a JSON object`);
  const twice = duplicateKey(text);
  if (twice !== undefined) throw invalid(file, say`tensor "${twice}" stands twice in its header`);
  const { [METADATA]: about = {}, ...tensors } = header as Record<string, unknown>;
  const metadata = metadataSchema.safeParse(about);
  if (!metadata.success) throw invalid(file, say`the metadata in its header are not texts by name`);
  const entries = Object.entries(tensors).map(([name, value]): [string, Entry] => {
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success)
      throw invalid(file, say`tensor "${name}" has no proper dtype, shape and data_offsets in its header`);
    return [name, parsed.data];
  });
  return { entries, metadata: metadata.data };
}

function requireBytes(file: ByteFile, name: string, entry: Entry): void {
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!Object.hasOwn(DTYPES, dtype)) throw invalid(file, say`tensor "${name}" has the unknown dtype "${dtype}"`);
  const [start, end] = offsets;
  const needed = shape.reduce((product, n) => product * n, 1) * DTYPES[dtype].bytes;
  if (end - start !== needed) {
    throw invalid(
      file,
      say`tensor "${name}" of ${dtype} and shape [${sayList(shape, ", ")}] needs ${needed} bytes, but its offsets give it ${end - start}`,
    );
  }
}

/** The format allows neither overlap nor gap nor rest, so that nothing can hide in a file and none is cut off. */
function requireCovered(file: ByteFile, entries: readonly [string, Entry][], dataBytes: number): void {
  const ranges = entries.map(
    ([
      name,
      {
        data_offsets: [start, end],
      },
    ]) => ({ name, start, end }),
  );
  const last = ranges.reduce((most, { end }) => Math.max(most, end), 0);
  if (last > dataBytes) throw invalid(file, say`its tensors need ${last} bytes, but it holds only ${dataBytes}`);
  requireDisjoint(file.path, ranges);
  const covered = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  if (covered < dataBytes)
    throw invalid(file, say`${dataBytes - covered} of its ${dataBytes} data bytes belong to no tensor`);
}

function invalid(file: ByteFile, problem: Sentence): EngineError {
  return new EngineError(
    "invalid-file",
    say`${file.path}: ${problem}. The file is damaged or incomplete; get another copy.`,
    {
      place: { file: file.path },
    },
  );
}
