// Makes a direction, chooses the layer to act at on the validation split, reports on the test split, and writes its file.
import { type Note, say, sayList, type Sentence } from "../base/sentence.ts";
import { join } from "node:path";
import type { Executor } from "../activations/executor.ts";
import { dot, norm } from "../activations/change-rows.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { greatest } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import type { Execution } from "../choices/execution.ts";
import { LEAST_DRAWS } from "../choices/null-figure.ts";
import type {
  LayerScore,
  TaskVectorFigures,
  VectorLayer,
  VectorMakeResult,
  VectorMakeSettings,
} from "../choices/vector.ts";
import { meanInterval } from "../evaluate/bootstrap.ts";
import { type FreeChange, neutralEffects } from "../evaluate/neutral-effect.ts";
import { besideNull } from "../evaluate/null-figure.ts";
import type { Model } from "../model/model.ts";
import { aurocOf, Ranker } from "../neuron/auroc.ts";
import { readRelation } from "../relation/relation-file.ts";
import { changesOf } from "../vector/act.ts";
import type { ContrastSets } from "../task/contrast-sets.ts";
import type { RelationTask } from "../task/task.ts";
import { chosenCandidate, type LayerCandidate } from "../vector/choose.ts";
import { cosine, type Directions, meanOfRows, unit, vectorAt } from "../vector/direction.ts";
import {
  answersUnder,
  type InContextPrompt,
  inContextPrompt,
  inContextSplit,
  shareRight,
  type Shot,
  withRotatedAnswers,
} from "../vector/in-context.ts";
import { judgedSets, meanOf, scoreChanges } from "../vector/judged-sets.ts";
import { neutralParts } from "../vector/neutral-texts.ts";
import { everyLayer, siteOf } from "../vector/place.ts";
import { scoresUnder } from "../vector/score.ts";
import { ofLayer, type SidesStates, statesOfSides } from "../vector/sides.ts";
import { openVector } from "../vector/open-vector.ts";
import { statesOf } from "../vector/states.ts";
import { endingOf, vectorBytes } from "../vector/vector-bytes.ts";
import { differenceOfMeans } from "../vector/ways/difference-of-means.ts";
import { everyHead, headsVector, indirectEffects, meanHeadOutputs, topHeads } from "../vector/ways/function-vector.ts";
import { logisticProbe } from "../vector/ways/logistic-probe.ts";
import { neuronVector, relationVector, unembeddingDifference } from "../vector/ways/of-weights.ts";
import { principalComponent } from "../vector/ways/principal-component.ts";
import { randomVectors } from "../vector/ways/random.ts";
import { taskVector } from "../vector/ways/task-vector.ts";
import { featureDirections } from "./feature-vector.ts";
import { readAside } from "./read-aside.ts";
import { withModel } from "./open-model.ts";

export interface VectorWork {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

export interface VectorMakeWork extends VectorWork {
  /** Where the file goes that no other place was named for. */
  readonly folder?: string;
}

/** What a way gives: the directions, and what is known of them. */
interface Made {
  readonly directions: Directions;
  readonly streamNorms: readonly number[];
  readonly layers: readonly VectorLayer[];
  readonly chosen: number | undefined;
  readonly chosenBy: string;
  readonly task?: TaskVectorFigures;
  readonly notes: readonly Note[];
}

/** @throws EngineError for a source that does not fit the method; "cancelled" */
export async function vectorMakeTask(
  settings: VectorMakeSettings,
  work: VectorMakeWork = {},
): Promise<VectorMakeResult> {
  const out = settings.out ?? join(work.folder ?? ".", `${settings.method}.safetensors`);
  endingOf(out);
  return withModel(settings.model, work, async (executor) => {
    const { model } = executor;
    const made = await madeBy(settings, executor, work);
    const layer = settings.layer ?? made.chosen;
    if (layer !== undefined && !vectorAt(made.directions, layer)) {
      throw new EngineError(
        "usage",
        say`The direction is not known at layer ${layer}; it is at ${sayList(made.directions.layers, ", ")}.`,
      );
    }
    const { directions, streamNorms } = made;
    const file = { directions, layer, streamNorms, figures: figuresOf(made, layer) };
    const { bytes, notes } = vectorBytes(out, model, file);
    writeFileAtomic(out, bytes);
    return {
      modelName: model.name,
      file: out,
      method: settings.method,
      at: made.directions.at,
      layers: made.layers,
      layer,
      chosenBy: settings.layer === undefined ? made.chosenBy : "named",
      task: made.task,
      notes: [...made.notes, ...notes],
    };
  });
}

function figuresOf({ layers, task }: Made, layer: number | undefined): Record<string, string> {
  const at = layers.find((one) => one.layer === layer);
  return {
    ...(at && { norm: at.norm.toPrecision(6) }),
    ...(at?.auroc?.test !== undefined && { "auroc test": at.auroc.test.toFixed(3) }),
    ...(at?.validation && { "change on validation": at.validation.change.toFixed(3) }),
    ...(task && {
      "test queries right": `${task.chosen.value.toFixed(3)} (0-shot ${task.zeroShot.toFixed(3)}, few-shot ${task.fewShot.toFixed(3)})`,
    }),
  };
}

async function madeBy(settings: VectorMakeSettings, executor: Executor, work: VectorWork): Promise<Made> {
  switch (settings.method) {
    case "difference":
    case "component":
    case "probe":
      return ofSides(settings, executor, work);
    case "task":
    case "function":
      return ofTask(settings, executor, work);
    case "feature":
      return ofFeature(settings, executor);
    case "sum":
      return ofSum(settings, executor);
    case "neuron":
    case "unembedding":
    case "relation":
    case "random":
      return ofWeights(settings, executor);
    default:
      throw settings.method satisfies never;
  }
}

function sourceOf({ source, method }: VectorMakeSettings, what: Sentence): string {
  if (source !== undefined) return source;
  throw new EngineError("usage", say`--method ${method} is made from ${what}; name its file.`);
}

async function ofSides(
  settings: VectorMakeSettings,
  executor: Executor,
  { signal, onProgress }: VectorWork,
): Promise<Made> {
  const sets = await readAside("contrast sets", sourceOf(settings, say`contrast sets`), signal);
  if (settings.method === "component" && !sets.arePairs) {
    throw new EngineError(
      "invalid-task",
      say`${sets.file}: a component is taken of differences between pairs, and these texts are no pairs; write them under pairs.`,
      { place: { file: sets.file } },
    );
  }
  const positions = settings.at ?? [sets.at];
  const tried: ReadAt[] = [];
  for (const [p, at] of positions.entries()) {
    const part = (stage: string, done: number, total: number) =>
      onProgress?.(stage, p * total + done, positions.length * total);
    tried.push(await readAt(at, sets, settings, executor, { signal, onProgress: part }));
  }
  const candidates = tried.flatMap((own) => own.candidates.map((one) => ({ ...one, own })));
  const chosen = chosenCandidate(candidates, settings.rule, executor.model.config.nLayers);
  const none = sets.score
    ? [say`No layer passes the rule "${settings.rule}"; name one with --layer.`]
    : [say`${sets.file} has no score to choose a layer by; name one with --layer where it acts.`];
  const best = tried.map(({ at, candidates: own }) => {
    const one = chosenCandidate(own, settings.rule, executor.model.config.nLayers);
    return one
      ? say`${at} (layer ${one.layer}: change ${one.added.change.toFixed(2)}, KL ${one.added.kl!.toFixed(2)})`
      : say`${at} (no layer passes)`;
  });
  const { directions, streamNorms, layers } = chosen?.own ?? tried[0];
  return {
    directions,
    streamNorms,
    layers,
    chosen: chosen?.layer,
    chosenBy: `rule ${settings.rule} on ${sets.score ? Math.ceil(sets.score.prompts.length / 2) : 0} validation prompts`,
    notes: [
      ...sets.notes,
      ...(chosen === undefined ? none : []),
      ...(tried.length > 1 && sets.score
        ? [say`Read at ${directions.at ?? ""} of these positions: ${sayList(best, "; ")}.`]
        : []),
    ],
  };
}

/** What states at one position give. */
interface ReadAt {
  readonly at: string;
  readonly directions: Directions;
  readonly streamNorms: readonly number[];
  readonly layers: readonly VectorLayer[];
  readonly candidates: readonly LayerCandidate[];
}

async function readAt(
  at: string,
  sets: ContrastSets,
  settings: VectorMakeSettings,
  executor: Executor,
  { signal, onProgress }: VectorWork,
): Promise<ReadAt> {
  const states = await statesOfSides(executor, sets, at, {
    signal,
    onProgress: (done, total) => onProgress?.("states", done, total),
  });
  const ways = { difference: differenceOfMeans, component: principalComponent, probe: logisticProbe };
  const vectors = ways[settings.method as keyof typeof ways](states);
  const means = (side: "plus" | "minus") =>
    states.layers.map((_, i) => dot(unit(vectors[i]), meanOfRows(ofLayer(states[side].train, i))));
  const directions: Directions = {
    method: settings.method,
    layers: states.layers,
    vectors,
    at,
    sides: { plus: means("plus"), minus: means("minus") },
    about: {
      sets: `${sets.name} (${sets.sha256})`,
      plus: sets.labels.plus,
      minus: sets.labels.minus,
      texts: `train ${sets.plus.train.length} + ${sets.minus.train.length}, validation ${sets.plus.validation.length} + ${sets.minus.validation.length}, test ${sets.plus.test.length} + ${sets.minus.test.length}`,
    },
  };
  const streamNorms = states.layers.map((_, i) =>
    meanOf([...ofLayer(states.plus.train, i), ...ofLayer(states.minus.train, i)].map(norm)),
  );
  const candidates = sets.score ? await candidatesOf(settings, executor, directions, { signal, onProgress }) : [];
  const layers = states.layers.map((layer, i): VectorLayer => {
    const candidate = candidates.find((one) => one.layer === layer);
    return {
      ...layerOf(directions, i, streamNorms[i]),
      auroc: aurocs(states, vectors[i], i),
      validation: candidate?.added,
    };
  });
  return { at, directions, streamNorms, layers, candidates };
}

function layerOf(
  { layers, vectors }: Directions,
  i: number,
  stream: number | undefined,
): Omit<VectorLayer, "auroc" | "validation"> {
  return {
    layer: layers[i],
    norm: norm(vectors[i]),
    share: stream === undefined ? undefined : norm(vectors[i]) / stream,
    cosine: i === 0 || layers[i - 1] !== layers[i] - 1 ? undefined : cosine(vectors[i - 1], vectors[i]),
  };
}

function aurocs(states: SidesStates, vector: Float64Array, i: number): VectorLayer["auroc"] {
  const of = (split: "train" | "validation" | "test") => {
    const plus = ofLayer(states.plus[split], i);
    const rows = [...plus, ...ofLayer(states.minus[split], i)];
    if (plus.length === 0 || rows.length === plus.length) return undefined;
    return aurocOf(
      new Ranker(rows.length).rank(rows.map((row) => dot(row, vector))),
      Int32Array.from(plus, (_, e) => e),
    );
  };
  return norm(vector) === 0 ? undefined : { train: of("train")!, validation: of("validation"), test: of("test") };
}

/** Neutral texts on which a layer is chosen. */
const neutralTexts = 4;

async function candidatesOf(
  settings: VectorMakeSettings,
  executor: Executor,
  directions: Directions,
  { signal, onProgress }: VectorWork,
): Promise<LayerCandidate[]> {
  const sets = await readAside("contrast sets", settings.source!, signal);
  const { model } = executor;
  const judged = judgedSets(sets, executor);
  const neutral = await neutralParts(model, sets.neutral, neutralTexts, signal);
  const layers = directions.layers.filter((layer, i) => layer >= 0 && norm(directions.vectors[i]) > 0);
  const act = (layer: number, action: "add" | "project"): FreeChange[] =>
    changesOf(directions, { action, layers: [layer], scale: 1, unit: "vector", positions: "all" }, model.config);
  const added = layers.map((layer) => act(layer, "add"));
  const progress = (done: number, total: number) => onProgress?.("layers", done, total);
  const { changes } = await scoreChanges(executor, judged.validation, judged.score, added, {
    signal,
    onProgress: progress,
  });
  const effects = await neutralEffects(
    executor,
    neutral.validation,
    added.map((of) => ({ changes: of })),
    { signal, seed: settings.seed },
  );
  const scores = layers.map((_, l): LayerScore => ({ change: meanOf(changes[l]), kl: effects[l].kl.mean }));
  if (settings.rule !== "remove") return layers.map((layer, l) => ({ layer, added: scores[l] }));
  const projected = layers.map((layer) => act(layer, "project"));
  const writer = sets.plus.validation.length > 0 ? sets.plus.validation : sets.plus.train;
  const prompts = judgedSets({ ...sets, score: { ...sets.score!, prompts: [...writer, ...writer] } }, executor).test;
  const without = await scoresUnder(executor, prompts, judged.score, projected, { signal });
  const klWithout = await neutralEffects(
    executor,
    neutral.validation,
    projected.map((of) => ({ changes: of })),
    { signal },
  );
  return layers.map((layer, l) => ({
    layer,
    added: scores[l],
    removed: { score: meanOf(without[l]), kl: klWithout[l].kl.mean },
  }));
}

async function ofTask(
  settings: VectorMakeSettings,
  executor: Executor,
  { signal, onProgress }: VectorWork,
): Promise<Made> {
  const relation = await readAside("relation", sourceOf(settings, say`a relation's samples`), signal);
  const { model } = executor;
  const { nLayers, nHeads, dModel } = model.config;
  const { shots, prompts, queries, seed, form } = settings;
  const split = inContextSplit(relation, { shots, extraction: prompts, queries, seed });
  const write = ({ shots, query }: { readonly shots: readonly Shot[]; readonly query: Shot }) =>
    inContextPrompt(model.tokenizer, form, shots, query);
  const bare = ({ query }: { readonly query: Shot }) => inContextPrompt(model.tokenizer, form, [], query);
  const extraction = split.extraction.map(write);
  requireRoom([...extraction, ...split.test.map(write)], model, relation, shots);
  const progress = (stage: string) => (done: number, total: number) => onProgress?.(stage, done, total);
  const isTask = settings.method === "task";
  const theta = await taskVector(executor, extraction, { signal, onProgress: progress("states") });
  const heads = isTask
    ? undefined
    : await headsOf(settings, executor, split.extraction, extraction, { signal, onProgress: progress("heads") });
  const all = everyLayer(model.config);
  const directions: Directions = {
    method: settings.method,
    layers: all,
    vectors: isTask ? theta : all.map(() => heads!.vector),
    at: "end",
    about: {
      task: `${relation.name} (${relation.sha256})`,
      form,
      prompts: `${prompts} of ${shots} shots`,
      ...(heads && { heads: heads.top.map(({ layer, head }) => `${layer}.${head}`).join(" ") }),
    },
  };
  const act = (vector: Float64Array, layer: number): FreeChange => ({
    where: { ...siteOf(layer), at: "end", step: "prompt" },
    change: isTask
      ? { op: "set", to: { vector: Array.from(vector) } }
      : { op: "add", what: { vector: Array.from(vector) }, scale: 1 },
  });
  const [validation, test] = [split.validation.map(bare), split.test.map(bare)];
  const sweep = all.map((layer, i) => [act(directions.vectors[i], layer)]);
  const chosenTops = await answersUnder(executor, validation, sweep, { signal, onProgress: progress("layers") });
  const right = chosenTops.map((tops) => shareRight(tops, validation));
  const chosen = all[right.indexOf(greatest(right))];
  const testTops = await answersUnder(executor, test, [[], ...sweep], { signal, onProgress: progress("test") });
  const few = await answersUnder(executor, split.test.map(write), [[]], { signal });
  const vector = vectorAt(directions, chosen)!;
  const nulls = isTask
    ? randomVectors(dModel, norm(vector), LEAST_DRAWS, seed)
    : Array.from({ length: LEAST_DRAWS }, (_, draw) => {
        const random = Random.seeded(seed, `random heads/${draw}`);
        return headsVector(executor, random.sample(everyHead(nLayers, nHeads), settings.heads), heads!.means);
      });
  const nullTops = await answersUnder(
    executor,
    test,
    nulls.map((random) => [act(random, chosen)]),
    { signal, onProgress: progress("null") },
  );
  const hits = Float64Array.from(test, ({ answer }, p) => (testTops[1 + all.indexOf(chosen)][p] === answer ? 1 : 0));
  const layerMean = isTask
    ? undefined
    : await answersUnder(
        executor,
        test,
        all.map((layer, i) => [act(theta[i], layer)]),
        { signal },
      );
  const streamNorms = theta.map(norm);
  return {
    directions,
    streamNorms,
    layers: all.map((_, i) => ({
      ...layerOf(directions, i, streamNorms[i]),
      auroc: undefined,
      validation: { change: right[i], kl: undefined, accuracy: right[i] },
    })),
    chosen,
    chosenBy: `most of ${validation.length} validation queries right`,
    task: {
      queries: test.length,
      zeroShot: shareRight(testTops[0], test),
      fewShot: shareRight(few[0], test),
      byLayer: all.map((_, i) => shareRight(testTops[1 + i], test)),
      chosen: besideNull(
        meanOf(hits),
        meanInterval(hits, seed),
        nullTops.map((tops) => shareRight(tops, test)),
      ),
      heads: heads?.top ?? [],
      layerMean: layerMean?.map((tops) => shareRight(tops, test)),
    },
    notes: [...relation.notes, ...notesOnTask(shareRight(few[0], test))],
  };
}

/** @throws EngineError "usage" where prompts with their examples are longer than the model's context */
function requireRoom(
  prompts: readonly InContextPrompt[],
  { name, config }: Pick<Model, "name" | "config">,
  { file }: Pick<RelationTask, "file">,
  shots: number,
): void {
  const longest = greatest(prompts.map(({ ids }) => ids.length));
  if (longest <= config.nContext) return;
  throw new EngineError(
    "usage",
    say`${file}: a prompt of ${shots} examples has up to ${longest} tokens, and ${name} reads ${config.nContext} at most. Show fewer examples with --shots, or write them shorter with --form list.`,
    { place: { file }, longest, most: config.nContext },
  );
}

function notesOnTask(fewShot: number): Sentence[] {
  if (fewShot >= 0.5) return [];
  const said = (100 * fewShot).toFixed(0);
  return [
    say`The model answers only ${said} % of the queries with examples before them; there is little that a vector could carry.`,
  ];
}

async function headsOf(
  { heads, form }: VectorMakeSettings,
  executor: Executor,
  split: readonly { readonly shots: readonly Shot[]; readonly query: Shot }[],
  extraction: readonly InContextPrompt[],
  options: { readonly signal?: AbortSignal; readonly onProgress: (done: number, total: number) => void },
) {
  const means = await meanHeadOutputs(executor, extraction, options);
  const shuffled = split.map(({ shots, query }) =>
    inContextPrompt(executor.model.tokenizer, form, withRotatedAnswers(shots), query),
  );
  const { byHead } = await indirectEffects(executor, shuffled, means, options);
  const top = topHeads(byHead, heads);
  return {
    means,
    vector: headsVector(executor, top, means),
    top: top.map((one) => ({ ...one, effect: byHead[one.layer][one.head] })),
  };
}

/** What nothing chose a layer of: its own where it has one. */
function asItIs(directions: Directions): Made {
  const { layers } = directions;
  const isOne = layers.length === 1;
  return {
    directions,
    streamNorms: [],
    layers: layers.map((_, i) => ({ ...layerOf(directions, i, undefined), auroc: undefined, validation: undefined })),
    chosen: isOne ? layers[0] : undefined,
    chosenBy: isOne ? "its own layer" : "nothing",
    notes: [],
  };
}

async function ofFeature(settings: VectorMakeSettings, executor: Executor): Promise<Made> {
  const path = sourceOf(settings, say`a dictionary`);
  if (settings.feature === undefined)
    throw new EngineError("usage", say`--method feature takes --feature, the number of one.`);
  return asItIs(await featureDirections(path, settings.feature, executor));
}

/** Files, or one, as a file of its own. */
function ofSum(settings: VectorMakeSettings, { model }: Executor): Made {
  const opened = openVector(sourceOf(settings, say`files of directions joined by + and -`), model);
  const made = asItIs(opened.directions);
  return {
    ...made,
    streamNorms: opened.streamNorms,
    chosen: made.chosen ?? opened.layer,
    chosenBy: opened.layer === undefined ? made.chosenBy : "its file",
    notes: opened.notes,
  };
}

async function ofWeights(settings: VectorMakeSettings, executor: Executor): Promise<Made> {
  const { model } = executor;
  const { method, layer, neuron, plus, minus, seed } = settings;
  const all = everyLayer(model.config);
  const token = (text: string | undefined, flag: string): number => {
    const ids = text === undefined || model.tokenizer.unknown(text).length > 0 ? [] : model.tokenizer.encodePlain(text);
    if (ids.length > 0) return ids[0];
    const what = text === undefined ? say`missing` : say`no text of ${model.name}`;
    throw new EngineError(
      "usage",
      say`--method ${method} takes --plus and --minus, texts whose first tokens it lies between; ${flag} is ${what}.`,
    );
  };
  const of = (vectors: readonly Float64Array[], layers: readonly number[], about: Record<string, string>): Made =>
    asItIs({ method, layers, vectors, about });
  switch (method) {
    case "neuron": {
      if (layer === undefined || neuron === undefined)
        throw new EngineError("usage", say`--method neuron takes --layer and --neuron.`);
      return of([neuronVector(model, layer, neuron)], [layer], { neuron: `m${layer}.n${neuron}` });
    }
    case "unembedding": {
      const vector = unembeddingDifference(model, token(plus, "--plus"), token(minus, "--minus"));
      return of(
        all.map(() => vector),
        all,
        { tokens: `${plus} - ${minus}` },
      );
    }
    case "relation": {
      const file = sourceOf(settings, say`a fitted relation (*.relation.json)`);
      const { file: relation, map } = readRelation(file);
      const { dModel } = model.config;
      if (relation.model.dModel !== dModel) {
        throw new EngineError(
          "shape",
          say`${file}: its states are ${relation.model.dModel} wide, and those of ${model.name} ${dModel}. It is another model's.`,
        );
      }
      const vector = relationVector(model, map, relation.editRank, {
        from: token(minus, "--minus"),
        to: token(plus, "--plus"),
      });
      return of([vector], [relation.figures.layer], { relation: relation.task.name, tokens: `${minus} to ${plus}` });
    }
    case "random": {
      const length = settings.norm ?? (await streamNorm(executor, layer ?? 0));
      const layers = layer === undefined ? all : [layer];
      const vectors = randomVectors(model.config.dModel, length, layers.length, seed);
      return of(vectors, layers, { seed: String(seed), norm: String(length) });
    }
    default:
      throw new EngineError("usage", say`--method ${method} is none of the weights.`);
  }
}

/** Mean norm of states behind a layer at the ends of neutral texts. */
async function streamNorm(executor: Executor, layer: number): Promise<number> {
  const { validation } = await neutralParts(executor.model, undefined, neutralTexts);
  const prompts = validation.map(({ ids }) => ({ ids, positions: [ids.length - 1] }));
  return meanOf((await statesOf(executor, prompts, { layers: [layer] })).map(([state]) => norm(state)));
}
