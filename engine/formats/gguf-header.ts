// The header of a GGUF file: metadata and tensor table, with every count and length checked against the bytes that are left.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { ByteFile } from "./byte-file.ts";

export type GgufValue = string | number | bigint | boolean | readonly GgufValue[];

export interface GgufTensorEntry {
  readonly name: string;
  /** In the file's order: innermost axis first. */
  readonly dims: readonly number[];
  readonly type: number;
  /** From the start of the data section, bytes. */
  readonly offset: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensorEntry[];
  /** Where the header ends, before padding. */
  readonly end: number;
}

const MAGIC = "GGUF";
const ARRAY_TYPE = 9;
const STRING_TYPE = 8;
const MAX_ARRAY_DEPTH = 4;
const MAX_DIMS = 4;
/** No vocabulary comes near it; a list this long would only fill the memory. */
const MAX_ENTRIES = 1 << 24;
/** Templates of chats are the longest texts, some thousands of bytes. */
const MAX_TEXT_BYTES = 1 << 26;
/** Least bytes of a metadata pair (empty key, type, one byte) and of a tensor entry (empty name, no dims, type, offset). */
const LEAST_PAIR = 8 + 4 + 1;
const LEAST_ENTRY = 8 + 4 + 4 + 8;

/** Metadata type number → size in bytes and reader; strings and arrays are read apart. */
const SCALARS: ReadonlyMap<number, { bytes: number; read(at: Buffer): GgufValue }> = new Map([
  [0, { bytes: 1, read: (at: Buffer) => at.readUInt8() }],
  [1, { bytes: 1, read: (at: Buffer) => at.readInt8() }],
  [2, { bytes: 2, read: (at: Buffer) => at.readUInt16LE() }],
  [3, { bytes: 2, read: (at: Buffer) => at.readInt16LE() }],
  [4, { bytes: 4, read: (at: Buffer) => at.readUInt32LE() }],
  [5, { bytes: 4, read: (at: Buffer) => at.readInt32LE() }],
  [6, { bytes: 4, read: (at: Buffer) => at.readFloatLE() }],
  [7, { bytes: 1, read: (at: Buffer) => at.readUInt8() !== 0 }],
  [10, { bytes: 8, read: (at: Buffer) => narrowed(at.readBigUInt64LE()) }],
  [11, { bytes: 8, read: (at: Buffer) => narrowed(at.readBigInt64LE()) }],
  [12, { bytes: 8, read: (at: Buffer) => at.readDoubleLE() }],
]);

function narrowed(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

export function readGgufHeader(file: ByteFile): GgufHeader {
  const cursor = new Cursor(file);
  const version = readVersion(cursor);
  const tensorCount = cursor.count(say`tensors`, LEAST_ENTRY);
  const pairCount = cursor.count(say`metadata pairs`, LEAST_PAIR);
  const metadata = readMetadata(cursor, pairCount);
  const tensors = Array.from({ length: tensorCount }, (_, index) => readTensorEntry(cursor, index));
  return { version, metadata, tensors, end: cursor.position };
}

function readVersion(cursor: Cursor): number {
  const magic = cursor.left >= 4 ? cursor.take(4).toString("latin1") : "";
  if (magic !== MAGIC) throw cursor.error(say`it does not begin with "${MAGIC}", so it is not a GGUF file`);
  const version = cursor.take(4).readUInt32LE();
  if (version === 2 || version === 3) return version;
  if (version === 0x02000000 || version === 0x03000000) {
    throw new EngineError(
      "unsupported",
      say`${cursor.path}: big-endian GGUF is not supported. Convert it to little-endian.`,
    );
  }
  throw new EngineError(
    "unsupported",
    say`${cursor.path}: GGUF version ${version} is not supported, only 2 and 3. Convert the model again with a current llama.cpp.`,
  );
}

function readMetadata(cursor: Cursor, pairs: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < pairs; i++) {
    const key = cursor.string(say`the key of metadata pair ${i}`);
    if (metadata.has(key)) throw cursor.error(say`metadata key "${key}" stands twice`);
    metadata.set(key, readValue(cursor, cursor.take(4).readUInt32LE(), say`metadata "${key}"`, 0));
  }
  return metadata;
}

function readValue(cursor: Cursor, type: number, what: Sentence, depth: number): GgufValue {
  if (type === STRING_TYPE) return cursor.string(what);
  if (type === ARRAY_TYPE) return readArray(cursor, what, depth + 1);
  return scalarOf(cursor, type, what).read(cursor.take(scalarOf(cursor, type, what).bytes));
}

function readArray(cursor: Cursor, what: Sentence, depth: number): readonly GgufValue[] {
  if (depth > MAX_ARRAY_DEPTH) throw cursor.error(say`${what} nests arrays more than ${MAX_ARRAY_DEPTH} deep`);
  const type = cursor.take(4).readUInt32LE();
  const isNested = type === STRING_TYPE || type === ARRAY_TYPE;
  const count = cursor.count(say`entries of ${what}`, isNested ? 8 : scalarOf(cursor, type, what).bytes);
  if (count > MAX_ENTRIES) throw cursor.error(say`${what} claims ${count} entries, more than ${MAX_ENTRIES}`);
  const values: GgufValue[] = [];
  for (let i = 0; i < count; i++) values.push(readValue(cursor, type, what, depth));
  return values;
}

function scalarOf(cursor: Cursor, type: number, what: Sentence): { bytes: number; read(at: Buffer): GgufValue } {
  const scalar = SCALARS.get(type);
  if (!scalar) throw cursor.error(say`${what} has the unknown value type ${type}`);
  return scalar;
}

function readTensorEntry(cursor: Cursor, index: number): GgufTensorEntry {
  const name = cursor.string(say`the name of tensor ${index}`);
  const nDims = cursor.take(4).readUInt32LE();
  if (nDims < 1 || nDims > MAX_DIMS) {
    throw cursor.error(say`tensor "${name}" has ${nDims} axes, expected 1 to ${MAX_DIMS}`);
  }
  const dims = Array.from({ length: nDims }, () => cursor.unsigned(say`an axis of tensor "${name}"`));
  const type = cursor.take(4).readUInt32LE();
  return { name, dims, type, offset: cursor.unsigned(say`the offset of tensor "${name}"`) };
}

const WINDOW_BYTES = 1 << 20;

/** Reads forwards through a window, so that a header of many strings costs few reads. */
class Cursor {
  position = 0;
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;

  constructor(private readonly file: ByteFile) {}

  get path(): string {
    return this.file.path;
  }

  get left(): number {
    return this.file.size - this.position;
  }

  take(length: number): Buffer {
    if (length > this.left) throw this.error(say`the header is cut off`);
    const end = this.position + length;
    if (end > this.windowStart + this.window.length) {
      this.window = this.file.read(this.position, Math.min(Math.max(length, WINDOW_BYTES), this.left));
      this.windowStart = this.position;
    }
    const bytes = this.window.subarray(this.position - this.windowStart, end - this.windowStart);
    this.position = end;
    return bytes;
  }

  unsigned(what: Sentence): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > Number.MAX_SAFE_INTEGER) throw this.error(say`${what} is ${value}, which cannot be`);
    return Number(value);
  }

  count(what: Sentence, leastBytesEach: number): number {
    const value = this.take(8).readBigUInt64LE();
    if (value * BigInt(leastBytesEach) > this.left) {
      throw this.error(say`it claims ${value} ${what}, but only ${this.left} bytes follow`);
    }
    return Number(value);
  }

  string(what: Sentence): string {
    const length = this.take(8).readBigUInt64LE();
    if (length > this.left) throw this.error(say`${what} claims ${length} bytes, but only ${this.left} follow`);
    if (length > MAX_TEXT_BYTES) throw this.error(say`${what} claims ${length} bytes, more than ${MAX_TEXT_BYTES}`);
    return this.take(Number(length)).toString("utf8");
  }

  error(problem: Sentence): EngineError {
    return new EngineError(
      "invalid-file",
      say`${this.path}: ${problem} (byte ${this.position}). The file is damaged or incomplete; get another copy.`,
      { place: { file: this.path }, byte: this.position },
    );
  }
}
