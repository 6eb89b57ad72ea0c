// The section on circuits of heads in SmolLM2.
import { headTable } from "../head-table.ts";
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";
import { measureSmollm2Circuits } from "../smollm2-circuits.ts";
import { headsPicture } from "./heads.ts";

export async function smollm2Section(options: BenchOptions): Promise<Section> {
  const rows = await measureSmollm2Circuits(options);
  return {
    title: "Circuits of heads in SmolLM2",
    text: `270 heads, 32 discovery prompts of one sentence with all three names corrupted; held out are 64 prompts of all sixteen sentences with
pairs of names that the discovery prompts do not have. Neither side's seconds hold opening the model or judging the circuit. Where
TransformerLens is timed on some measurements only, evenly spread over the heads, its time is scaled to as many as our first
search took, which makes the same decisions; \`--heads all\` runs it whole. EAP-IG and AutoCircuit find circuits of edges and are compared below.`,
    tables: [headTable("circuits of heads, SmolLM2", rows)],
    pictures: [headsPicture("heads-smollm2", rows)],
  };
}
