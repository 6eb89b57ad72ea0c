// What a person asks of directions: which ones, how strongly, where and on what text; how one is made, swept and judged.
import type { CoefficientUnit, VectorAction, VectorPositions } from "../../engine/choices/acting.ts";
import type { DirectionMethod, VectorApplyResult } from "../../engine/choices/vector.ts";
import type { OpenedDirections, TaskEntry } from "../../engine/contract.ts";
import type { AskedOf, SettingsOf } from "../../engine/contract/verbs.ts";
import type { Loaded } from "./task-desk.svelte.ts";
import type { TextMode } from "./text-form.svelte.ts";

/** Ways to make a direction in the window, each from what a person can name there. */
export const WINDOW_METHODS = [
  "difference",
  "component",
  "probe",
  "task",
  "function",
  "neuron",
  "unembedding",
] as const satisfies readonly DirectionMethod[];
export type WindowMethod = (typeof WINDOW_METHODS)[number];

/** What a way is made from. */
export const MADE_FROM = {
  difference: "sets",
  component: "sets",
  probe: "sets",
  task: "relation",
  function: "relation",
  neuron: "neuron",
  unembedding: "tokens",
} as const satisfies Readonly<Record<WindowMethod, string>>;

/** Ends of the slider, and coefficients whose doses are measured. */
const REACH: Readonly<
  Record<CoefficientUnit, { readonly most: number; readonly step: number; readonly doses: readonly number[] }>
> = {
  vector: { most: 4, step: 0.1, doses: [-4, -3, -2, -1, -0.5, 0.5, 1, 2, 3, 4] },
  stream: { most: 1, step: 0.02, doses: [-1, -0.7, -0.4, -0.2, -0.1, 0.1, 0.2, 0.4, 0.7, 1] },
};

export interface DoseCurve {
  readonly key: string;
  readonly doses: VectorApplyResult["doses"];
  readonly sane: VectorApplyResult["sane"];
  /** Nats per token that are still small on neutral text. */
  readonly mostKl: number;
}

/** A direction that acts. */
export class ActingVector {
  action = $state<VectorAction>("add");
  scale = $state(1);
  /** -1 is the embedding. */
  layer = $state(0);

  constructor(
    /** A file, or files joined by + and -. */
    readonly vector: string,
    /** How people call it. */
    readonly label: string,
    /** That it is known at. */
    readonly layers: readonly number[],
    { method, layer }: Pick<OpenedDirections, "method" | "layer">,
  ) {
    this.action = method === "task" ? "replace" : "add";
    this.layer = layer ?? layers[Math.floor(layers.length / 2)]!;
  }

  /** Whether what it does depends on a coefficient. */
  get isScaled(): boolean {
    return this.action === "add" || this.action === "clamp";
  }
}

export class SteerForm {
  mode = $state<TextMode>("text");
  text = $state("");
  message = $state("");
  /** Told before a chat; "" leaves it to the model's template. */
  system = $state("");
  acting = $state.raw<readonly ActingVector[]>([]);
  unit = $state<CoefficientUnit>("vector");
  positions = $state<VectorPositions>("all");
  maxTokens = $state(32);
  temperature = $state(0);
  seed = $state(0);
  method = $state<WindowMethod>("difference");
  /** Contrast sets or a relation, by file. */
  source = $state("");
  layer = $state(0);
  neuron = $state(0);
  plus = $state("");
  minus = $state("");
  /** Contrast sets that a sweep and a judgement are made with, by file. */
  sets = $state.raw<readonly string[]>([]);
  coefficients = $state("-2, -1, 1, 2, 4");
  mostKl = $state(0.5);
  /** Which of its views the pane shows. */
  view = $state<"write" | "made" | "sweep" | "judge">("write");
  /** Contrast sets that ship. */
  shipped = $state.raw<Loaded<readonly Pick<TaskEntry, "file" | "name" | "title">[]>>({ state: "none" });
  /** The result whose direction acted as soon as it was made. */
  lastTaken = "";
  /** The last dose curve, and what it is of. */
  doses = $state.raw<DoseCurve | undefined>(undefined);

  get isComplete(): boolean {
    return this.acting.length > 0 && (this.mode === "text" ? this.text : this.message) !== "";
  }

  get reach() {
    return REACH[this.unit];
  }

  take(vector: ActingVector): void {
    this.acting = [...this.acting.filter((own) => own.vector !== vector.vector), vector];
  }

  /** What people call a direction; a file by its path where nobody took it here. */
  labelOf(vector: string): string {
    return this.acting.find((own) => own.vector === vector)?.label ?? vector;
  }

  drop(vector: ActingVector): void {
    this.acting = this.acting.filter((own) => own !== vector);
  }

  /** @returns undefined where something is missing */
  making(model: string): AskedOf<"vector make"> | undefined {
    const { method, source, layer, neuron, plus, minus } = this;
    switch (MADE_FROM[method]) {
      case "sets":
      case "relation":
        return source === "" ? undefined : { model, method, source };
      case "neuron":
        return { model, method, layer, neuron };
      case "tokens":
        return plus === "" || minus === "" ? undefined : { model, method, plus, minus };
    }
  }

  /** @param doses whether the dose curve is measured too */
  asked(model: string, doses: boolean): AskedOf<"vector apply"> {
    const { acting } = this;
    const prompt =
      this.mode === "text"
        ? { text: this.text }
        : { chat: this.message, ...(this.system !== "" && { system: this.system }) };
    return {
      model,
      ...prompt,
      vectors: acting.map(({ vector }) => vector),
      actions: acting.map(({ action }) => action),
      scales: acting.map(({ scale }) => scale),
      actAt: acting.map(({ layer }) => layer),
      unit: this.unit,
      positions: this.positions,
      maxTokens: this.maxTokens,
      temperature: this.temperature,
      seed: this.seed,
      mostKl: this.mostKl,
      ...(doses && acting[0]?.isScaled && { doses: [...this.reach.doses] }),
    };
  }

  /** Takes over the text that directions acted on, and how; which ones act stays. */
  takeText({
    text,
    chat,
    system,
    unit,
    positions,
    maxTokens,
    temperature,
    seed,
    mostKl,
  }: SettingsOf<"vector apply">): void {
    this.view = "write";
    this.mode = chat === undefined ? "text" : "chat";
    this.text = text ?? "";
    this.message = chat ?? "";
    this.system = system ?? "";
    this.takeCounting({ unit, positions });
    Object.assign(this, { maxTokens, temperature, seed, mostKl });
  }

  /** Takes over what a sweep was asked with. */
  takeSweep({ sets, coefficients, unit, mostKl }: SettingsOf<"vector sweep">): void {
    this.view = "sweep";
    this.sets = [sets];
    this.coefficients = coefficients.join(", ");
    this.mostKl = mostKl;
    this.takeCounting({ unit });
  }

  /** Takes over what a judgement was asked with. */
  takeJudgement({ sets, unit, positions }: SettingsOf<"vector judge">): void {
    this.view = "judge";
    this.sets = [...sets];
    this.takeCounting({ unit, positions });
  }

  /** Takes over how a direction was made, where the window has that way. */
  takeMaking({ method, source, layer, neuron, plus, minus }: SettingsOf<"vector make">): void {
    this.view = "made";
    const own = WINDOW_METHODS.find((one) => one === method);
    if (own === undefined) return;
    this.method = own;
    Object.assign(this, {
      source: source ?? "",
      layer: layer ?? 0,
      neuron: neuron ?? 0,
      plus: plus ?? "",
      minus: minus ?? "",
    });
  }

  /** What nobody said is as the engine takes it. */
  private takeCounting({ unit, positions }: Pick<SettingsOf<"vector judge">, "unit" | "positions">): void {
    this.unit = unit ?? "vector";
    this.positions = positions ?? "all";
  }

  sweep(model: string, sets: string): AskedOf<"vector sweep"> {
    const { vector, action, layers } = this.acting[0]!;
    const coefficients = this.coefficients
      .split(",")
      .map(Number)
      .filter((one) => Number.isFinite(one));
    return { model, sets, vector, action, layers: [...layers], unit: this.unit, coefficients, mostKl: this.mostKl };
  }

  /** Every direction by itself, as the first one acts. */
  judgement(model: string): AskedOf<"vector judge"> {
    const { acting, sets, unit, positions } = this;
    const [{ action, scale, layer }] = acting as readonly [ActingVector];
    return {
      model,
      sets: [...sets],
      vectors: acting.map(({ vector }) => vector),
      action,
      scale,
      layers: [layer],
      unit,
      positions,
    };
  }
}

/**
 * What a dose curve is of: what the form asks for but the first coefficient and how long the text is, by name and in one order, so
 * that the settings of a result, in which everything else stands too, have the key of the form that asked for them.
 */
export function doseKey(asked: AskedOf<"vector apply">): string {
  const { model, text, chat, system, vectors, actions, scales, actAt, unit, positions, mostKl } = asked;
  return JSON.stringify([
    model,
    text,
    chat,
    system,
    vectors,
    actions,
    scales?.slice(1),
    actAt,
    unit,
    positions,
    mostKl,
  ]);
}

/** Parts of a sum and the signs between them, each sign at an odd place. */
const piecesOf = (text: string) => text.trim().split(/(\s+[+\u2212-]\s+)/);

/** A sum of files as a person reads it: without their folders. */
export function labelOfSum(text: string): string {
  return piecesOf(text)
    .map((piece) => piece.split(/[\\/]/).at(-1)!)
    .join("");
}

/** Names of made directions in a sum become their files: "formal + last - first". */
export function sumOfNames(text: string, files: ReadonlyMap<string, string>): string {
  return piecesOf(text)
    .map((piece) => files.get(piece.trim()) ?? piece)
    .join("");
}
