// What a study of hidden neurons is to ask: the event, the neurons, the steps; and which neuron's page is open.
import type { NeuronStep } from "../../engine/choices/lists.ts";
import type { AskedOf, SettingsOf } from "../../engine/contract/verbs.ts";

export const EVENT_KINDS = ["event", "pattern", "marked", "task"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Views of a study. */
export const NEURON_VIEWS = ["page", "all", "sets", "words", "selectivity", "explanations"] as const;
export type NeuronView = (typeof NEURON_VIEWS)[number];

/** Steps beside those that every studied neuron gets. */
export const FURTHER_STEPS = ["sets", "words", "selectivity", "explanation"] as const satisfies readonly NeuronStep[];
export type FurtherStep = (typeof FURTHER_STEPS)[number];

export class NeuronForm {
  kind = $state<EventKind>("event");
  /** Tokens parted by commas, with their spaces. */
  event = $state(" an");
  pattern = $state("");
  /** A file of marked texts, where the engine runs. */
  marked = $state("");
  property = $state("corrupt");
  /** Tokens that the same change should leave alone; "" leaves them to the study. */
  control = $state("");
  /** A corpus of one's own; "" for the shipped sentences. */
  corpus = $state("");
  /** Undefined: as many as the engine reads by itself. */
  texts = $state<number | undefined>(undefined);
  /** Ids parted by commas; "" for those that the study finds. */
  neurons = $state("");
  steps = $state.raw<readonly FurtherStep[]>([]);
  /** Address of a language model that is to explain; "" sends nothing anywhere. */
  explainer = $state("");
  view = $state<NeuronView>("page");
  /** The neuron whose page is open. */
  page = $state<string | undefined>(undefined);

  /** @param task file of the open task */
  isComplete(task: string | undefined): boolean {
    return this.about(task) !== undefined;
  }

  /** Opens the page of a neuron, and has the next study look at it. */
  open(id: string): void {
    this.page = id;
    this.view = "page";
    this.neurons = id;
  }

  /** Takes over what a study was asked with; the page of its first neuron opens. */
  take(asked: SettingsOf<"neuron">): void {
    const { event, pattern, marked, task, property, control, corpus, texts, neuron, steps } = asked;
    this.kind = event
      ? "event"
      : pattern !== undefined
        ? "pattern"
        : marked !== undefined
          ? "marked"
          : task !== undefined
            ? "task"
            : "event";
    if (event) this.event = event.join(",");
    this.pattern = pattern ?? "";
    this.marked = marked ?? "";
    this.property = property ?? "";
    this.control = control?.join(",") ?? "";
    this.corpus = corpus ?? "";
    this.texts = texts;
    this.neurons = neuron?.join(", ") ?? "";
    this.steps = FURTHER_STEPS.filter((step) => steps?.includes(step));
    this.page = undefined;
    this.view = "page";
  }

  toggle(step: FurtherStep): void {
    this.steps = this.steps.includes(step) ? this.steps.filter((own) => own !== step) : [...this.steps, step];
  }

  /** @param task file of the open task @throws never: asked for only where it is complete */
  asked(model: string, task: string | undefined): AskedOf<"neuron"> {
    const neuron = listOf(this.neurons).map((id) => id.trim());
    return {
      model,
      ...this.about(task),
      ...(this.control !== "" && { control: listOf(this.control) }),
      ...(this.corpus.trim() !== "" && this.kind !== "task" && { corpus: this.corpus.trim() }),
      ...(this.kind !== "task" && typeof this.texts === "number" && { texts: this.texts }),
      ...(neuron.length > 0 && { neuron }),
      ...(this.explainer.trim() !== "" && { explainer: this.explainer.trim() }),
      steps: ["removal", "strength", ...this.steps],
    };
  }

  private about(
    task: string | undefined,
  ): Pick<AskedOf<"neuron">, "event" | "pattern" | "marked" | "task" | "property"> | undefined {
    const { kind, pattern, marked, property } = this;
    const event = listOf(this.event);
    switch (kind) {
      case "event":
        return event.length > 0 ? { event } : undefined;
      case "pattern":
        return pattern === "" ? undefined : { pattern };
      case "marked":
        return marked.trim() === "" ? undefined : { marked: marked.trim() };
      case "task":
        return task === undefined ? undefined : { task, ...(property !== "" && { property }) };
      default:
        return kind satisfies never;
    }
  }
}

/** Parted by commas; the space at the beginning of a token is its own. */
const listOf = (text: string): string[] => text.split(",").filter((part) => part.trim() !== "");
