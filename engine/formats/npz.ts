// NumPy archives (.npz): a ZIP of .npy arrays, read whole as float32.
import { inflateRawSync } from "node:zlib";
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { FILE_KINDS, readWholeFile } from "../base/read-file.ts";
import { requireFinite } from "./checkpoint.ts";
import { HALF_TO_FLOAT } from "./float16.ts";
import type { NamedTensor } from "./write-safetensors.ts";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record and the longest comment behind it. */
const longestEnd = 22 + 65_535;

interface Member {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

/**
 * @throws EngineError "missing-file"; "invalid-file" for what is no ZIP of arrays, is cut off, or holds pickled objects
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpz(path: string): ReadonlyMap<string, NamedTensor> {
  const bytes = readWholeFile(path, FILE_KINDS.training);
  try {
    const tensors = membersOf(path, bytes)
      .filter(({ name }) => name.endsWith(".npy"))
      .map((member) => array(path, member.name.slice(0, -".npy".length), contents(path, bytes, member)));
    return new Map(tensors.map((tensor) => [tensor.name, tensor]));
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw damaged(path, say`its parts do not lie where it says`, cause);
  }
}

function membersOf(path: string, bytes: Buffer): Member[] {
  let end = bytes.length - 22;
  while (end >= Math.max(0, bytes.length - longestEnd) && bytes.readUInt32LE(end) !== END) end--;
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw damaged(path, say`it is no ZIP archive, or it is cut off`);
  const count = bytes.readUInt16LE(end + 10);
  const members: Member[] = [];
  for (let n = 0, at = bytes.readUInt32LE(end + 16); n < count; n++) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw damaged(path, say`its list of parts is broken`);
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    members.push({
      name: bytes.toString("utf8", at + 46, at + 46 + name),
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    });
    at += 46 + name + extra + comment;
  }
  return members;
}

function contents(path: string, bytes: Buffer, { name, method, packed, size, at }: Member): Buffer {
  if (bytes.readUInt32LE(at) !== LOCAL) throw damaged(path, say`part "${name}" does not begin where it should`);
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  if (start + packed > bytes.length) throw damaged(path, say`part "${name}" is cut off`);
  const raw = bytes.subarray(start, start + packed);
  const unpacked = method === 0 ? raw : method === 8 ? inflateRawSync(raw, { maxOutputLength: size + 1 }) : undefined;
  if (!unpacked) throw damaged(path, say`part "${name}" is packed by method ${method}, which NumPy does not use`);
  if (unpacked.length !== size) throw damaged(path, say`part "${name}" has ${unpacked.length} bytes, not ${size}`);
  return unpacked;
}

/** NumPy's type → bytes per value and how one is read. */
const TYPES: Readonly<Record<string, readonly [number, (bytes: Buffer, at: number) => number]>> = {
  "<f4": [4, (bytes, at) => bytes.readFloatLE(at)],
  "<f8": [8, (bytes, at) => bytes.readDoubleLE(at)],
  "<f2": [2, (bytes, at) => HALF_TO_FLOAT[bytes.readUInt16LE(at)]],
};

function array(file: string, name: string, bytes: Buffer): NamedTensor {
  if (bytes.toString("latin1", 0, 6) !== "\x93NUMPY") throw damaged(file, say`part "${name}" is no NumPy array`);
  const [from, length] = bytes[6] === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)];
  const header = bytes.toString("latin1", from, from + length);
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  const read = type === undefined ? undefined : TYPES[type];
  if (!read || shape === undefined || /'fortran_order':\s*True/.test(header)) {
    throw damaged(
      file,
      say`array "${name}" is of type ${type ?? say`unknown`}; float16, float32 and float64 in rows are read`,
    );
  }
  const sizes = shape
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const count = sizes.reduce((product, n) => product * n, 1);
  if (bytes.length - from - length !== count * read[0]) {
    throw damaged(
      file,
      say`array "${name}" of shape [${sayList(sizes, ", ")}] has ${bytes.length - from - length} bytes`,
    );
  }
  const data = Float32Array.from({ length: count }, (_, i) => read[1](bytes, from + length + i * read[0]));
  requireFinite(data, { name, storage: type!, shape: sizes, file }, 0);
  return { name, shape: sizes, data };
}

function damaged(file: string, problem: Sentence, cause?: unknown): EngineError {
  const sentence = say`${file}: ${problem}. The file is damaged or incomplete; get another copy.`;
  return new EngineError("invalid-file", sentence, { place: { file } }, { cause });
}
