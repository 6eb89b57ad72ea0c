// A model over a checkpoint: checks at opening that every weight is there in the right shape, reads none before it is asked for.
import { createHash } from "node:crypto";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { sha256 } from "../base/hash.ts";
import { lazily } from "../base/lazily.ts";
import { ByteFile } from "../formats/byte-file.ts";
import { type Checkpoint, mainStorage } from "../formats/checkpoint.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import type { LayerWeights, Model, ModelConfig, NormWeights, Speech } from "./model.ts";
import { requireEveryTensorRead, requirePlainWeights } from "./every-tensor.ts";
import { readMatrix, readRowsAt, readVector } from "./read-weights.ts";
import { fieldShape, type LayerField, linear, type Stored, type WeightNames } from "./weight-names.ts";

/** Hashed at once. */
const CHUNK_BYTES = 1 << 20;

export interface ModelParts {
  readonly name: string;
  readonly source: string;
  readonly config: ModelConfig;
  readonly names: WeightNames;
  readonly checkpoint: Checkpoint;
  readonly tokenizer: Tokenizer;
  readonly speech: () => Speech;
}

export class CheckpointModel implements Model {
  readonly name: string;
  readonly source: string;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly speech: () => Speech;
  private readonly names: WeightNames;
  private readonly checkpoint: Checkpoint;
  private hash: string | undefined;

  /** @throws EngineError "missing-weight", "shape" or "unsupported" if the checkpoint does not fit the architecture */
  constructor(parts: ModelParts) {
    this.name = parts.name;
    this.source = parts.source;
    this.config = parts.config;
    this.names = parts.names;
    this.checkpoint = parts.checkpoint;
    this.tokenizer = parts.tokenizer.within(parts.config.dVocab);
    this.speech = parts.speech;
    requireVocabulary(parts);
    requireWeights(parts);
  }

  get sha256(): string {
    this.hash ??= hashOfFiles(this.checkpoint.files);
    return this.hash;
  }

  get precision(): string {
    return mainStorage(this.checkpoint);
  }

  layer(l: number): LayerWeights {
    const table = this.names.layer(l);
    const required = (field: LayerField): Float32Array => this.read(field, table[field]!);
    const optional = (field: LayerField): Float32Array | undefined => table[field] && this.read(field, table[field]);
    return lazily<LayerWeights>({
      norm1: () => ({ gain: required("norm1.gain"), bias: optional("norm1.bias") }),
      W_Q: () => required("W_Q"),
      b_Q: () => optional("b_Q"),
      W_K: () => required("W_K"),
      b_K: () => optional("b_K"),
      W_V: () => required("W_V"),
      b_V: () => optional("b_V"),
      normQ: () => optional("normQ"),
      normK: () => optional("normK"),
      W_O: () => required("W_O"),
      b_O: () => optional("b_O"),
      norm2: () => ({ gain: required("norm2.gain"), bias: optional("norm2.bias") }),
      W_gate: () => optional("W_gate"),
      b_gate: () => optional("b_gate"),
      W_in: () => required("W_in"),
      b_in: () => optional("b_in"),
      W_out: () => required("W_out"),
      b_out: () => optional("b_out"),
    });
  }

  embedRows(ids: readonly number[]): Float32Array {
    return readRowsAt(this.checkpoint, this.names.embed, ids);
  }

  positionRows(): Float32Array | undefined {
    const key = this.names.positions;
    return key === undefined ? undefined : this.checkpoint.readRows(key, 0, this.config.nContext);
  }

  finalNorm(): NormWeights {
    const { gain, bias } = this.names.finalNorm;
    return { gain: this.vector(gain), bias: bias === undefined ? undefined : this.vector(bias) };
  }

  unembedBias(): Float32Array | undefined {
    const key = this.names.unembed?.bias;
    return key === undefined ? undefined : this.vector(key);
  }

  unembedRows(ids: readonly number[]): Float32Array {
    return readRowsAt(this.checkpoint, this.unembedKey(), ids);
  }

  close(): void {
    this.checkpoint.close();
  }

  private unembedKey(): string {
    return this.names.unembed?.key ?? this.names.embed;
  }

  private read(field: LayerField, stored: Stored): Float32Array {
    const shape = fieldShape(field, this.config);
    return shape.length === 2
      ? readMatrix(this.checkpoint, stored, shape)
      : readVector(this.checkpoint, stored, shape[0]);
  }

  private vector(key: string): Float32Array {
    return readVector(this.checkpoint, linear(key), 0);
  }
}

function requireVocabulary({ checkpoint, config, tokenizer }: ModelParts): void {
  // A pad token that was added for batches matters only where a prompt holds it.
  if (tokenizer.within(config.dVocab).beyond.every(({ isAdded }) => isAdded)) return;
  const file = checkpoint.files[0];
  throw new EngineError(
    "invalid-file",
    say`${file}: the model has ${config.dVocab} tokens, but its tokenizer gives ids up to ${tokenizer.dVocab - 1}. Do the files belong to the same model?`,
    { place: { file } },
  );
}

function requireWeights({ checkpoint, config, names }: ModelParts): void {
  requirePlainWeights(checkpoint);
  const { dModel, dVocab, nContext } = config;
  requireShape(checkpoint, names.embed, [dVocab, dModel]);
  if (names.positions !== undefined) requireShape(checkpoint, names.positions, [nContext, dModel]);
  requireShape(checkpoint, names.finalNorm.gain, [dModel]);
  if (names.finalNorm.bias !== undefined) requireShape(checkpoint, names.finalNorm.bias, [dModel]);
  if (names.unembed) requireShape(checkpoint, names.unembed.key, [dVocab, dModel]);
  if (names.unembed?.bias !== undefined) requireShape(checkpoint, names.unembed.bias, [dVocab]);
  for (let l = 0; l < config.nLayers; l++) requireLayer(checkpoint, config, names, l);
  requireEveryTensorRead(checkpoint, config, names);
}

function requireLayer(checkpoint: Checkpoint, config: ModelConfig, names: WeightNames, l: number): void {
  for (const [field, stored] of Object.entries(names.layer(l)) as [LayerField, Stored][]) {
    const [nOut, nIn] = fieldShape(field, config);
    const outputs = stored.outputs?.count ?? nOut;
    const axes = stored.layout === "out in" ? [outputs, nIn] : [nIn, outputs];
    requireShape(checkpoint, stored.key, nIn === undefined ? [outputs] : axes);
  }
}

function requireShape(checkpoint: Checkpoint, key: string, expected: readonly number[]): void {
  const file = checkpoint.files[0];
  const tensor = checkpoint.tensors.get(key);
  if (!tensor) {
    throw new EngineError(
      "missing-weight",
      say`${file}: there is no tensor "${key}". Is this one shard of several, or another architecture than its config says?`,
      { place: { file }, tensor: key },
    );
  }
  checkpoint.requireReadable(key);
  if (tensor.shape.length !== expected.length || tensor.shape.some((n, axis) => n !== expected[axis])) {
    throw new EngineError(
      "shape",
      say`${tensor.file}: tensor "${key}" has shape [${sayList(tensor.shape, ", ")}], but the config asks for [${sayList(expected, ", ")}].`,
      { place: { file: tensor.file }, tensor: key },
    );
  }
}

export function hashOfFiles(files: readonly string[]): string {
  return hashOfWeights(files.map(hashOfFile));
}

/** A model's hash from those of its files, in the order in which its index names them. */
export function hashOfWeights(hashes: readonly string[]): string {
  return hashes.length === 1 ? hashes[0] : sha256(hashes.join("\n"));
}

function hashOfFile(path: string): string {
  const hash = createHash("sha256");
  const file = ByteFile.open(path);
  try {
    for (let at = 0; at < file.size; at += CHUNK_BYTES)
      hash.update(file.read(at, Math.min(CHUNK_BYTES, file.size - at)));
  } finally {
    file.close();
  }
  return hash.digest("hex");
}
