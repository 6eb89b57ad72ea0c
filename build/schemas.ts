// The JSON Schemas that ship, each generated from the parser of its format.
import { circuitJsonSchema } from "../engine/circuit/circuit-schema.ts";
import { sweepJsonSchema } from "../engine/sweep/sweep-schema.ts";
import { contrastSetsJsonSchema } from "../engine/task/contrast-sets-schema.ts";
import { taskJsonSchema } from "../engine/task/schema.ts";

/** Path from the top of the repository to the schema that stands there. */
const SCHEMAS: Readonly<Record<string, () => object>> = {
  "engine/circuit/circuit.schema.json": circuitJsonSchema,
  "sweeps/sweep.schema.json": sweepJsonSchema,
  "tasks/contrast-sets.schema.json": contrastSetsJsonSchema,
  "tasks/task.schema.json": taskJsonSchema,
};

/** Every shipped schema as path and text. */
export function shippedSchemas(): { readonly path: string; readonly text: string }[] {
  return Object.entries(SCHEMAS).map(([path, schema]) => ({ path, text: `${JSON.stringify(schema(), null, 2)}\n` }));
}
