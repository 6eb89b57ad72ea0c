// A sweep file: one verb over a grid of tasks, models, seeds and settings.
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";

const text = z.string().min(1);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(10_000);
/** Settings of the verb, checked against its own schema when the grid is laid out. */
const settings = z.record(text, z.unknown());
const seed = z.int().min(0).max(4_294_967_295);

const seedRange = z.strictObject({
  from: seed.default(0).describe("The first seed."),
  count: z.int().min(1).max(100_000).describe("How many seeds follow one another."),
});

const cellMatch = z
  .record(text, z.unknown())
  .describe("Cells that have these values; task, model and seed stand beside the settings.");

export const sweepSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,99}$/)
    .describe("Short name of the sweep, in small letters, digits and dashes."),
  verb: text.describe('What is done in every cell, such as "prune".'),
  tasks: list(text).optional().describe("Task files, from the folder of this file on."),
  models: list(text).optional().describe('Models as --model takes them (default: "sprig").'),
  seeds: z
    .union([list(seed), seedRange])
    .optional()
    .describe("Seeds: a list, or the first one and how many."),
  settings: settings.optional().describe("Settings of the verb that hold in every cell."),
  grid: z
    .record(text, list(z.unknown()))
    .optional()
    .describe("Further axes: a setting of the verb and the values that it takes in turn."),
  exclude: list(cellMatch).optional().describe("Cells that are left out."),
  include: list(settings).optional().describe("Cells beside the grid: task, model, seed and settings of each."),
  overrides: list(z.strictObject({ where: cellMatch, settings }))
    .optional()
    .describe("Settings that hold in some cells only; a later one goes before an earlier one."),
});

export type SweepFile = Frozen<z.infer<typeof sweepSchema>>;

/** The JSON Schema that ships. */
export function sweepJsonSchema(): object {
  return {
    ...z.toJSONSchema(sweepSchema, { io: "input" }),
    title: "Secateur sweep",
  };
}
