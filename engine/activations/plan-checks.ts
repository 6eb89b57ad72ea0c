// Whether a plan says something that a model can do: every fault of it a sentence with its place and what there is.
import { EngineError, saidBy } from "../base/errors.ts";
import { counted, say, sayList, type Sentence } from "../base/sentence.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { sha256 } from "../base/hash.ts";
import { explainIssue } from "../circuit/schema-issues.ts";
import type { Model, ModelConfig } from "../model/model.ts";
import type { Site } from "../transformer/sites.ts";
import { dictionaryOf, orthonormal, vectorOf } from "./change-rows.ts";
import type { Resources } from "./dictionary.ts";
import {
  type At,
  type Change,
  type Plan,
  type PlannedChange,
  planSchema,
  type Reading,
  sourcesOf,
  type Value,
  valueOf,
  type VectorRef,
  type Where,
} from "./plan.ts";
import { type Prompt, RESERVED_POSITIONS } from "../task/prompt.ts";
import { nextBatch } from "./plan-order.ts";
import { generatedFrom, listedPositions, positionsAt, rowWidth, UNIT_WORDS, unitsOf } from "./plan-places.ts";

/** Equal plans have one hash, whatever the order of their fields. */
export const planHash = (plan: Plan): string => sha256(canonicalJson(plan));

/**
 * A plan that was read from somewhere.
 *
 * @throws EngineError "usage" with the place and what should stand there
 */
export function parsePlan(data: unknown): Plan {
  const parsed = planSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const { path, sentence } = explainIssue(parsed.error.issues[0], data, planSchema);
  return refuse(path || "plan", sentence);
}

export interface CheckOptions {
  readonly resources?: Resources;
  /** Worlds whose runs go on with generated tokens: positions may lie beyond their prompts. */
  readonly generating?: readonly number[];
}

/** @throws EngineError "usage" with the place in the plan and what there is */
export function checkPlan(plan: Plan, model: Pick<Model, "name" | "config">, options: CheckOptions = {}): void {
  plan.worlds.forEach((prompt, world) => checkPrompt(`worlds[${world}]`, prompt, model));
  plan.changes.forEach((change, i) => checkChange(`changes[${i}]`, change, plan, model, options));
  plan.read.forEach((reading, i) => checkReading(`read[${i}]`, reading, plan, model));
  checkOrder(plan, model.config);
}

function checkPrompt(path: string, prompt: Prompt, { name, config }: Pick<Model, "name" | "config">): void {
  const { ids, positions = {}, generated = 0 } = prompt;
  if (ids.length > config.nContext) {
    refuse(
      `${path}.ids`,
      say`the prompt has ${ids.length} tokens and ${name} reads at most ${config.nContext}; shorten it.`,
    );
  }
  ids.forEach((id, i) => {
    if (id >= config.dVocab)
      refuse(`${path}.ids[${i}]`, say`there is no token ${id}; ${name} has ${config.dVocab}, from 0.`);
  });
  if (generated >= ids.length) {
    refuse(
      `${path}.generated`,
      say`${generated} of ${ids.length} tokens leaves no prompt; at least one token is not generated.`,
    );
  }
  for (const [name, listed] of Object.entries(positions)) {
    if ((RESERVED_POSITIONS as readonly string[]).includes(name)) {
      refuse(`${path}.positions`, say`"${name}" has a meaning of its own; give the position another name.`);
    }
    for (const position of [listed].flat()) {
      if (position >= ids.length) {
        refuse(`${path}.positions.${name}`, say`is ${position}; the prompt has positions 0 to ${ids.length - 1}.`);
      }
    }
  }
}

function checkChange(
  path: string,
  planned: PlannedChange,
  plan: Plan,
  model: Pick<Model, "name" | "config">,
  options: CheckOptions,
): void {
  const { where, change } = planned;
  checkWorld(`${path}.world`, planned.world, plan);
  const prompt = plan.worlds[planned.world];
  const goesOn = options.generating?.includes(planned.world) ?? false;
  checkPlace(`${path}.where`, where, model);
  checkAt(`${path}.where.at`, where.at, prompt, planned.world, goesOn ? model.config.nContext : prompt.ids.length);
  const positions = positionsAt(prompt, where.at, where.step);
  if (positions.length === 0 && !goesOn && !isOfGenerated(where, prompt)) {
    const begins = generatedFrom(prompt);
    const what =
      where.step === "generated" ? say`generated tokens begin at ${begins}` : say`the prompt ends before ${begins}`;
    refuse(
      `${path}.where`,
      say`touches nothing: no position ${quoted(where.at)} is of step "${String(where.step)}"; ${what}.`,
    );
  }
  if (goesOn && where.site === "pattern" && where.step !== "prompt" && valueOf(change) !== "zero") {
    refuse(
      `${path}.where.site`,
      say`patterns of generated tokens grow with every token; only zero can be put into them.`,
    );
  }
  const width = where.site === "pattern" ? undefined : rowWidth(model.config, where.site, 0, where.units);
  checkNumbers(`${path}.change`, change, width, options.resources ?? {});
  const value = valueOf(change);
  if (value !== undefined) checkValue(path, value, planned, plan, model, goesOn, width, options.resources ?? {});
}

/** Nothing was generated yet: a change of generated tokens has nothing to do, which is a note and no fault. */
const isOfGenerated = (where: Where, prompt: Prompt): boolean => where.step === "generated" && !prompt.generated;

function checkReading(path: string, reading: Reading, plan: Plan, model: Pick<Model, "name" | "config">): void {
  checkWorld(`${path}.world`, reading.world, plan);
  const prompt = plan.worlds[reading.world];
  if (reading.site === "logits") {
    for (const id of reading.units ?? []) {
      if (id >= model.config.dVocab) {
        refuse(`${path}.units`, say`there is no token ${id}; ${model.name} has ${model.config.dVocab}, from 0.`);
      }
    }
  } else checkPlace(path, reading, model);
  checkAt(`${path}.at`, reading.at, prompt, reading.world, prompt.ids.length);
}

function checkWorld(path: string, world: number, { worlds }: Plan): void {
  if (world < worlds.length) return;
  refuse(
    path,
    say`there is no world ${world}; the plan has ${counted(worlds.length, say`world`, say`worlds`)}, from 0.`,
  );
}

/** Site, layer and units, as far as they are given. */
function checkPlace(
  path: string,
  { site, layer, units }: { readonly site: Site; readonly layer: number; readonly units?: readonly number[] },
  { name, config }: Pick<Model, "name" | "config">,
): void {
  if (layer >= config.nLayers) {
    refuse(`${path}.layer`, say`there is no layer ${layer}; ${name} has layers 0 to ${config.nLayers - 1}.`);
  }
  const { count } = unitsOf(config, site);
  for (const unit of units ?? []) {
    if (unit >= count) {
      refuse(
        `${path}.units`,
        say`there is no ${UNIT_WORDS[site].one} ${unit} at ${site}; a layer of ${name} has ${UNIT_WORDS[site].many} 0 to ${count - 1}.`,
      );
    }
  }
}

function checkAt(path: string, at: At, prompt: Prompt, world: number, end: number): void {
  if (at === "all" || at === "end") return;
  const listed = listedPositions(prompt, at);
  if (!listed) {
    const names = Object.keys(prompt.positions ?? {});
    const there = names.length > 0 ? say`it names ${sayList(names, ", ")}` : say`it names none`;
    return refuse(
      path,
      say`world ${world} has no position called ${quoted(at)}; ${there}. Write one of these, "all", "end" or an index.`,
    );
  }
  for (const position of listed) {
    if (position >= end)
      refuse(path, say`world ${world} has no position ${position}; it has positions 0 to ${end - 1}.`);
  }
}

/** The numbers of a change that are no value: finite, of the site's width, no zero direction. */
function checkNumbers(path: string, change: Change, width: number | undefined, resources: Resources): void {
  const ofWidth = (at: string, vector: VectorRef) => checkWidth(at, vectorOf(vector, resources).length, width);
  switch (change.op) {
    case "project":
      change.basis.forEach((vector, i) => ofWidth(`${path}.basis[${i}]`, vector));
      if (change.centre) ofWidth(`${path}.centre`, change.centre);
      checkBasis(`${path}.basis`, change.basis, resources);
      return;
    case "clamp":
      ofWidth(`${path}.along`, change.along);
      return checkBasis(`${path}.along`, [change.along], resources);
    case "through": {
      const dictionary = dictionaryOf(change.dictionary, resources);
      checkWidth(`${path}.dictionary`, dictionary.width, width);
      change.edits.forEach(({ feature }, i) => {
        if (feature < dictionary.features) return;
        const there = say`the dictionary has features 0 to ${dictionary.features - 1}`;
        refuse(`${path}.edits[${i}].feature`, say`there is no feature ${feature}; ${there}.`);
      });
      return;
    }
    case "set":
    case "add":
    case "mix":
      return;
    default:
      return change satisfies never;
  }
}

function checkBasis(path: string, vectors: readonly VectorRef[], resources: Resources): void {
  try {
    orthonormal(vectors, resources);
  } catch (error) {
    if (error instanceof EngineError) refuse(path, saidBy(error));
    throw error;
  }
}

function checkWidth(path: string, given: number, width: number | undefined): void {
  if (width === undefined || given === width) return;
  refuse(path, say`is ${given} numbers wide and what it meets is ${width} wide; both must be of one width.`);
}

function checkValue(
  path: string,
  value: Value,
  { world, where }: PlannedChange,
  plan: Plan,
  model: Pick<Model, "name" | "config">,
  goesOn: boolean,
  width: number | undefined,
  resources: Resources,
): void {
  const at = `${path}.change`;
  if (value === "zero") return;
  if ("vector" in value) return checkWidth(`${at}.vector`, vectorOf(value.vector, resources).length, width);
  const positions = positionsAt(plan.worlds[world], where.at, where.step, goesOn ? model.config.nContext : undefined);
  const isOpen = goesOn && where.step !== "prompt" && (where.at === "all" || where.at === "end");
  const checkCount = (count: number, what: Sentence) => {
    if (count === 1) return;
    if (isOpen)
      refuse(at, say`gives ${count} ${what}, and generated tokens are as many as come; give one for all of them.`);
    if (count !== positions.length) {
      refuse(
        at,
        say`gives ${count} ${what} for ${counted(positions.length, say`position`, say`positions`)}; give one for each, or one for all.`,
      );
    }
  };
  if ("rows" in value) {
    value.rows.forEach((row, i) => checkWidth(`${at}.rows[${i}]`, row.length, width));
    return checkCount(value.rows.length, say`rows`);
  }
  const place = "mean" in value ? value.mean : value;
  const source = {
    site: place.site ?? where.site,
    layer: place.layer ?? where.layer,
    units: place.units ?? where.units,
  };
  checkPlace(at, source, model);
  if ((source.site === "pattern") !== (where.site === "pattern")) {
    refuse(at, say`a pattern has one entry for each key, so it can only take the place of a pattern.`);
  }
  if (source.site !== "pattern") checkWidth(at, rowWidth(model.config, source.site, 0, source.units), width);
  if ("mean" in value) {
    if (source.site === "pattern") refuse(at, say`rows of a pattern are of different length, so they have no mean.`);
    return value.mean.worlds.forEach((of) => {
      checkWorld(`${at}.mean.worlds`, of, plan);
      if (value.mean.at) checkAt(`${at}.mean.at`, value.mean.at, plan.worlds[of], of, plan.worlds[of].ids.length);
    });
  }
  checkWorld(`${at}.world`, value.world, plan);
  const prompt = plan.worlds[value.world];
  if (value.at === undefined && isOpen) {
    refuse(
      `${at}.at`,
      say`world ${value.world} has no tokens beside generated ones; say which of its positions to take.`,
    );
  }
  checkAt(`${at}.at`, value.at ?? where.at, prompt, value.world, prompt.ids.length);
  const from = value.at === undefined ? positionsAt(prompt, where.at, where.step) : positionsAt(prompt, value.at);
  checkCount(from.length, say`rows of world ${value.world}`);
}

/** Who waits for what, in a sentence that is still read. */
const saidAtMost = 4;

/** Worlds whose values wait for one another cannot be run in any order. */
function checkOrder(plan: Plan, { nLayers }: ModelConfig): void {
  const runs = plan.worlds.map((_, world) => ({ world, next: 0 }));
  const needs = (run: { readonly world: number; readonly next: number }) =>
    plan.changes
      .filter(({ world, where }) => world === run.world && where.layer === run.next)
      .flatMap((change) =>
        sourcesOf(change).map((source) => ({
          site: change.where.site,
          of: runs[source.world],
          ofSite: source.site,
          ofLayer: source.layer,
        })),
      );
  for (;;) {
    const waiting = runs.filter(({ next }) => next < nLayers);
    if (waiting.length === 0) return;
    const batch = nextBatch(waiting, ({ next }) => next, needs);
    batch.forEach((run) => run.next++);
    if (batch.length > 0) continue;
    const said = waiting.flatMap((run) =>
      needs(run).map(
        ({ site, of, ofSite, ofLayer }) =>
          say`world ${run.world} needs ${ofSite} of layer ${ofLayer} of world ${of.world} for its ${site} of layer ${run.next}`,
      ),
    );
    const more = said.length > saidAtMost ? say`; and ${said.length - saidAtMost} more` : say``;
    const remedy = say`Take such values from a further world with the same prompt and without these changes.`;
    refuse(
      "changes",
      say`the worlds wait for one another: ${sayList(said.slice(0, saidAtMost), "; ")}${more}. ${remedy}`,
    );
  }
}

const quoted = (at: At): string => JSON.stringify(at);

function refuse(path: string, sentence: Sentence): never {
  throw new EngineError("usage", say`${path}: ${sentence}`, { path });
}
