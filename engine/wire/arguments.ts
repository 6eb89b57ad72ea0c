// What each call of the contract takes: whatever comes over a wire is checked against it before a call is made.
import { asks, say } from "../base/sentence.ts";
import { z } from "zod";
import { exampleCount, listOf, name, oneOf, path, unitId, whole } from "../choices/bounds.ts";
import { vectorSum } from "../choices/acting.ts";
import { VECTOR_ENDINGS } from "../choices/vector.ts";
import { DIRECTIONS, UNIT_KINDS } from "../choices/lists.ts";
import { taskChoice } from "../choices/task-choice.ts";
import { type EngineApi, SITES } from "../contract.ts";
import { PRIORITIES } from "../contract/jobs.ts";
import { VERB_NAMES } from "../contract/verbs.ts";

/** Longer texts are no file that a person opens here. */
const longestText = 500_000_000;
const text = z.string({ error: asks(say`Give a text.`) }).max(longestText);
const words = z
  .string({ error: asks(say`Give a text of 1 to 10000 characters.`) })
  .min(1)
  .max(10_000);

const source = z.union([z.strictObject({ file: path }), z.strictObject({ name, text })], {
  error: asks(say`Give { file }, or { name, text }.`),
});

const verb = oneOf(VERB_NAMES);
/** Checked against the verb's own schema once the verb is known: see `OF_A_VERB`. */
const settings = z.record(z.string(), z.unknown(), { error: asks(say`Give an object of settings.`) });
/** A line that a person writes to a result. */
const remark = z.string({ error: asks(say`Give a text of at most 10000 characters.`) }).max(10_000);
const flag = z.boolean({ error: asks(say`Give true or false.`) });

const unitKinds = z.array(oneOf(UNIT_KINDS)).min(1).max(UNIT_KINDS.length);
const vector = { vector: vectorSum, model: path };

export const ARGUMENTS = {
  hello: [],
  listModels: [],
  addModel: [path],
  forgetModel: [path],
  fetchModel: [name],
  stopFetch: [],
  listTasks: [],
  openTask: [source],
  preview: [z.strictObject({ ...taskChoice, tried: exampleCount(1).optional() })],
  listRuns: [],
  openRun: [name],
  keep: [z.strictObject({ name, text })],
  listContrastSets: [],
  openVector: [z.strictObject(vector)],
  vectorFile: [z.strictObject({ ...vector, ending: oneOf(VECTOR_ENDINGS) })],
  labelFeature: [z.strictObject({ dictionary: path, feature: whole(0, 10_000_000), label: remark })],
  openCircuit: [source],
  sweepJob: [z.strictObject({ file: path, store: path.optional() }), name],
  measure: [
    z.strictObject({
      ...taskChoice,
      dictionary: listOf(path).optional(),
      units: unitKinds,
      kept: z.array(unitId).max(1_000_000),
      split: oneOf(["discovery", "heldOut"]),
    }),
  ],
  heatmap: [
    z.strictObject({
      ...taskChoice,
      site: oneOf(SITES),
      by: oneOf(["head", "layer", "position"]),
      direction: oneOf(DIRECTIONS),
    }),
  ],
  attention: [z.strictObject({ ...taskChoice, head: unitId, example: whole(0, 1_000_000) })],
  neurons: [z.strictObject({ ...taskChoice, neurons: listOf(unitId, 10_000) })],
  openRelation: [source],
  applyRelation: [path, words],
  editRelation: [path, words, words],
  start: [verb, settings, oneOf(PRIORITIES).optional()],
  stop: [name],
  pause: [name],
  resume: [name],
  move: [name, name.nullable()],
  jobs: [],
  parts: [name, whole(0, Number.MAX_SAFE_INTEGER)],
  results: [],
  result: [name],
  tables: [name],
  rename: [name, remark],
  note: [name, remark],
  pin: [name, flag],
  deleteResult: [name],
  restoreResult: [name],
  command: [verb, settings],
  events: [whole(0, Number.MAX_SAFE_INTEGER)],
} as const satisfies Readonly<Record<keyof EngineApi, readonly z.ZodType[]>>;

/** Calls whose second argument has the schema of the verb that the first one names. */
export const OF_A_VERB = ["start", "command"] as const satisfies readonly (keyof EngineApi)[];
