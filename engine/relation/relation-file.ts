// `*.relation.json`: a fitted relation with its figures and where they come from; W and b as safetensors beside it.
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say, sayList, type Sentence } from "../base/sentence.ts";
import { FILE_KINDS } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { SafetensorsFile } from "../formats/safetensors.ts";
import { safetensorsBytes } from "../formats/write-safetensors.ts";
import { BOS_CHOICES } from "../choices/lists.ts";
import type { LinearMap } from "./linear-map.ts";
import { controlsSchema, recordSchema } from "./record.ts";

const share = z.number().min(0).max(1);
const sample = z.strictObject({ subject: z.string(), object: z.string() });

const relationFileSchema = z.strictObject({
  format: z.literal("secateur.relation"),
  version: z.literal(1),
  model: z.strictObject({
    name: z.string(),
    architecture: z.string(),
    source: z.string(),
    sha256: z.string(),
    nLayers: z.number().int().positive(),
    dModel: z.number().int().positive(),
    precision: z.string(),
  }),
  task: z.strictObject({
    name: z.string(),
    file: z.string(),
    sha256: z.string(),
    template: z.string(),
    demonstrations: z.array(sample),
    /** Whether its prompts begin with the beginning-of-text token; absent: as the tokenizer does by itself. */
    bos: z.enum(BOS_CHOICES).optional(),
    seed: z.number().int(),
    seeds: z.number().int().positive(),
  }),
  /** Safetensors file beside this one, with W "objectDim subjectDim" and b "objectDim". */
  weights: z.string(),
  figures: recordSchema,
  controls: controlsSchema,
  /** Of W†, chosen on validation subjects. */
  editRank: z.number().int().positive(),
  sweeps: z.strictObject({
    layers: z.array(z.strictObject({ layer: z.number().int(), beta: z.number(), validation: share })),
    ranks: z.array(z.strictObject({ rank: z.number().int(), validation: share })),
    samples: z.array(z.strictObject({ samples: z.number().int(), test: share })),
  }),
  /** By the map in this file, fitted on the subjects of split "train". */
  subjects: z.array(
    z.strictObject({
      subject: z.string(),
      object: z.string(),
      split: z.enum(["train", "validation", "test", "unanswered"]),
      model: z.string(),
      map: z.string(),
      /** Of the object's first token in the map's answer, 1 = first. */
      rank: z.number().int().positive(),
    }),
  ),
});

type RelationFile = z.infer<typeof relationFileSchema>;

/** All but the name of the weights' file, which follows from where it is written. */
export type RelationContent = Omit<RelationFile, "weights">;

const extension = ".relation.json";
export const isRelationFile = (path: string): boolean => path.endsWith(extension);

/** "country-capital.relation.json" in a folder. */
export function relationPath(folder: string, name: string): string {
  return join(folder, `${name.replaceAll(/[^A-Za-z0-9._]+/g, "-")}${extension}`);
}

/** Writes the weights first, so that a file that is there has them. */
export function writeRelation(path: string, content: RelationContent, { weight, bias }: LinearMap): void {
  const { format, version, model, task, ...rest } = content;
  const weights = `${basename(path, ".json")}.safetensors`;
  const file: RelationFile = { format, version, model, task, weights, ...rest };
  const n = bias.length;
  const tensors = [
    { name: "W", shape: [n, n], data: Float32Array.from(weight) },
    { name: "b", shape: [n], data: Float32Array.from(bias) },
  ];
  writeFileAtomic(join(dirname(path), weights), safetensorsBytes(tensors));
  writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`);
}

/** @throws EngineError "missing-file" or "invalid-file" with the place */
export function readRelation(path: string): { file: RelationFile; map: LinearMap } {
  const parsed = relationFileSchema.safeParse(readJsonFile(path, FILE_KINDS.relation));
  if (!parsed.success) throw invalid(path, sayList(z.prettifyError(parsed.error).split("\n").slice(0, 2), " "));
  const file = parsed.data;
  if (basename(file.weights) !== file.weights)
    throw invalid(path, say`"weights" is no plain file name: "${file.weights}"`);
  const stored = SafetensorsFile.open(join(dirname(path), file.weights));
  try {
    const { dModel } = file.model;
    for (const [name, shape] of [["W", [dModel, dModel]] as const, ["b", [dModel]] as const]) {
      const found = stored.tensors.get(name)?.shape;
      if (found?.join() !== shape.join())
        throw invalid(
          path,
          say`${file.weights} should hold "${name}" of shape [${shape.join()}], and has [${found?.join() ?? say`none`}]`,
        );
    }
    const weight = Float64Array.from(stored.readRows("W", 0, dModel));
    const bias = Float64Array.from(stored.readRows("b", 0, 1));
    return { file, map: { weight, bias, rank: file.figures.rank } };
  } finally {
    stored.close();
  }
}

function invalid(path: string, problem: Sentence): EngineError {
  return new EngineError("invalid-file", say`${path}: ${problem}. Write it again with secateur relation.`, {
    place: { file: path },
  });
}
