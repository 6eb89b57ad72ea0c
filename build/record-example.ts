// Records the run that the workbench draws before the engine answers: IOI on the embedded model, as renderer/example/ioi.json.
import type { PruneSettings } from "../engine/choices/prune.ts";
import { readFileSync } from "node:fs";
import { writeFileAtomic } from "../engine/base/atomic-file.ts";
import type { OpenedTask, PromptPair, RunRecord, TaskPreview } from "../engine/contract.ts";
import type { RunStep } from "../engine/contract/prune.ts";
import { type MeasuredCircuit, requireMeasured, withStability, withTransfer } from "../engine/circuit/statistics.ts";
import { type Prepared, withTask } from "../engine/session/prepare.ts";
import { pruneTask } from "../engine/session/prune-task.ts";
import { searchedAgain, stabilityTask } from "../engine/session/stability-task.ts";
import { transferTask } from "../engine/session/transfer-task.ts";
import type { Example } from "../engine/task/example.ts";
import type { Prompt } from "../engine/task/prompt.ts";

const OUT = "renderer/example/ioi.json";
/** Prompts that the file shows; the figures are of all. */
const SHOWN_PROMPTS = 12;

const request = { task: "tasks/ioi.yaml", model: "sprig", units: ["head"] } as const satisfies PruneSettings;

const { record, anchors } = await recordRun();
const example = await withTask(request, {}, async (prepared) => ({
  task: openedTask(prepared),
  preview: preview(prepared),
  record,
}));
writeFileAtomic(OUT, `${JSON.stringify(example, null, 1)}\n`);
console.log(`${OUT} written.`);

async function recordRun() {
  const steps: RunStep[] = [];
  let [order, pass] = [0, 0];
  let full = 0;
  let empty = 0;
  let accuracy = 0;
  const { circuit } = await pruneTask(request, {
    onEvent: (event) => {
      if (event.type === "anchors") ({ full, empty, accuracy } = event.anchors.ends);
      if (event.type !== "search") return;
      if (event.event.type === "order") order = event.event.index;
      if (event.event.type === "pass") pass = event.event.pass;
      if (event.event.type !== "trial") return;
      const { removed, faithfulness, second, accepted, kept, trials } = event.event;
      steps.push({ step: trials, removed, faithfulness, second, accepted, kept, order, pass });
    },
  });
  const startedAt = circuit.environment!.startedAt;
  const id = "example-ioi-sprig";
  const record: RunRecord = {
    id,
    request,
    state: "finished",
    startedAt,
    steps,
    circuit: await withStatistics(requireMeasured(circuit, id)),
  };
  return { record, anchors: { full, empty, accuracy } };
}

/** What the statistics' tab shows: its search again, and the circuit on other tasks. */
async function withStatistics(circuit: MeasuredCircuit): Promise<MeasuredCircuit> {
  const named = { file: OUT, circuit };
  const again = { ...searchedAgain(circuit, { task: request.task }), runs: 5, sizes: [16, 32, 64, 128] };
  const stability = await stabilityTask(again, {}, named);
  const cells = await transferTask({
    circuits: [{ form: "own", version: circuit.version, ...named }],
    tasks: [request.task, "tasks/pronoun.yaml", "tasks/capital.yaml"],
  });
  return withTransfer(
    withStability(circuit, stability),
    cells.map(({ row }) => row),
  );
}

function openedTask({ task, discovery, heldOut }: Prepared): OpenedTask {
  return {
    file: task.file,
    name: task.name,
    title: task.title,
    kind: "contrast",
    text: readFileSync(task.file, "utf8"),
    description: task.description,
    metric: task.metric,
    threshold: task.threshold,
    criterion: task.criterion,
    ablation: task.ablation.kind,
    corruptions: "corruptions" in task ? Object.keys(task.corruptions as object) : [],
    bos: task.bos,
    examples: { discovery: discovery.length, heldOut: heldOut.length },
    seed: task.seed,
    notes: task.notes,
  };
}

function preview({ model: { tokenizer }, discovery, heldOut }: Prepared): TaskPreview {
  const row = ({ ids }: Prompt) => ({ ids, tokens: ids.map((id) => tokenizer.token(id)) });
  const words = (ids: readonly number[]) => ids.map((id) => tokenizer.token(id));
  const pair = ({ index, split, clean, corrupt, answers, wrongAnswers, positions }: Example): PromptPair => ({
    index,
    split,
    clean: row(clean),
    corrupt: row(corrupt),
    answers: words(answers),
    wrongAnswers: words(wrongAnswers),
    positions,
  });
  return {
    prompts: discovery.slice(0, SHOWN_PROMPTS).map(pair),
    counts: { discovery: discovery.length, heldOut: heldOut.length },
    tried: discovery.length,
    ...anchors,
    notes: [],
  };
}
