// The section on scores of SmolLM2's edges.
import type { BenchOptions } from "../options.ts";
import type { Section } from "../section.ts";
import { measureSmollm2Edges } from "../smollm2-edges.ts";
import { seconds } from "../table.ts";

export async function smollm2EdgesSection(options: BenchOptions): Promise<Section> {
  const { edges, rows } = await measureSmollm2Edges(options);
  return {
    title: "Scores of edges in SmolLM2",
    text: `Grouped key-value heads, each query head's k and v apart, on the 32 prompts above. Both sides' seconds are those of the scores
alone; ours hold compiling the graphs. Largest difference as above. Other ways of scoring are several such passes.`,
    tables: [
      {
        head: [
          `scores of ${edges.toLocaleString("en")} edges`,
          "seconds, secateur",
          "seconds, EAP-IG",
          "ratio",
          "largest difference",
        ],
        rows: rows.map(({ method, seconds: time, peerSeconds, difference }) => [
          method,
          seconds(time),
          peerSeconds === undefined ? "not run" : seconds(peerSeconds),
          peerSeconds === undefined ? "" : `${(peerSeconds / time).toFixed(1)} x`,
          difference?.toExponential(1) ?? "",
        ]),
      },
    ],
  };
}
