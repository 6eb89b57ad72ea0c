// One result of every instrument, made by the engine itself, so that each pane has something to show.
import { join } from "node:path";
import type { AskedOf, VerbName } from "../../engine/contract/verbs.ts";
import type { EngineApi } from "../../engine/contract.ts";
import { engineService } from "../../engine/service/service.ts";

/** Something to ask for; its card is named after the picture that is taken of it. */
type Asked = {
  readonly [Name in VerbName]: { readonly name: string; readonly verb: Name; readonly settings: AskedOf<Name> };
}[VerbName];

const SENTENCE = "When Mary and John went to the store, John gave a drink to";
const GENDER = "tasks/contrast-sets/gender.yaml";

export const MODELS = ["sprig", "smollm2"] as const;
export type ShownModel = (typeof MODELS)[number];

/** @param home folder of the results, where dictionaries and directions go too */
function askedOf(model: ShownModel, home: string): readonly Asked[] {
  const isSmall = model === "sprig";
  const examples = isSmall ? undefined : { discovery: 16, heldOut: 16 };
  const of = { task: "tasks/ioi.yaml", model, ...(examples && { examples }) };
  const dictionary = join(home, "dictionary");
  const vector = join(home, "gender.safetensors");
  const layer = isSmall ? 2 : 15;
  const main: readonly Asked[] = [
    { name: "circuit", verb: "prune", settings: { ...of, units: ["head"] } },
    { name: "lens", verb: "lens", settings: { model, text: SENTENCE, words: ["Mary", "John"] } },
    { name: "text", verb: "generate", settings: { model, text: SENTENCE, maxTokens: 24 } },
    {
      name: "patchscope",
      verb: "patchscope",
      settings: {
        model,
        text: isSmall ? "Yesterday John left the museum because" : "The capital of France is",
        template: isSmall ? "plural" : "identity",
        words: isSmall ? ["John"] : ["Paris"],
      },
    },
    { name: "memories", verb: "memories", settings: { model, text: SENTENCE } },
    {
      name: "neurons",
      verb: "neuron",
      settings: {
        model,
        event: isSmall ? [" are", " were"] : [" an"],
        control: isSmall ? [" is"] : [" a"],
        texts: 300,
        steps: isSmall ? ["removal", "strength", "sets", "words", "selectivity"] : ["removal", "strength"],
      },
    },
    {
      name: "features-trained",
      verb: "sae train",
      settings: { model, features: isSmall ? 128 : 512, steps: isSmall ? 300 : 100, layer, out: dictionary },
    },
    { name: "features-opened", verb: "sae show", settings: { model, dictionary } },
    { name: "features", verb: "sae features", settings: { model, dictionary, top: 20, pages: 20, text: SENTENCE } },
    {
      name: "features-steer",
      verb: "sae steer",
      settings: { model, dictionary, feature: 3, text: SENTENCE, maxTokens: 8, strengths: [0, 1, 2, 4] },
    },
    { name: "features-judged", verb: "sae eval", settings: { model, dictionary } },
    { name: "steer-made", verb: "vector make", settings: { model, source: GENDER, method: "difference", out: vector } },
    {
      name: "steer",
      verb: "vector apply",
      settings: {
        model,
        text: SENTENCE,
        vectors: [vector],
        actions: ["add"],
        scales: [2],
        actAt: [layer],
        maxTokens: 12,
        doses: [-4, -2, -1, 1, 2, 4],
      },
    },
    {
      name: "steer-swept",
      verb: "vector sweep",
      settings: { model, sets: GENDER, vector, coefficients: [-2, -1, 1, 2] },
    },
    {
      name: "steer-judged",
      verb: "vector judge",
      settings: { model, sets: [GENDER], vectors: [vector], scale: 2, layers: [layer] },
    },
  ];
  if (!isSmall) return main;
  return [
    ...main,
    { name: "edges", verb: "edges", settings: { ...of, prune: true } },
    { name: "curves", verb: "curves", settings: { ...of, units: ["head"] } },
    { name: "statistics", verb: "stability", settings: { ...of, runs: 3, sizes: [16, 32] } },
    { name: "transplant", verb: "transplant", settings: { model, task: "tasks/relations/capital-country.json" } },
    { name: "two-hop", verb: "two-hop", settings: { model, task: "sprig-cities" } },
    { name: "edit", verb: "edit", settings: { model, facts: "capitals", limit: 4 } },
  ];
}

/**
 * Makes the results of a model in the folder that the engine keeps its own in; what is there by its name is kept.
 *
 * @param only names of the cards that are wanted, which must not need others; all where it is absent
 * @returns names of the cards, in their order
 */
export async function makeResults(
  model: ShownModel,
  home: string,
  only?: readonly string[],
): Promise<readonly string[]> {
  const before = process.env.SECATEUR_HOME;
  process.env.SECATEUR_HOME = home;
  const gone = new AbortController();
  try {
    const engine = engineService()(gone.signal);
    const made = new Set((await engine.results()).map(({ name }) => name));
    const names: string[] = [];
    for (const { name, verb, settings } of askedOf(model, home)) {
      if (only && !only.includes(name)) continue;
      if (made.has(name) || (await makeOne(engine, name, verb, settings))) names.push(name);
    }
    return names;
  } finally {
    gone.abort();
    if (before === undefined) delete process.env.SECATEUR_HOME;
    else process.env.SECATEUR_HOME = before;
  }
}

/** @returns whether it is there; a refusal is told and leaves a picture out */
async function makeOne<Name extends VerbName>(
  engine: EngineApi,
  name: string,
  verb: Name,
  settings: AskedOf<Name>,
): Promise<boolean> {
  const started = performance.now();
  let seen = 0;
  const id = await engine.start(verb, settings, "asked");
  for (;;) {
    const job = (await engine.jobs()).find((one) => one.id === id);
    if (job === undefined || job.state === "finished") break;
    if (job.state === "failed" || job.state === "stopped") {
      process.stdout.write(`${name}: ${job.failure?.message ?? job.state}\n`);
      return false;
    }
    seen = (await engine.events(seen)).at(-1)?.seq ?? seen;
  }
  await engine.rename(id, name);
  process.stdout.write(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  return true;
}
