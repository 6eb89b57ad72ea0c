import { expect, test } from "vitest";
import { type AskedOf, type SettingsOf, VERB_ROWS, type VerbName } from "../../engine/contract/verbs.ts";
import { FeaturesForm } from "./features-form.svelte.ts";
import { NeuronForm } from "./neuron-form.svelte.ts";
import { PatchscopeForm } from "./patchscope-form.svelte.ts";
import { EditForm, MemoriesForm, TwoHopForm } from "./read-forms.svelte.ts";
import { ActingVector, SteerForm } from "./steer-form.svelte.ts";

/** A verb, what was asked for, and what a form that took its settings over asks for then. */
type Case<Name extends VerbName> = readonly [Name, AskedOf<Name>, (settings: SettingsOf<Name>) => AskedOf<Name>];

const gender = new ActingVector("gender.gguf", "gender", [0, 1, 2], { method: "difference", layer: 2 });
const dictionary = { dictionary: "d", model: "m" };

const CASES: readonly Case<VerbName>[] = [
  of("memories", { model: "m", layers: [1, 3], text: "a b", token: "x", scores: "plain", most: 5 }, (settings) => {
    const form = new MemoriesForm();
    form.take(settings);
    return form.asked("m");
  }),
  of(
    "edit",
    { model: "m", facts: "f.yaml", kind: "boost", factor: 3, neurons: 2, shared: 0.5, limit: 4 },
    (settings) => {
      const form = new EditForm();
      form.take(settings);
      return form.asked("m");
    },
  ),
  of("two-hop", { model: "m", task: "cities", decoder: "logit", within: 7, items: 3 }, (settings) => {
    const form = new TwoHopForm();
    form.take(settings);
    return form.asked("m");
  }),
  of(
    "neuron",
    { model: "m", event: [" an"], control: [" a"], texts: 50, steps: ["removal", "strength", "sets"] },
    (settings) => {
      const form = new NeuronForm();
      form.take(settings);
      return form.asked("m", undefined);
    },
  ),
  of(
    "patchscope",
    { model: "m", text: "a b", template: "capital", words: ["x", "y"], from: [0, 2], into: [1] },
    (settings) => {
      const form = new PatchscopeForm();
      form.take(settings);
      return form.asked("m", { nLayers: 4, where: "folder" });
    },
  ),
  of("sae features", { ...dictionary, text: "a", without: "b", top: 7, pages: 7 }, (settings) => {
    const form = new FeaturesForm();
    form.takeList(settings);
    return form.list("m", undefined);
  }),
  of("sae features", { ...dictionary, task: "t.yaml", top: 9, pages: 9 }, (settings) => {
    const form = new FeaturesForm();
    form.takeList(settings);
    return form.list("m", "t.yaml");
  }),
  of(
    "sae steer",
    { ...dictionary, feature: 5, text: "a", op: "clamp", strengths: [0, 0.5], maxTokens: 3 },
    (settings) => {
      const form = new FeaturesForm();
      form.takeSteering(settings);
      form.dictionary = "d";
      return form.steer("m", form.feature!);
    },
  ),
  of(
    "sae train",
    {
      model: "m",
      kind: "l1",
      layer: 1,
      features: 64,
      sparsity: 2,
      also: [0, 3],
      steps: 9,
      batch: 64,
      rate: 0.1,
      out: "o",
    },
    (settings) => {
      const form = new FeaturesForm();
      form.takeTraining(settings);
      return form.train("m");
    },
  ),
  of(
    "vector sweep",
    { model: "m", sets: "s.yaml", vector: "gender.gguf", coefficients: [-1, 2], mostKl: 0.25 },
    (settings) => {
      const form = new SteerForm();
      form.takeSweep(settings);
      form.take(gender);
      return form.sweep("m", form.sets[0]!);
    },
  ),
  of(
    "vector judge",
    { model: "m", sets: ["s.yaml", "t.yaml"], vectors: ["gender.gguf"], layers: [2], positions: "end" },
    (settings) => {
      const form = new SteerForm();
      form.takeJudgement(settings);
      form.take(gender);
      return form.judgement("m");
    },
  ),
  of("vector make", { model: "m", method: "unembedding", plus: " she", minus: " he" }, (settings) => {
    const form = new SteerForm();
    form.takeMaking(settings);
    return form.making("m")!;
  }),
];

function of<Name extends VerbName>(...one: Case<Name>): Case<VerbName> {
  return one as unknown as Case<VerbName>;
}

test.each(CASES)("a form that took over what %s was asked with asks for the same", (verb, asked, again) => {
  const settings = VERB_ROWS[verb].settings.parse(asked) as SettingsOf<VerbName>;
  expect(again(settings)).toMatchObject(asked);
});
