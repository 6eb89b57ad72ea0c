// The section on scores of SmolLM2's edges.
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";
import { measureSmollm2Edges } from "../smollm2-edges.ts";
import { seconds } from "../table.ts";

export async function smollm2EdgesSection(options: BenchOptions): Promise<Section> {
  const { edges, rows } = await measureSmollm2Edges(options);
  return {
    title: "Scores of edges in SmolLM2",
    text: `Grouped key-value heads, each query head's k and v apart, on the first of the 32 prompts above. Both sides' seconds are those of the scores
alone; ours hold compiling the graphs, which the first method does for all. Integrated gradients are five points. Largest difference as above.`,
    tables: [
      {
        head: [
          `scores of ${edges.toLocaleString("en")} edges`,
          "prompts",
          "seconds, secateur",
          "seconds, EAP-IG",
          "ratio",
          "largest difference",
        ],
        rows: rows.map(({ method, prompts, seconds: time, peerSeconds, difference }) => [
          method,
          String(prompts),
          seconds(time),
          peerSeconds === undefined ? "not run" : seconds(peerSeconds),
          peerSeconds === undefined ? "" : `${(peerSeconds / time).toFixed(1)} x`,
          difference?.toExponential(1) ?? "",
        ]),
      },
    ],
  };
}
