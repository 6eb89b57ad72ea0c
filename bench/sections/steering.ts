// The section on sweeps of a direction, against runs that share nothing.
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";
import { seconds } from "../table.ts";
import { measureVectorSweep } from "../vector-sweep.ts";

export async function steeringSection({ threads }: BenchOptions): Promise<Section> {
  const { settings, prompts, sharedSeconds, aloneSeconds, difference } = await measureVectorSweep(threads);
  return {
    title: "A direction at all layers of SmolLM2 and five coefficients",
    text: `Its score over ${prompts} prompts at ${settings} settings: in one sweep, which runs what is below a layer once, and every setting by itself. The
latter is timed at every fifth layer, the middle one of its five, and counted for all of them.`,
    tables: [
      {
        head: [`${settings} settings, ${prompts} prompts`, ""],
        rows: [
          ["seconds, each by itself", seconds(aloneSeconds)],
          ["seconds, one sweep", seconds(sharedSeconds)],
          ["sweep / by itself", `${(sharedSeconds / aloneSeconds).toFixed(2)} x`],
          ["largest difference of a score", difference.toExponential(0)],
        ],
      },
    ],
  };
}
