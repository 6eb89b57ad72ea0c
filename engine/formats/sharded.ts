// A checkpoint in several safetensors files, joined by an index that says which tensor lies in which.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import type { Checkpoint, StoredTensor } from "./checkpoint.ts";
import { readJsonFile } from "./json-file.ts";
import { SafetensorsFile } from "./safetensors.ts";

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

export class ShardedCheckpoint implements Checkpoint {
  private constructor(
    readonly files: readonly string[],
    readonly tensors: ReadonlyMap<string, StoredTensor>,
    private readonly shardOf: ReadonlyMap<string, SafetensorsFile>,
  ) {}

  /** @throws EngineError "missing-file" or "invalid-file" */
  static open(indexPath: string): ShardedCheckpoint {
    const weightMap = readIndex(indexPath);
    const shards = new Map<string, SafetensorsFile>();
    try {
      for (const name of shardNames(weightMap)) shards.set(name, openShard(indexPath, name));
      return ShardedCheckpoint.join(indexPath, weightMap, shards);
    } catch (error) {
      for (const shard of shards.values()) shard.close();
      throw error;
    }
  }

  private static join(
    indexPath: string,
    weightMap: WeightMap,
    shards: ReadonlyMap<string, SafetensorsFile>,
  ): ShardedCheckpoint {
    const tensors = new Map<string, StoredTensor>();
    const shardOf = new Map<string, SafetensorsFile>();
    for (const [name, shardName] of Object.entries(weightMap)) {
      const shard = shards.get(shardName)!;
      const tensor = shard.tensors.get(name);
      if (!tensor) throw invalid(indexPath, say`tensor "${name}" should lie in ${shardName}, but is not there`);
      tensors.set(name, tensor);
      shardOf.set(name, shard);
    }
    const files = [...shards.values()].flatMap((shard) => shard.files);
    return new ShardedCheckpoint(files, tensors, shardOf);
  }

  requireReadable(name: string): void {
    this.shard(name).requireReadable(name);
  }

  readRows(name: string, first: number, count: number): Float32Array {
    return this.shard(name).readRows(name, first, count);
  }

  close(): void {
    for (const shard of new Set(this.shardOf.values())) shard.close();
  }

  private shard(name: string): SafetensorsFile {
    const shard = this.shardOf.get(name);
    if (!shard) throw new Error(`internal: no tensor "${name}" in any shard`);
    return shard;
  }
}

type WeightMap = Readonly<Record<string, string>>;

function readIndex(path: string): WeightMap {
  const parsed = indexSchema.safeParse(readJsonFile(path, FILE_KINDS.shardIndex));
  if (!parsed.success || Object.keys(parsed.data.weight_map).length === 0) {
    throw invalid(path, say`it has no "weight_map" of tensor names and file names`);
  }
  return parsed.data.weight_map;
}

/** Shard files that an index names, sorted. */
export function shardsOfIndex(path: string): readonly string[] {
  return shardNames(readIndex(path));
}

function shardNames(weightMap: WeightMap): readonly string[] {
  return [...new Set(Object.values(weightMap))].sort();
}

/** A shard lies beside its index; a path elsewhere, or an index as a shard (which could go round in circles), is refused. */
function openShard(indexPath: string, name: string): SafetensorsFile {
  if (!/^[^/\\]+\.safetensors$/.test(name)) {
    throw invalid(indexPath, say`it names "${name}" as a shard, expected a .safetensors file in the same folder`);
  }
  const path = join(dirname(indexPath), name);
  if (!existsSync(path)) {
    throw new EngineError("missing-file", say`${indexPath}: its shard ${name} is absent. Download all shards.`, {
      place: { file: indexPath },
      shard: name,
    });
  }
  return SafetensorsFile.open(path);
}

function invalid(path: string, problem: Sentence): EngineError {
  return new EngineError("invalid-file", say`${path}: ${problem}.`, { place: { file: path } });
}
