// A study of hidden neurons from settings to figures: what goes with an event, what removal does, how the event answers to strength.
import { type Note, say } from "../base/sentence.ts";
import { dirname, isAbsolute, join } from "node:path";
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { installedPath } from "../base/installation.ts";
import { Random } from "../base/random.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import type { Execution } from "../choices/execution.ts";
import {
  type Context,
  neuronStudyFile,
  type NeuronStudyFile,
  type NeuronStudyResult,
  type NeuronStudySettings,
  type NeuronView,
  REMOVALS,
  type WordStudy,
} from "../choices/neuron.ts";
import { shippedCorpus } from "../corpus/shipped.ts";
import { readWordSets } from "../lens/word-sets.ts";
import { parseUnit, hasUnit } from "../circuit/unit.ts";
import { attributions } from "../neuron/attribution.ts";
import { Column, matched, type NeuronAt, neuronId, QUANTILES } from "../neuron/column.ts";
import { columnsOf, correlate, placesHeld } from "../neuron/correlation.ts";
import { explainByModel } from "../neuron/model-explanation.ts";
import { explainMany, RuleSearch } from "../neuron/explanation.ts";
import { Measure } from "../neuron/measure.ts";
import { smallestSet } from "../neuron/neuron-sets.ts";
import { average } from "../neuron/over-places.ts";
import { beginningAt, type Place, type ReadText, sampledPlaces } from "../neuron/place.ts";
import { EVENT, removalsOf } from "../neuron/removal.ts";
import { type CategoryText, selectivityOf } from "../neuron/selectivity.ts";
import { strengthOf } from "../neuron/strength.ts";
import { type Word, wordGroups } from "../neuron/word-groups.ts";
import { neuronpediaNeuron } from "../choices/neuronpedia-neuron.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { readFields } from "../task/read-fields.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { explainerAt } from "./explainer-endpoint.ts";
import { corpusTexts, type NeuronPlaces, placesOfStudy } from "./neuron-places.ts";
import { byLogit } from "./written-tokens.ts";
import { withModel } from "./open-model.ts";

export interface NeuronStudyOptions {
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly report?: (stage: string, done: number, total: number) => void;
}

/** Discovery events on which constants and sets are found, and neutral texts. */
const foundOn = 20;
const neutralTexts = 40;
/** Fewer own texts without the event are no neutral text. */
const leastNeutral = 10;
/** Neurons whose removal is tried when those that are needed most are looked for, and that a set may take. */
const candidates = 40;
/** Contexts shown of each kind. */
const shownContexts = 8;

/** @throws EngineError for settings, files and models that cannot be used, or that do not fit each other; "cancelled" */
export async function neuronStudyTask(
  asked: NeuronStudySettings,
  options: NeuronStudyOptions = {},
): Promise<NeuronStudyResult> {
  const settings = merged(asked);
  return withModel(settings.model ?? "sprig", options, (executor) => new Study(settings, executor, options).run());
}

/** Settings that name files. */
const FILES = ["marked", "task", "corpus", "prompts", "words", "categories", "neuronpedia"] as const;

/** The study file's settings, with what was asked for beside it over them; its paths count from its own folder. */
function merged({ study, ...own }: NeuronStudySettings): NeuronStudyFile {
  if (study === undefined) return own;
  const file: Record<string, unknown> = { ...readFields(study, neuronStudyFile) };
  for (const key of FILES) {
    const path = file[key];
    if (typeof path === "string" && !isAbsolute(path)) file[key] = join(dirname(study), path);
  }
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { ...file, ...given };
}

class Study {
  private readonly tokenizer: Tokenizer;
  private readonly seed: number;
  private readonly notes: Note[] = [];

  constructor(
    private readonly settings: NeuronStudyFile,
    private readonly executor: Executor,
    private readonly options: NeuronStudyOptions,
  ) {
    this.tokenizer = executor.model.tokenizer.withBos(settings.bos ?? "auto");
    this.seed = settings.seed ?? 0;
  }

  async run(): Promise<NeuronStudyResult> {
    const { settings, executor, seed } = this;
    const { dMlp } = executor.model.config;
    const asked = (settings.neuron ?? []).map((id) => this.named(id));
    const steps = settings.steps ?? [
      ...(["removal", "strength"] as const),
      ...(settings.prompts ? (["words"] as const) : []),
      ...(settings.categories ? (["selectivity"] as const) : []),
    ];
    const data = await placesOfStudy(settings, executor, this.tokenizer, this.options.signal);
    const correlation = await correlate(executor, {
      ...data,
      draws: settings.draws ?? 20,
      top: settings.top ?? 20,
      seed,
      between: this.between,
      onProgress: this.progress("correlation"),
    });
    if (correlation.sketch) {
      const { bins, bound } = correlation.sketch;
      this.notes.push(
        say`There are too many places to rank them all: AUROC is counted between ${bins} quantiles of each neuron, and off by at most ${bound.toFixed(4)}.`,
      );
    }
    const near = this.lookedAtClosely(data);
    const stages = await this.stages(data);
    this.options.report?.("places", 1, 2);
    const guesses =
      asked.length > 0 && !steps.includes("sets") ? undefined : await this.guesses(data, stages.foundPlaces);
    const needed = guesses && (await this.mostNeeded(guesses, stages.found));
    this.options.report?.("places", 2, 2);
    const chosen: { at: NeuronAt; why: NeuronView["why"] }[] =
      asked.length > 0
        ? asked.map((at) => ({ at, why: "asked" }))
        : distinct([
            ...correlation.best.slice(0, 2).map((at) => ({ at, why: "AUROC" as const })),
            ...needed!.slice(0, 2).map((at) => ({ at, why: "removal" as const })),
          ]);
    const count = Math.min(settings.others ?? 100, dMlp - 1);
    const others = chosen.map(({ at }) => matched(at, correlation.table.meanAbsolute, dMlp, count, seed));
    const setNeurons = steps.includes("sets") ? needed! : [];
    const setOthers = setNeurons.map((at) =>
      matched(at, correlation.table.meanAbsolute, dMlp, Math.min(20, count), seed),
    );
    const explained = steps.includes("explanation") ? this.randomNeurons() : [];
    const columns = await this.columns(near, [
      ...explained,
      ...chosen.map(({ at }) => at),
      ...others.flat(),
      ...setNeurons,
      ...setOthers.flat(),
    ]);
    const columnOf = (at: NeuronAt) => columns.get(neuronId(at))!;
    const toExplain = {
      ...near,
      token: (id: number) => this.tokenizer.token(id),
      categories: wordCategories(),
      seed,
    };
    const rules = steps.includes("explanation") ? new RuleSearch(toExplain) : undefined;
    const { explainer: url, explainerModel } = settings;
    const explainer =
      url === undefined
        ? undefined
        : await explainerAt({ url, model: explainerModel }, { signal: this.options.signal });
    if (explainer) this.notes.push(say`Excerpts of the texts were sent to ${url!} (${explainer.model}).`);
    const neurons: NeuronView[] = [];
    /** Kinds of removal, and the strength. */
    const stepsOfOne = REMOVALS.length + 1;
    const effects = (neuron: number, step: number) =>
      this.options.report?.("effects", neuron * stepsOfOne + step, chosen.length * stepsOfOne);
    for (const [n, { at, why }] of chosen.entries()) {
      const own = columnOf(at);
      const beside = others[n].map(columnOf);
      neurons.push({
        ...(await this.view(own, why, near)),
        removal: steps.includes("removal")
          ? await removalsOf(own, beside, { ...stages, seed, onProgress: (kind) => effects(n, kind) })
          : [],
        strength: steps.includes("strength")
          ? await strengthOf(executor, own, beside, {
              ...stages,
              sets: stages.eventSets,
              values: settings.strengths ?? [],
              seed,
            })
          : undefined,
        explanation: rules?.explain(own.values),
        byModel: explainer && {
          model: explainer.model,
          ...(await explainByModel(own.values, toExplain, explainer.ask)),
        },
      });
      effects(n, stepsOfOne);
    }
    const set = steps.includes("sets")
      ? await smallestSet({
          ...stages,
          candidates: setNeurons.map(columnOf),
          others: byLayer(setOthers.flat().map(columnOf)),
          share: settings.take ?? 0.5,
          seed,
          onProgress: this.progress("sets"),
        })
      : undefined;
    if (settings.neuronpedia !== undefined) this.writeNeuronpedia(settings.neuronpedia, neurons);
    return {
      modelName: executor.model.name,
      event: {
        name: data.name,
        tokens: data.tokens.map((id) => this.tokenizer.token(id)),
        control: data.control.map((id) => this.tokenizer.token(id)),
        corpus: data.source,
        texts: data.texts.length,
      },
      steps,
      correlation,
      neurons,
      set,
      words: steps.includes("words")
        ? await this.words(
            chosen.map(({ at }) => at),
            others,
          )
        : undefined,
      selectivity: steps.includes("selectivity")
        ? await this.selectivity(chosen.map(({ at }) => columnOf(at)))
        : undefined,
      explanations: explained.length > 0 ? explainMany(explained.map(columnOf), toExplain) : undefined,
      notes: [...data.notes, ...this.notes],
    };
  }

  private readonly between = (): void => {
    if (this.options.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  };

  private readonly progress = (stage: string) => (done: number, total: number) =>
    this.options.report?.(stage, done, total);

  /** The places whose activations are held by neuron: all, or of more than memory has room for those of some texts, drawn at random. */
  private lookedAtClosely(data: NeuronPlaces): NeuronPlaces {
    const most = placesHeld(this.executor.model.config);
    if (data.texts.reduce((sum, { ids }) => sum + ids.length, 0) <= most) return data;
    const numbers = sampledPlaces(data, most, this.seed);
    this.notes.push(
      say`AUROC, means and deviations are of all ${data.places.length} places; contexts, quantiles, constants and explanations of ${numbers.length} in texts drawn at random.`,
    );
    return {
      ...data,
      places: numbers.map((i) => data.places[i]),
      labels: Uint8Array.from(numbers, (i) => data.labels[i]),
      sets: (place) => data.sets(numbers[place]),
    };
  }

  /** Of all layers alike. */
  private randomNeurons(): NeuronAt[] {
    const { nLayers, dMlp } = this.executor.model.config;
    const numbers = Array.from({ length: nLayers * dMlp }, (_, i) => i);
    return Random.seeded(this.seed, "explained neurons")
      .sample(numbers, this.settings.explained ?? 200)
      .map((i) => ({ layer: Math.floor(i / dMlp), neuron: i % dMlp }));
  }

  private named(id: string): NeuronAt {
    const unit = parseUnit(id);
    const { config, name } = this.executor.model;
    if (unit?.kind === "neuron" && hasUnit(config, unit)) return { layer: unit.layer, neuron: unit.neuron };
    throw new EngineError(
      "usage",
      say`"${id}" is no hidden neuron of ${name}, which has ${config.nLayers} layers of ${config.dMlp}, both from 0.`,
    );
  }

  /** Where effects are measured; neutral texts are held-out ones without the event, at their middles. */
  private async stages(data: NeuronPlaces) {
    const { places: most = 40 } = this.settings;
    const random = Random.seeded(this.seed, "places of effects");
    const drawn = (split: ReadText["split"], label: number, count: number) =>
      random.sample(
        data.places.flatMap(({ text }, i) => (data.texts[text].split === split && data.labels[i] === label ? [i] : [])),
        count,
      );
    const over = async (numbers: readonly number[]) =>
      this.measure(
        numbers.map((i) => beginningAt(data.texts, data.places[i])),
        (place) => data.sets(numbers[place]),
      );
    const [found, events] = [drawn("discovery", 1, foundOn), drawn("heldOut", 1, most)];
    const neutral = await this.neutral(data);
    return {
      foundPlaces: found,
      found: await over(found),
      foundElsewhere: await over(drawn("discovery", 0, foundOn)),
      events: await over(events),
      elsewhere: await over(drawn("heldOut", 0, most)),
      neutral: await this.measure(neutral, () => data.sets(0)),
      eventSets: (place: number) => data.sets(events[place]),
    };
  }

  private async measure(
    beginnings: readonly (readonly number[])[],
    sets: Parameters<typeof Measure.over>[2],
  ): Promise<Measure> {
    const { extent = "event" } = this.settings;
    return Measure.over(this.executor, beginnings, sets, { extent, between: this.between });
  }

  private async neutral(data: NeuronPlaces): Promise<(readonly number[])[]> {
    const { model } = this.executor;
    const withEvent = new Set(data.places.flatMap(({ text }, i) => (data.labels[i] ? [text] : [])));
    const longOf = (texts: readonly ReadText[]) => texts.filter(({ ids }) => ids.length >= 4);
    const own = this.settings.task === undefined ? data.texts.filter((_, text) => !withEvent.has(text)) : [];
    let long = longOf(own.filter(({ split }) => split === "heldOut"));
    if (long.length < leastNeutral) {
      const shipped = shippedCorpus(model.tokenizer);
      long = longOf(
        await corpusTexts(shipped, { texts: 200, seed: this.seed }, model, this.tokenizer, this.options.signal),
      );
      this.notes.push(
        say`Neutral text is of the shipped sentences, since too few of these texts are without the event.`,
      );
    }
    return Random.seeded(this.seed, "neutral texts")
      .sample(long, neutralTexts)
      .map(({ ids }) => ids.slice(0, Math.floor(ids.length / 2) + 1));
  }

  /** First-order guesses of what zeroing costs log p(event) on the discovery events. */
  private guesses(data: NeuronPlaces, found: readonly number[]): Promise<Float64Array> {
    return attributions(
      this.executor,
      found.map((i) => beginningAt(data.texts, data.places[i])),
      (place) => data.sets(found[place]).slice(0, 1),
      this.between,
    );
  }

  /** The candidates by estimate, in the order of what zeroing each of them really costs on discovery events. */
  private async mostNeeded(guesses: Float64Array, found: Measure): Promise<NeuronAt[]> {
    const { dMlp } = this.executor.model.config;
    const order = Array.from(guesses, (_, i) => i)
      .sort((a, b) => guesses[a] - guesses[b])
      .slice(0, candidates);
    const neurons = order.map((i) => ({ layer: Math.floor(i / dMlp), neuron: i % dMlp }));
    const changes = await found.changes(neurons.map((at) => [{ ...at, value: () => 0 }]));
    const costs = new Map(neurons.map((at, i) => [at, average(changes[i].logMass[EVENT])]));
    return neurons.sort((a, b) => costs.get(a)! - costs.get(b)!);
  }

  private async columns(data: NeuronPlaces, neurons: readonly NeuronAt[]): Promise<Map<string, Column>> {
    const wanted = distinct(neurons.map((at) => ({ at }))).map(({ at }) => at);
    const values = await columnsOf(this.executor, { ...data, between: this.between }, wanted);
    return new Map(wanted.map((at, i) => [neuronId(at), new Column(at.layer, at.neuron, values[i], data.places)]));
  }

  private async view(column: Column, why: NeuronView["why"], data: NeuronPlaces) {
    const { model } = this.executor;
    const { gain } = model.finalNorm();
    const { dModel } = model.config;
    const row = model.layer(column.layer).W_out.subarray(column.neuron * dModel, (column.neuron + 1) * dModel);
    const order = Array.from(column.values, (_, i) => i).sort((a, b) => column.values[a] - column.values[b]);
    const middle = order.slice(Math.floor(0.5 * order.length), Math.floor(0.9 * order.length));
    const context = (i: number) => this.context(data, i, column.values);
    return {
      id: column.id,
      layer: column.layer,
      neuron: column.neuron,
      why,
      quantiles: QUANTILES.map((q) => column.quantile(q)),
      highest: order.slice(-shownContexts).reverse().map(context),
      lowest: order.slice(0, shownContexts).map(context),
      middle: Random.seeded(this.seed, `middle ${column.id}`).sample(middle, shownContexts).map(context),
      ...(await byLogit(
        { executor: this.executor, model },
        row.map((x, i) => x * gain[i]),
      )),
    };
  }

  /** Places by text and position, made once. */
  private placeNumbers: Map<string, number> | undefined;

  private placeAt({ places }: NeuronPlaces, text: number, position: number): number | undefined {
    this.placeNumbers ??= new Map(places.map((place, i) => [`${place.text} ${place.position}`, i]));
    return this.placeNumbers.get(`${text} ${position}`);
  }

  private context(data: NeuronPlaces, i: number, values: Float32Array): Context {
    const { text, position }: Place = data.places[i];
    const activation = values[i];
    const from = Math.max(0, position - 7);
    const { ids } = data.texts[text];
    const words = (of: readonly number[]) => of.map((id) => this.tokenizer.token(id));
    return {
      tokens: words(ids.slice(from, position + 1)),
      next: position + 1 < ids.length ? this.tokenizer.token(ids[position + 1]) : undefined,
      activation,
      values: Array.from({ length: position - from + 1 }, (_, t) => {
        const place = this.placeAt(data, text, from + t);
        return place === undefined ? NaN : values[place];
      }),
      isEvent: data.labels[i] === 1,
    };
  }

  private writeNeuronpedia(file: string, neurons: readonly NeuronView[]): void {
    const { model } = this.executor;
    const { dModel } = model.config;
    const features = neurons.map((view) =>
      neuronpediaNeuron(
        view,
        model.name,
        model.layer(view.layer).W_out.subarray(view.neuron * dModel, (view.neuron + 1) * dModel),
      ),
    );
    writeFileAtomic(file, `${JSON.stringify(features)}\n`);
  }

  private async words(neurons: readonly NeuronAt[], others: readonly (readonly NeuronAt[])[]): Promise<WordStudy> {
    const file = this.settings.words ?? installedPath("corpora/determiners.yaml");
    const prompts = linesOf(this.settings.prompts ?? installedPath("corpora/determiner-prompts.txt"));
    const words: Word[] = [];
    const leftOut: string[] = [];
    for (const [group, list] of Object.entries(readWordSets(file))) {
      for (const word of list) {
        const ids = this.tokenizer.encodePlain(word.startsWith(" ") ? word : ` ${word}`);
        if (ids.length === 1) words.push({ group, word, id: ids[0] });
        else leftOut.push(word);
      }
    }
    if (words.length === 0)
      throw new EngineError("usage", say`${file}: no word is one token here, so none has a probability of its own.`);
    return wordGroups(this.executor, {
      prompts: prompts.map((prompt) => this.tokenizer.encode(prompt)),
      words,
      leftOut,
      neurons,
      others,
      seed: this.seed,
      between: this.between,
    });
  }

  private selectivity(neurons: readonly Column[]) {
    const isPlain = shippedCorpus(this.executor.model.tokenizer).endsWith("plain.txt");
    const file =
      this.settings.categories ?? installedPath(`corpora/${isPlain ? "categories" : "sprig-categories"}.yaml`);
    const texts = Object.entries(readWordSets(file)).flatMap(([category, list]) =>
      list.map((text): CategoryText => ({ category, text, ids: this.tokenizer.encode(isPlain ? text : ` ${text}`) })),
    );
    return selectivityOf(this.executor, {
      texts,
      neurons,
      draws: this.settings.draws ?? 20,
      top: this.settings.top ?? 20,
      seed: this.seed,
      between: this.between,
      onProgress: this.progress("selectivity"),
    });
  }
}

function linesOf(file: string): string[] {
  const lines = readWholeText(file, FILE_KINDS.taskRows)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  if (lines.length > 0) return lines;
  throw new EngineError("invalid-file", say`${file}: has no line with a prompt.`, { place: { file } });
}

/** Lists of words that ship, by word in small letters. */
function wordCategories(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of ["determiners", "articles", "digits", "quotes"]) {
    for (const [category, words] of Object.entries(readWordSets(installedPath(`corpora/${name}.yaml`)))) {
      for (const word of words.map((one) => one.trim().toLowerCase())) {
        const own = found.get(word) ?? [];
        if (!own.includes(category)) found.set(word, [...own, category]);
      }
    }
  }
  return found;
}

function distinct<T extends { readonly at: NeuronAt }>(neurons: readonly T[]): T[] {
  return [...new Map(neurons.map((one) => [neuronId(one.at), one] as const).reverse()).values()].reverse();
}

function byLayer(columns: readonly Column[]): Map<number, Column[]> {
  const found = new Map<number, Column[]>();
  for (const column of columns) found.set(column.layer, [...(found.get(column.layer) ?? []), column]);
  return found;
}
