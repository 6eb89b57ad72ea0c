// A plan: one experiment as plain data. Prompts that are run, what is changed in their runs, and what is read.
//
// A plan is journaled, hashed and sent over a wire, so it holds numbers and names; what is too large for it (long vectors,
// dictionaries) is named in it and handed over beside it.
import { z } from "zod";
import { promptSchema } from "../task/prompt.ts";
import { sites } from "../transformer/sites.ts";

const count = z.int().min(0);
const name = z.string().min(1).max(200);
const finite = z.number();

/**
 * Positions of a prompt: "all"; "end", the last token (of every step, where tokens are generated); an index from 0, or several;
 * or a name under which the prompt lists one position or a set of its own.
 */
export const atSchema = z.union([name, count, z.array(count).min(1).readonly()]);
export type At = z.infer<typeof atSchema>;

/**
 * Where in a run: a site of a layer, all of it or some units (heads; key-value heads at k and v; hidden neurons; dimensions of
 * the stream), at some positions. `step` says whether these are positions of the prompt, of generated tokens, or of both
 * (the default). At `pattern` a position is the query's, and its row holds one entry for each key up to it.
 */
export const whereSchema = z.strictObject({
  site: z.enum(sites),
  layer: count,
  units: z.array(count).min(1).readonly().optional(),
  at: atSchema,
  step: z.enum(["prompt", "generated", "every"]).optional(),
});
export type Where = z.infer<typeof whereSchema>;
export type Step = NonNullable<Where["step"]>;

/** Numbers as wide as the site's rows (of the units alone, where units are named); or the hash of such numbers handed over beside the plan. */
const vectorSchema = z.union([z.array(finite).min(1).readonly(), z.strictObject({ sha256: name })]);
export type VectorRef = z.infer<typeof vectorSchema>;

const placeInRun = {
  site: z.enum(sites).optional().describe("default: the site that is changed"),
  layer: count.optional().describe("default: the layer that is changed"),
  units: z.array(count).min(1).readonly().optional().describe("default: the units that are changed"),
};

/**
 * - "zero"
 * - rows: one for each position in order, or one for all
 * - vector: the same at every position
 * - mean over worlds of this plan, of all their positions (`at`), or position by position
 * - world: what stands somewhere in the run of a world of this plan, behind its own changes: one row for each position in order, or one for all
 */
export const valueSchema = z.union([
  z.literal("zero"),
  z.strictObject({ rows: z.array(z.array(finite).min(1).readonly()).min(1).readonly() }),
  z.strictObject({ vector: vectorSchema }),
  z.strictObject({
    mean: z.strictObject({
      worlds: z.array(count).min(1).readonly(),
      at: atSchema.optional().describe("default: all"),
      perPosition: z.boolean().optional().describe("one mean for each index of position; without it one for all"),
      ...placeInRun,
    }),
  }),
  z.strictObject({
    world: count,
    at: atSchema.optional().describe("default: where the change is"),
    ...placeInRun,
  }),
]);
export type Value = z.infer<typeof valueSchema>;

const editSchema = z.strictObject({
  feature: count,
  op: z.enum(["set", "add", "scale"]),
  by: finite,
});
export type FeatureEdit = z.infer<typeof editSchema>;

/**
 * What becomes of a row x. Every form is x plus something that is exactly 0 where nothing changes.
 * - set: x ← v
 * - add: x ← x + scale · v
 * - project, with P the projection on the basis and c the centre (default 0): outside x ← x − P(x − c), inside x ← c + P(x − c)
 * - clamp: x ← x + (to − ûᵀx) û, with û = along / ‖along‖
 * - mix: x ← x + (1 − gate)(v − x)
 * - through a dictionary, f its features at x and f′ the edited ones: x ← x + decode(f′) − decode(f), or decode(f′) where the
 *   error is dropped
 */
export const changeSchema = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("set"), to: valueSchema }),
  z.strictObject({ op: z.literal("add"), what: valueSchema, scale: finite }),
  z.strictObject({
    op: z.literal("project"),
    basis: z.array(vectorSchema).min(1).readonly(),
    keep: z.enum(["inside", "outside"]),
    centre: vectorSchema.optional(),
  }),
  z.strictObject({ op: z.literal("clamp"), along: vectorSchema, to: finite }),
  z.strictObject({ op: z.literal("mix"), with: valueSchema, gate: finite }),
  z.strictObject({
    op: z.literal("through"),
    dictionary: name,
    edits: z.array(editSchema).readonly(),
    error: z.enum(["kept", "dropped"]),
  }),
]);
export type Change = z.infer<typeof changeSchema>;

export const plannedChangeSchema = z.strictObject({ world: count, where: whereSchema, change: changeSchema });
export type PlannedChange = z.infer<typeof plannedChangeSchema>;

/** What is read, behind the changes there. At "logits" units are token ids, and there is no layer. */
export const readingSchema = z.union([
  z.strictObject({ world: count, ...whereSchema.omit({ step: true }).shape }),
  z.strictObject({
    world: count,
    site: z.literal("logits"),
    units: z.array(count).min(1).readonly().optional(),
    at: atSchema,
  }),
]);
export type Reading = z.infer<typeof readingSchema>;

export const planSchema = z.strictObject({
  worlds: z.array(promptSchema).min(1).readonly(),
  changes: z.array(plannedChangeSchema).readonly().describe("changes at one place act in this order"),
  read: z.array(readingSchema).readonly(),
});
export type Plan = z.infer<typeof planSchema>;

/** The value that a change puts in, where it has one. */
export function valueOf(change: Change): Value | undefined {
  switch (change.op) {
    case "set":
      return change.to;
    case "add":
      return change.what;
    case "mix":
      return change.with;
    case "project":
    case "clamp":
    case "through":
      return undefined;
    default:
      return change satisfies never;
  }
}

/** A place in the run of a world that a value comes from. */
export interface Source {
  readonly world: number;
  readonly site: Where["site"];
  readonly layer: number;
}

/** Where the value of a change comes from: none for values that stand in the plan. */
export function sourcesOf({ where, change }: PlannedChange): Source[] {
  const value = valueOf(change);
  if (value === undefined || value === "zero") return [];
  const place = (of: { site?: Where["site"]; layer?: number }) => ({
    site: of.site ?? where.site,
    layer: of.layer ?? where.layer,
  });
  if ("world" in value) return [{ world: value.world, ...place(value) }];
  if ("mean" in value) return value.mean.worlds.map((world) => ({ world, ...place(value.mean) }));
  return [];
}
