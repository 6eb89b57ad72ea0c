// The reference values of single neurons (test/reference/neurons says how they were made) with the texts that they are of.
import { readFileSync } from "node:fs";
import { Beginnings } from "../../engine/corpus/beginnings.ts";
import { placesOf, type Place, type ReadText } from "../../engine/neuron/place.ts";
import type { Tokenizer } from "../../engine/tokens/tokenizer.ts";

interface TopNeuron {
  readonly layer: number;
  readonly neuron: number;
  readonly auroc: number;
  readonly point_biserial: number;
  readonly auroc_on_odd: number;
}

/** Layer, neuron, change of log p(event) and of log p(control) when it is zeroed, attribution. */
type EffectRow = readonly [number, number, number, number, number];

export interface ReferenceEvent {
  readonly tokens: readonly number[];
  readonly n_event_even: number;
  readonly top20: readonly TopNeuron[];
  readonly best_point_biserial: readonly (readonly [number, number, number])[];
  readonly effects: {
    readonly positions: readonly (readonly [number, number])[];
    readonly mean_logp: number;
    readonly logp: readonly number[];
    readonly top_auroc: readonly EffectRow[];
    readonly top_attribution: readonly EffectRow[];
  };
  readonly dose: readonly {
    readonly layer: number;
    readonly neuron: number;
    readonly grid: readonly number[];
    readonly change_logp_event: readonly number[];
    readonly change_logp_control: readonly number[];
    readonly KL_neutral: readonly number[];
  }[];
  readonly neutral: readonly (readonly [number, number])[];
  readonly closed_form: readonly {
    readonly layer: number;
    readonly neuron: number;
    readonly rows: readonly {
      readonly sentence: number;
      readonly position: number;
      readonly closed_form: number;
      readonly measured_norm_live: number;
    }[];
  }[];
}

export interface ReferenceNumber {
  readonly LD: readonly number[];
  /** Layer, neuron, exact effect on singular and on plural prompts, attribution on either. */
  readonly top: readonly (readonly [number, number, number, number, number, number])[];
  readonly groups: readonly {
    readonly layer: number;
    readonly neuron: number;
    /** Group, word, probability before and after, effect in %. */
    readonly rows: readonly (readonly [string, string, number, number, number])[];
    readonly best_word_of_list_unchanged: number;
  }[];
}

export interface ReferenceNeurons {
  readonly corpus: { readonly positions: number; readonly positions_even: number };
  readonly events: Readonly<Record<string, ReferenceEvent>>;
  readonly number: ReferenceNumber;
}

export interface NumberPrompt {
  readonly number: "singular" | "plural";
  readonly prompt: string;
}

const read = (file: string) => readFileSync(new URL(`neurons/${file}`, import.meta.url), "utf8");
const prefixOf = (model: "sprig" | "smollm2") => (model === "sprig" ? "sprig-" : "");

export const referenceNeurons = (model: "sprig" | "smollm2") =>
  JSON.parse(read(`neurons-${model}.json`)) as ReferenceNeurons;

export const numberPrompts = (model: "sprig" | "smollm2") =>
  JSON.parse(read(model === "sprig" ? "sprig-agreement.json" : "determiners.json")) as NumberPrompt[];

/** Sentences with an even number are for discovery, the others held out. */
export function referenceTexts(model: "sprig" | "smollm2", tokenizer: Tokenizer): ReadText[] {
  const seen = new Beginnings();
  const lines = read(`${prefixOf(model)}corpus.txt`).split("\n").slice(0, -1);
  return lines.map((text, i) => {
    const ids = tokenizer.encode(text);
    return { line: i + 1, text, ids, split: i % 2 === 0 ? "discovery" : "heldOut", firstNew: seen.add(ids) };
  });
}

/** The places of the texts, with 1 at those before a token of an event. */
export function labelled(texts: readonly ReadText[], tokens: readonly number[]) {
  const places = placesOf(texts);
  const next = ({ text, position }: Place) => texts[text].ids[position + 1];
  return { places, labels: Uint8Array.from(places, (place) => Number(tokens.includes(next(place)))) };
}
