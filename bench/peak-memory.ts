// Peak memory of pruning SmolLM2, in a process of its own, against the size of its float32 weights.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Executor } from "../engine/activations/executor.ts";
import { UnitSpace } from "../engine/circuit/unit-set.ts";
import { Evaluator } from "../engine/evaluate/evaluator.ts";
import { measureAnchors } from "../engine/evaluate/report.ts";
import type { ModelConfig } from "../engine/model/model.ts";
import { openModel } from "../engine/model/open.ts";
import { UnitSearch } from "../engine/prune/unit-search.ts";
import { benchExamples } from "./prompts.ts";

/** Enough of a search to reach its peak: every layer's programs are compiled and the latest layers pruned. */
const passes = 1;
const threadsFlag = "--measure-peak-memory";

export async function measurePeakMemory(threads: number): Promise<string[][]> {
  const script = fileURLToPath(import.meta.url);
  const run = spawnSync(process.execPath, [...process.execArgv, script, threadsFlag, String(threads)], {
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  const { peak, weights } = JSON.parse(run.stdout) as { peak: number; weights: number };
  const allowed = 1.6 * weights + 400e6;
  return [
    ["float32 weights, MB", megabytes(weights)],
    ["peak of the process, MB", megabytes(peak)],
    ["1.6 x weights + 400 MB", megabytes(allowed)],
    ["peak over that", `${((100 * peak) / allowed).toFixed(0)} %`],
  ];
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

function weightBytes({
  nLayers,
  dModel,
  dHead,
  nHeads,
  nKeyValueHeads,
  dMlp,
  dVocab,
  tiedUnembedding,
}: ModelConfig): number {
  const layer = dModel * dHead * (2 * nHeads + 2 * nKeyValueHeads) + 3 * dModel * dMlp;
  return 4 * (nLayers * layer + dModel * dVocab * (tiedUnembedding ? 1 : 2));
}

async function pruneOnce(threads: number): Promise<void> {
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads });
  const space = new UnitSpace(model.config, ["head"]);
  const ablation = { kind: "resample", reference: "paired", perPosition: false } as const;
  const examples = benchExamples("all three names");
  const evaluator = await Evaluator.create(executor, examples, { metric: "logit-difference", ablation, space });
  const { ends } = await measureAnchors(evaluator, "logits");
  const effects = new Map(
    space
      .full()
      .ids()
      .map((id) => [id, 0]),
  );
  const criterion = { name: "match", threshold: 0.9, second: "accuracy" } as const;
  const options = { criterion, order: "layerwise", seed: 1, orders: 1, swaps: 0, maxPasses: passes, effects } as const;
  await new UnitSearch(evaluator, ends, options).run();
  const peak = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(JSON.stringify({ peak, weights: weightBytes(model.config) }));
}

if (process.argv[2] === threadsFlag) await pruneOnce(Number(process.argv[3]));
