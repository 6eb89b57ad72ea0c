// GGUF files: metadata, tensor table, and rows of any tensor decoded on demand.
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { ByteFile } from "./byte-file.ts";
import { type Checkpoint, matrixShape, requireDisjoint, requireFinite, type StoredTensor } from "./checkpoint.ts";
import { refuseForeignBytes } from "./foreign-bytes.ts";
import { BLOCK_RULES, type BlockRule, UNSUPPORTED_TYPES } from "./gguf-dequantize.ts";
import { type GgufHeader, type GgufTensorEntry, type GgufValue, readGgufHeader } from "./gguf-header.ts";

const DEFAULT_ALIGNMENT = 32;
const MAX_ALIGNMENT = 1 << 20;

interface GgufTensor extends StoredTensor {
  readonly rule: BlockRule;
  /** Absolute, bytes. */
  readonly start: number;
}

export class GgufFile implements Checkpoint {
  private constructor(
    private readonly file: ByteFile,
    readonly metadata: ReadonlyMap<string, GgufValue>,
    readonly tensors: ReadonlyMap<string, GgufTensor>,
  ) {}

  /**
   * @throws EngineError "missing-file", "invalid-file" or "unsupported"
   * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
   */
  static open(path: string): GgufFile {
    const file = ByteFile.open(path);
    try {
      refuseForeignBytes(file, "gguf");
      const header = readGgufHeader(file);
      requireUnsplit(path, header);
      return new GgufFile(file, header.metadata, placeTensors(file, header));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get files(): readonly string[] {
    return [this.file.path];
  }

  readRows(name: string, first: number, count: number): Float32Array {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`internal: no tensor "${name}" in ${this.file.path}`);
    const { rows, columns } = matrixShape(tensor.shape);
    if (first < 0 || first + count > rows)
      throw new Error(`internal: rows ${first}+${count} of "${name}", which has ${rows}`);
    const { blockValues, blockBytes } = tensor.rule;
    const rowBytes = (columns / blockValues) * blockBytes;
    const values = new Float32Array(count * columns);
    tensor.rule.decode(
      this.file.read(tensor.start + first * rowBytes, count * rowBytes),
      values.length / blockValues,
      values,
    );
    requireFinite(values, tensor, first * columns);
    return values;
  }

  /** Every type without a rule was refused at opening. */
  requireReadable(): void {}

  close(): void {
    this.file.close();
  }
}

function requireUnsplit(path: string, header: GgufHeader): void {
  const parts = header.metadata.get("split.count");
  if (typeof parts === "number" && parts > 1) {
    throw new EngineError(
      "unsupported",
      say`${path} is one of ${parts} parts of a split GGUF, which is not supported. Merge them with llama-gguf-split --merge.`,
    );
  }
}

function placeTensors(file: ByteFile, header: GgufHeader): Map<string, GgufTensor> {
  const alignment = alignmentOf(file.path, header);
  const dataStart = Math.ceil(header.end / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  const ranges: { name: string; start: number; end: number }[] = [];
  for (const entry of header.tensors) {
    if (tensors.has(entry.name)) throw invalid(file.path, say`tensor "${entry.name}" stands twice in the table`);
    const rule = ruleOf(file.path, entry);
    const bytes = byteLength(file.path, entry, rule);
    if (entry.offset % alignment !== 0) {
      throw invalid(
        file.path,
        say`tensor "${entry.name}" starts at ${entry.offset}, not at a multiple of ${alignment}`,
      );
    }
    if (dataStart + entry.offset + bytes > file.size) {
      throw invalid(
        file.path,
        say`tensor "${entry.name}" needs ${bytes} bytes from byte ${dataStart + entry.offset}, but the file has ${file.size}`,
      );
    }
    ranges.push({ name: entry.name, start: entry.offset, end: entry.offset + bytes });
    const shape = [...entry.dims].reverse();
    tensors.set(entry.name, {
      name: entry.name,
      storage: rule.name,
      shape,
      file: file.path,
      rule,
      start: dataStart + entry.offset,
    });
  }
  requireDisjoint(file.path, ranges);
  return tensors;
}

function alignmentOf(path: string, header: GgufHeader): number {
  const value = header.metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 8 || value > MAX_ALIGNMENT || value % 8 !== 0) {
    throw invalid(path, say`general.alignment is ${String(value)}, expected a multiple of 8 up to ${MAX_ALIGNMENT}`);
  }
  return value;
}

function ruleOf(path: string, entry: GgufTensorEntry): BlockRule {
  const rule = BLOCK_RULES.get(entry.type);
  if (rule) return rule;
  const known = UNSUPPORTED_TYPES.get(entry.type);
  if (!known) throw invalid(path, say`tensor "${entry.name}" has the unknown type ${entry.type}`);
  const supported = sayList(
    [...BLOCK_RULES.values()].map(({ name }) => name),
    ", ",
  );
  throw new EngineError(
    "unsupported",
    say`${path}: tensor "${entry.name}" is stored as ${known}, which is not supported. Use a file with ${supported}.`,
    { place: { file: path } },
  );
}

function byteLength(path: string, entry: GgufTensorEntry, rule: BlockRule): number {
  const values = entry.dims.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(values) || values === 0) {
    throw invalid(
      path,
      say`tensor "${entry.name}" has the impossible shape [${sayList([...entry.dims].reverse(), ", ")}]`,
    );
  }
  if (entry.dims[0] % rule.blockValues !== 0) {
    throw invalid(
      path,
      say`tensor "${entry.name}" has rows of ${entry.dims[0]} values, not a multiple of the ${rule.blockValues} of a ${rule.name} block`,
    );
  }
  return (values / rule.blockValues) * rule.blockBytes;
}

function invalid(path: string, problem: Sentence): EngineError {
  return new EngineError(
    "invalid-file",
    say`${path}: ${problem}. The file is damaged or incomplete; get another copy.`,
    {
      place: { file: path },
    },
  );
}
