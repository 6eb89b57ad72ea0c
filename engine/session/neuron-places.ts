// The places of a study of neurons: out of a corpus, a marked file or a task's prompts, labelled as its event says.
import { type Note, say, sayList } from "../base/sentence.ts";
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { hash32 } from "../base/hash.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import type { NeuronStudyFile } from "../choices/neuron.ts";
import { Beginnings } from "../corpus/beginnings.ts";
import { Corpus } from "../corpus/corpus.ts";
import { shippedCorpus } from "../corpus/shipped.ts";
import type { Model } from "../model/model.ts";
import { BeginningRuns } from "../neuron/beginnings-run.ts";
import {
  followers,
  type LabelledPlaces,
  markedPositions,
  patternLabels,
  tokenIds,
  tokenLabels,
  unmarked,
} from "../neuron/event.ts";
import { type Place, placesOf, type ReadText } from "../neuron/place.ts";
import { topTokens } from "../readout/logits.ts";
import type { Example } from "../task/example.ts";
import { expandTask } from "../task/expand.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { readAside } from "./read-aside.ts";

export interface NeuronPlaces extends LabelledPlaces {
  readonly name: string;
  /** For people: tokens of the event and of its control, where all places have the same. */
  readonly tokens: readonly number[];
  readonly control: readonly number[];
  /** File that the texts are from. */
  readonly source: string;
  readonly notes: readonly Note[];
}

/** Texts of a corpus that are read where nobody says otherwise. */
const usualTexts = 1000;
/** Tokens that an event may have where they are taken from what follows its places. */
const mostTokens = 50;

/** @throws EngineError for files that cannot be read, events that are none, and too few of them */
export async function placesOfStudy(
  settings: NeuronStudyFile,
  executor: Executor,
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
): Promise<NeuronPlaces> {
  const given = (["event", "pattern", "marked", "task"] as const).filter((key) => settings[key] !== undefined);
  if (given.length !== 1) {
    throw new EngineError(
      "usage",
      say`Name one event: --event TOKENS, --pattern EXPRESSION, --marked FILE or --task FILE with --property${
        given.length > 1
          ? say`, not ${sayList(
              given.map((key) => `--${key}`),
              " and ",
            )}`
          : say``
      }.`,
    );
  }
  const found =
    settings.task !== undefined
      ? await ofTask(settings, executor, tokenizer)
      : settings.marked !== undefined
        ? ofMarks(settings, executor.model, tokenizer)
        : await ofCorpus(settings, executor.model, tokenizer, signal);
  requireEvents(found);
  return found;
}

/** Fewer events on either side say nothing. */
const least = 5;

function requireEvents({ texts, places, labels, name, source }: NeuronPlaces): void {
  const count = { discovery: [0, 0], heldOut: [0, 0] };
  places.forEach(({ text }, i) => count[texts[text].split][labels[i]]++);
  const sides = Object.values(count).flat();
  if (sides.every((n) => n >= least)) return;
  throw new EngineError(
    "usage",
    say`${source}: "${name}" has ${count.discovery[1]} events and ${count.discovery[0]} other places in discovery texts, ${count.heldOut[1]} and ${count.heldOut[0]} in held-out ones; ${least} of each are needed. Give more texts, or another event.`,
    count,
  );
}

async function ofCorpus(
  settings: NeuronStudyFile,
  model: Model,
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
): Promise<NeuronPlaces> {
  const file = settings.corpus ?? shippedCorpus(model.tokenizer);
  const texts = await corpusTexts(file, settings, model, tokenizer, signal);
  const places = placesOf(texts);
  const { event, pattern } = settings;
  if (event) {
    const tokens = tokenIds(event, tokenizer, "--event");
    return withTokens(
      settings,
      tokenizer,
      file,
      texts,
      places,
      tokenLabels(texts, places, tokens),
      tokens,
      event.join(", "),
    );
  }
  const labels = patternLabels(texts, places, pattern!, tokenizer);
  return withTokens(settings, tokenizer, file, texts, places, labels, undefined, `/${pattern}/`);
}

export async function corpusTexts(
  file: string,
  { texts: most = usualTexts, seed = 0 }: Pick<NeuronStudyFile, "texts" | "seed">,
  model: Model,
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
): Promise<ReadText[]> {
  const corpus = await Corpus.open(file, tokenizer, { context: model.config.nContext, heldOut: 0.5, seed, signal });
  const texts: ReadText[] = [];
  for await (const text of corpus.texts()) {
    if (texts.push(text) === most) break;
  }
  return texts;
}

/** Where an event is no list of tokens, its tokens are those that follow its discovery places. */
function withTokens(
  settings: NeuronStudyFile,
  tokenizer: Tokenizer,
  source: string,
  texts: readonly ReadText[],
  places: readonly Place[],
  labels: Uint8Array,
  given: readonly number[] | undefined,
  name: string,
): NeuronPlaces {
  const notes: Note[] = [];
  const onDiscovery = (label: number) =>
    places.filter((place, i) => labels[i] === label && texts[place.text].split === "discovery");
  const following = given ?? followers(texts, onDiscovery(1));
  const tokens = following.slice(0, given ? undefined : mostTokens);
  if (!given) {
    notes.push(
      say`The event's probability is that of the ${tokens.length}${tokens.length < following.length ? say` commonest of ${following.length}` : say``} tokens that follow its discovery places.`,
    );
  }
  const control = settings.control
    ? tokenIds(settings.control, tokenizer, "--control")
    : followers(texts, onDiscovery(0))
        .filter((id) => !following.includes(id))
        .slice(0, 1);
  const sets = [tokens, control];
  return { texts, places, labels, sets: () => sets, name, tokens, control, source, notes };
}

function ofMarks(settings: NeuronStudyFile, model: Model, tokenizer: Tokenizer): NeuronPlaces {
  const file = settings.marked!;
  const seen = new Beginnings();
  const labels: number[] = [];
  const places: Place[] = [];
  const texts: ReadText[] = [];
  const { seed = 0 } = settings;
  for (const [i, line] of readWholeText(file, FILE_KINDS.taskRows).split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const { text, ranges } = unmarked(line, file, i + 1);
    const ids = tokenizer.encode(text);
    if (ids.length > model.config.nContext) {
      throw new EngineError(
        "invalid-file",
        say`${file}:${i + 1}: the text has ${ids.length} tokens, and the model reads ${model.config.nContext} at most. Shorten it.`,
        { place: { file, line: i + 1 } },
      );
    }
    const split = hash32(`${seed}/${text}`) / 2 ** 32 < 0.5 ? "heldOut" : "discovery";
    texts.push({ line: i + 1, text, ids, split, firstNew: seen.add(ids) });
    const marked = new Set(markedPositions(text, ranges, tokenizer.spans(text)));
    for (const place of placesOf(texts.slice(-1))) {
      places.push({ ...place, text: texts.length - 1 });
      labels.push(Number(marked.has(place.position)));
    }
  }
  return withTokens(settings, tokenizer, file, texts, places, Uint8Array.from(labels), undefined, `marked in ${file}`);
}

async function ofTask(settings: NeuronStudyFile, executor: Executor, tokenizer: Tokenizer): Promise<NeuronPlaces> {
  const file = settings.task!;
  const task = await readAside("contrast", file);
  const { examples, notes } = expandTask(task, executor.model.tokenizer, {
    seed: settings.seed ?? task.seed,
    bos: settings.bos,
  });
  const property = settings.property ?? "corrupt";
  const seen = new Beginnings();
  const asked: { text: ReadText; example: Example; corrupt: boolean }[] = [];
  for (const example of examples) {
    const { split } = example;
    // Set aside for a search, which this is not.
    if (split === "validation") continue;
    for (const which of ["clean", "corrupt"] as const) {
      if (which === "corrupt" && property !== "corrupt") continue;
      const { ids, text } = example[which];
      const firstNew = seen.add(ids);
      // A prompt that was there already says nothing new.
      if (firstNew === ids.length) continue;
      asked.push({
        text: { line: example.index, text, ids, split, firstNew },
        example,
        corrupt: which === "corrupt",
      });
    }
  }
  const texts = asked.map(({ text }) => text);
  const places = texts.map(({ ids }, text) => ({ text, position: ids.length - 1 }));
  const labels = await propertyLabels(property, asked, executor, tokenizer);
  const control = settings.control ? tokenIds(settings.control, tokenizer, "--control") : undefined;
  return {
    texts,
    places,
    labels,
    // The right answer of the example, whichever of its prompts is run.
    sets: (place) => {
      const { answers, wrongAnswers } = asked[place].example;
      return [answers, control ?? (wrongAnswers.length > 0 ? wrongAnswers : answers)];
    },
    name: `${property} prompts of ${task.name}`,
    tokens: [],
    control: control ?? [],
    source: file,
    notes,
  };
}

/** @throws EngineError "usage" for a property that there is not */
async function propertyLabels(
  property: string,
  asked: readonly { readonly text: ReadText; readonly example: Example; readonly corrupt: boolean }[],
  executor: Executor,
  tokenizer: Tokenizer,
): Promise<Uint8Array> {
  if (property === "corrupt") return Uint8Array.from(asked, ({ corrupt }) => Number(corrupt));
  if (property === "right") {
    const runs = await BeginningRuns.over(
      executor,
      asked.map(({ text }) => text.ids),
    );
    const tops = await topTokens(executor, runs.cleanStates());
    return Uint8Array.from(asked, ({ example }, i) => Number(example.answers.includes(tops[i])));
  }
  const [, key, value] = /^(template|answer)=(.+)$/.exec(property) ?? [];
  if (key === "template") return Uint8Array.from(asked, ({ example }) => Number(example.template === value));
  if (key === "answer") {
    const [id] = tokenizer.encodePlain(value);
    return Uint8Array.from(asked, ({ example }) => Number(example.answers.includes(id)));
  }
  throw new EngineError(
    "usage",
    say`--property: there is no "${property}"; choose corrupt, right, template=NAME or answer=TEXT (with its space).`,
  );
}
