// Measures the engine against its own limits and against a rival on the same model, prompts and threads, in one run.
//
// Prints ratios, never verdicts on absolute times: machines differ, and the same machine differs by the hour.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { measureColdPrune } from "./cold-prune.ts";
import { measureKills } from "./kills.ts";
import { measurePeakMemory } from "./peak-memory.ts";
import { table } from "./table.ts";
import { measureSweep, type SweepFigures } from "./sweep.ts";
import { measureWindow } from "./window.ts";
import { edgeTable, headTable, prunedTable } from "./peer-tables.ts";
import { measurePeers } from "./peers.ts";
import { writeReport } from "./report.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: process.env.SECATEUR_BENCH_PYTHON },
    threads: { type: "string", default: String(availableParallelism()) },
    heads: { type: "string", default: "27" },
    only: { type: "string" },
    "eap-ig": { type: "string", default: process.env.SECATEUR_BENCH_EAP_IG },
    report: { type: "boolean", default: false },
  },
});
const threads = Number(values.threads);
const sections = values.only?.split(",") ?? ["sweep", "memory", "cold", "kills", "window", "peers"];

if (sections.includes("sweep")) {
  const figures: SweepFigures[] = [];
  for (const corruption of ["all three names", "S2 only"] as const) {
    figures.push(await measureSweep({ corruption, threads, python: values.python, peerHeads: values.heads! }));
  }
  console.log(
    table(
      ["exact effects of 270 heads, SmolLM2, 32 prompts", ...figures.map(({ corruption }) => corruption)],
      [
        ["seconds, secateur", ...figures.map(({ seconds }) => seconds.toFixed(1))],
        ["seconds, TransformerLens 2.15.4", ...figures.map(({ peer }) => peer?.sweepSeconds.toFixed(1) ?? "not run")],
        ["ratio", ...figures.map(({ peer, seconds }) => (peer ? `${(peer.sweepSeconds / seconds).toFixed(2)} x` : ""))],
        ["largest difference of an effect", ...figures.map(({ difference }) => difference?.toExponential(1) ?? "")],
        ["unavoidable multiply-adds", ...figures.map(({ multiplyAdds }) => multiplyAdds.toExponential(3))],
        ["MatMul rate, GFLOP/s", ...figures.map(({ rate }) => (rate / 1e9).toFixed(0))],
        ["share of the time the unavoidable takes", ...figures.map(({ shareOfLimit }) => percent(shareOfLimit))],
        ["forward pass: share of the MatMul rate", ...figures.map(({ forwardShare }) => percent(forwardShare))],
      ],
    ),
  );
  if (!values.python) {
    console.log("TransformerLens did not run: give --python a Python with bench/peers/requirements.txt installed.\n");
  }
}
if (sections.includes("memory"))
  console.log(table(["peak memory while pruning SmolLM2", ""], await measurePeakMemory(threads)));
if (sections.includes("cold"))
  console.log(table(["prune IOI on the embedded model, whole process", ""], await measureColdPrune()));
if (sections.includes("kills")) console.log(table(["killed at a random moment and resumed", ""], await measureKills()));
if (sections.includes("window"))
  console.log(table(["the page: 169 nodes, 1,500 connections, 1,000 steps; ms", "", "at most"], await measureWindow()));

if (sections.includes("peers")) {
  if (values.python) {
    const figures = await measurePeers({ threads, python: values.python, eapIg: values["eap-ig"] });
    for (const [head, rows] of [headTable, edgeTable, prunedTable].map((of) => of(figures))) {
      if (rows.length > 0) console.log(table(head, rows));
    }
    if (values.report) writeReport(figures, threads);
  } else console.log("Peers did not run: give --python, and --eap-ig with a checkout of hannamw/EAP-IG at 795f560.\n");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
