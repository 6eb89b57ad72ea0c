// The verb "prune": finds the circuit of a task, trial by trial. It is kept as a run, whose journal and circuit file other commands read.
import { statSync } from "node:fs";
import type { PruneSettings } from "../choices/prune.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import type { PrunePart } from "../contract/prune.ts";
import type { SearchEvent } from "../prune/unit-search.ts";
import { isForeseen } from "../score/unit-forecast.ts";
import { trainingSteps } from "../session/learned-start.ts";
import { type PruneEvent, pruneTask } from "../session/prune-task.ts";
import { journalSettings } from "../session/run-journal.ts";
import { taskName } from "./task-name.ts";
import type { Table } from "../choices/result-table.ts";
import type { StageOf } from "../contract/verbs.ts";
import { stage, type Stage, type Verb, type Work } from "./verb.ts";

export const prune: Verb<"prune"> = {
  name: "prune",
  version: 1,
  says: "Removes units until no single one can go, then puts back what the criterion needs on other examples.",
  examples: ["tasks/ioi.yaml --units heads,mlps --threshold 0.9"],
  about: ({ task, model }, result) => {
    const { heldOut, discovery } = result?.circuit.task.examples ?? {};
    return { task: taskName(task), model, n: heldOut || discovery };
  },
  stages,
  run: async (settings, work) => {
    const { file, goOn } = work.ledger;
    // A run that was stopped before it had opened its model has nothing to go on from.
    const hasBegun = goOn && statSync(file).size > 0;
    const trials = new Trials(work);
    return pruneTask(hasBegun ? journalSettings("units", file) : settings, {
      execution: work.execution,
      journal: file,
      resume: hasBegun,
      onNote: work.note,
      signal: work.signal,
      onEvent: (event) => trials.note(event),
    });
  },
  headline: ({ circuit }) => {
    const { discovery, heldOut } = circuit.results ?? {};
    const figures = heldOut ?? discovery;
    return {
      code: "prune",
      values: { kept: keptCount(circuit), f: figures?.faithfulness ?? NaN },
      split: heldOut ? "heldOut" : "discovery",
    };
  },
  tables: ({ circuit }) => [nodeTable(circuit), edgeTable(circuit)],
  resumes: () => true,
  keptAs: "run",
};

/** Kept units of the kinds that were searched. */
function keptCount({ kept }: Circuit): number {
  const neurons = Object.values(kept.neurons ?? {}).reduce((sum, list) => sum + list.length, 0);
  return (kept.heads?.length ?? 0) + (kept.mlps?.length ?? 0) + neurons;
}

/** Shares as recorded runs of the embedded model have them; a step of training gates takes what the effects do. */
function stages({
  start,
  maskSteps,
  confidence,
  alternatives = 0,
  random,
  parts,
  connections,
  roles,
  examples,
  units,
  budget,
}: PruneSettings): Stage<StageOf<"prune">>[] {
  const isJudged = examples?.heldOut !== 0;
  return [
    ...(start === undefined || start === "full" ? [] : [stage("masks", maskSteps ?? trainingSteps)]),
    stage("effects", 1),
    stage("pruning", 6),
    ...(confidence === 0 ? [] : [stage("validation", 2)]),
    ...(confidence !== 0 && !budget && units.every(isForeseen) ? [stage("second-search", 0.5)] : []),
    stage("node-effects", 1.5),
    ...(connections === false ? [] : [stage("connections", 1)]),
    ...(roles === false ? [] : [stage("roles", 1.2)]),
    ...(isJudged ? [stage("held-out", 0.8)] : []),
    ...(isJudged && random !== 0 ? [stage("random", 1)] : []),
    ...(isJudged && parts !== false ? [stage("completeness", 0.7), stage("minimality", 0.2)] : []),
    ...(alternatives > 0 ? [stage("alternatives", 6 * alternatives)] : []),
  ];
}

/** The search's events as progress and as trials, each with the order and pass that it belongs to. */
class Trials {
  private order = 0;
  private pass = 0;

  constructor(private readonly work: Work<PrunePart>) {}

  note(event: PruneEvent): void {
    switch (event.type) {
      case "prepared":
      case "start":
        return;
      case "anchors": {
        const { full, empty, accuracy } = event.anchors.ends;
        return this.work.part({ kind: "anchors", full, empty, accuracy });
      }
      case "stage":
        return this.work.report(event.stage, event.done, event.total);
      case "search":
        return this.noteSearch(event.event);
    }
  }

  private noteSearch(event: SearchEvent): void {
    switch (event.type) {
      case "effects":
        return this.work.report("effects", event.done, event.total);
      case "order":
        this.order = event.index;
        return;
      case "swap":
        return;
      case "pass":
        this.pass = event.pass;
        return;
      case "trial": {
        const { removed, faithfulness, second, accepted, kept, trials, done, total } = event;
        const { order, pass } = this;
        const step = { step: trials, removed, faithfulness, second, accepted, kept, order, pass };
        this.work.part({ kind: "step", step });
        return this.work.report("pruning", done, total);
      }
    }
  }
}

function nodeTable({ nodes }: Circuit): Table {
  return {
    title: "nodes: the change of the metric when each is ablated",
    columns: ["node", "role", "effect", "low", "high"],
    rows: nodes.map(({ id, role, effect, effectInterval }) => [id, role?.name, effect, ...(effectInterval ?? [])]),
  };
}

function edgeTable({ edges }: Circuit): Table {
  return {
    title: "connections between kept nodes",
    columns: ["source", "target", "input", "weight"],
    rows: edges.map(({ source, target, input, weight }) => [source, target, input, weight]),
  };
}
