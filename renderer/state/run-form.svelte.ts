// The settings of the next run: the task's own until the user sets others.
import type { PruneSettings } from "../../engine/choices/prune.ts";
import type { TaskChoice } from "../../engine/choices/task-choice.ts";
import type {
  AblationKind,
  BosChoice,
  CriterionName,
  SearchMethod,
  SearchStartName,
} from "../../engine/choices/lists.ts";
import type { OpenedTask } from "../../engine/contract.ts";
import { UNIT_KINDS, type UnitKind } from "../../engine/circuit/unit.ts";

/** Settings of a search that the form has beside those of the task. */
type OfSearch = "units" | "search" | "start" | "budget" | "confidence" | "alternatives";

export class RunForm {
  units = $state.raw<readonly UnitKind[]>(["head"]);
  criterion = $state<CriterionName>("match");
  threshold = $state(0.9);
  /** Probability with which the criterion is to hold on other examples; 0: the search alone decides. */
  confidence = $state(0.9);
  ablation = $state<AblationKind>("resample");
  /** Empty: the task's default. */
  corruption = $state("");
  bos = $state<BosChoice>("auto");
  discovery = $state(128);
  heldOut = $state(128);
  seed = $state(1);
  start = $state<SearchStartName>("full");
  /** How heads and MLPs are tried; empty: by rule. */
  search = $state<SearchMethod | "">("");
  /** Further searches, whose circuits stand beside the first as equals. */
  alternatives = $state(0);
  /** Trials at most; null: by rule. Only searches over neurons ask for it. */
  budget = $state<number | null>(null);

  /** Takes over what a task says. */
  follow(task: OpenedTask): void {
    this.criterion = task.criterion;
    this.threshold = task.threshold;
    this.ablation = task.ablation;
    this.corruption = "";
    this.bos = task.bos;
    this.discovery = task.examples.discovery;
    this.heldOut = task.examples.heldOut;
    this.seed = task.seed;
  }

  /** Takes over what a run or curves were asked with. */
  take(asked: TaskChoice & Partial<Pick<PruneSettings, OfSearch>>): void {
    const { units, criterion, threshold, ablation, corruption, bos, examples, seed, start, budget } = asked;
    const { search, confidence, alternatives } = asked;
    if (units) this.units = units;
    this.criterion = criterion ?? this.criterion;
    this.threshold = threshold ?? this.threshold;
    this.ablation = ablation ?? this.ablation;
    this.corruption = corruption ?? "";
    this.bos = bos ?? this.bos;
    this.discovery = examples?.discovery ?? this.discovery;
    this.heldOut = examples?.heldOut ?? this.heldOut;
    this.seed = seed ?? this.seed;
    this.confidence = confidence ?? this.confidence;
    this.alternatives = alternatives ?? 0;
    this.start = start ?? "full";
    this.search = search ?? "";
    this.budget = budget ?? null;
  }

  toggle(kind: UnitKind): void {
    const next = UNIT_KINDS.filter((each) => this.units.includes(each) !== (each === kind));
    if (next.length > 0) this.units = next;
  }

  get problems(): readonly (
    "threshold" | "confidence" | "discovery" | "heldOut" | "alternatives" | "seed" | "budget"
  )[] {
    const counts = (["discovery", "heldOut", "alternatives", "seed"] as const).filter((field) => !isCount(this[field]));
    const isShare = this.threshold > 0 && this.threshold <= 1;
    const isBudget = !this.asksBudget || this.budget === null || isCount(this.budget);
    const isConfidence = this.confidence >= 0 && this.confidence < 1;
    return [
      ...(isShare ? [] : (["threshold"] as const)),
      ...(isConfidence ? [] : (["confidence"] as const)),
      ...counts,
      ...(isBudget ? [] : (["budget"] as const)),
    ];
  }

  get asksBudget(): boolean {
    return this.units.includes("neuron");
  }

  choice(task: string, model: string): TaskChoice {
    return {
      task,
      model,
      seed: this.seed,
      examples: { discovery: this.discovery, heldOut: this.heldOut },
      ...(this.corruption !== "" && { corruption: this.corruption }),
      bos: this.bos,
      ablation: this.ablation,
      criterion: this.criterion,
      threshold: this.threshold,
    };
  }

  request(task: string, model: string): PruneSettings {
    const { units, search, start, budget, confidence, alternatives } = this;
    return {
      ...this.choice(task, model),
      units,
      confidence,
      ...(alternatives > 0 && { alternatives }),
      ...(search !== "" && { search }),
      ...(start !== "full" && { start }),
      ...(this.asksBudget && budget !== null && { budget }),
    };
  }
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}
