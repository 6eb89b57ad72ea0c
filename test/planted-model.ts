// A transformer whose circuit for one task was put there by hand, so that a search has a right answer to be held to.
//
// Task. "<start> then Ann and Bob met the Bob gave it to" → Ann: the name that is not repeated (IO), not the repeated one
// (S). Corrupt prompts have three other names, none of them twice.
//
// Stream. One-hot blocks, no two of which share a dimension: TOKEN (which word), POS (where), PREV (the word before),
// INHIBIT (a word to avoid), OUT (logits: W_U reads it alone), and flags ONE (always 1), DUPLICATE, MARK, JUNK. The norms
// are RMS norms with ε = gain² = 10⁸, which leave x unchanged up to a factor 1 − 10⁻⁷. Attention scores are whole
// numbers; every head rests on <start> with 15, and what it looks for scores 30, so that what it does not look for gets
// e⁻¹⁵ = 3·10⁻⁷ of its attention.
//
// The circuit.
//   a0.h1  duplicate token: attends to an earlier position with the same word and writes DUPLICATE (S2 → S1).
//   m0     MARK = relu(DUPLICATE + "is a name" − 1): the repeated name, not the repeated "the" of the second template.
//   a1.h2  S-inhibition: END attends to MARK, so to S2, and writes its word into INHIBIT.
//   a2.h3  name mover: END attends to names, not to inhibited ones, so to IO, and writes 8 onto its logit.
// Beside it.
//   a0.h2 previous token and a1.h1 induction (reads PREV): END's word stands nowhere before, so they change nothing there.
//   a1.h0, a1.h3 write ±½ · mean of the three names at END: −1/6 and +1/6 of a logit difference, and cancel.
//   a3.h0  backup name mover: as a2.h3 but for half the strength (4), and it avoids words that stand in OUT already, so
//          that it writes only where a2.h3 did not.
//   a3.h2  negative name mover: attends to the word in OUT and writes −½ onto it.
//   all others, and m1 to m3, write to JUNK, which nobody reads, or to the logit of a filler word.
//
// Why the search must find exactly that. m = logit(IO) − logit(S). Ablated heads give their value in the corrupt run,
// where END's OUT holds other names only: m(∅) = 0. Full model: the name mover gives 8, the backup 0 (it finds IO in OUT),
// the negative −½, the pair 0: m(M) = 7.5.
//   (a) Circuits that contain the four nodes: 8, with or without −½, with or without ±1/6: from 7⅓ to 8⅙, so f from 0.978
//       to 1.089 and IO on top: any other unit may go at any time, under every criterion at threshold 0.9.
//   (b) Circuits without a2.h3: at best the backup's 4 and 1/6 of the pair: f ≤ 0.56.
//   (c) Circuits without a0.h1, m0 or a1.h2: INHIBIT is empty, the name mover writes 8 onto the mean of the names: ⅓ IO,
//       ⅔ S, −8/3. Then OUT holds 8/3 IO and 16/3 S; the backup still attends to IO (20 against 15 and 10) and gives at
//       most 4, the negative head takes at most ½ from S: at best −8/3 + 4 + ½ + 1/6 = 2, f ≤ 0.27.
// By (b) and (c) a circuit that meets a criterion contains the four; by (a) from each such circuit every other unit can
// go: the only 1-minimal circuit is { a0.h1, a1.h2, a2.h3 } of heads, and the same with m0 of heads and MLPs.
import { Random } from "../engine/base/random.ts";
import type { LayerWeights, Model, ModelConfig } from "../engine/model/model.ts";
import type { Example } from "../engine/task/example.ts";
import type { WrittenPrompt } from "../engine/task/prompt.ts";
import { withFront } from "../engine/tokens/bos.ts";
import type { Tokenizer, TokenSpan } from "../engine/tokens/tokenizer.ts";

const start = "<start>";
const names = ["Ann", "Bob", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hal", "Ida", "Jon", "Kim", "Leo"];
const fillers = ["then", "and", "met", "the", "gave", "it", "to", "when", "saw", "left", "with"];
const words = [start, ...names, ...fillers];

const nContext = 24;
const nVocab = words.length;
const TOKEN = 0;
const POS = TOKEN + nVocab;
const PREV = POS + nContext;
const INHIBIT = PREV + nVocab;
const OUT = INHIBIT + nVocab;
const ONE = OUT + nVocab;
const [DUPLICATE, MARK, JUNK] = [ONE + 1, ONE + 2, ONE + 3];
const dModel = JUNK + 1;
const dHead = nVocab + nContext + 1;
const dMlp = 2;
const nHeads = 4;

const config: ModelConfig = {
  architecture: "gpt2",
  nLayers: 4,
  nHeads,
  nKeyValueHeads: nHeads,
  dModel,
  dHead,
  dMlp,
  dVocab: nVocab,
  nContext,
  norm: { kind: "rms", epsilon: 1e8 },
  positions: { kind: "learned" },
  mlp: { kind: "plain", activation: "relu" },
  parallelBlocks: false,
  attentionScale: 1,
  tiedUnembedding: false,
};

/** Entries of a matrix: from dimension, to dimension, weight. */
type Entries = readonly (readonly [from: number, to: number, weight: number])[];
interface HeadWeights {
  readonly q: Entries;
  readonly k: Entries;
  readonly v: Entries;
  readonly o: Entries;
}

const word = (text: string): number => words.indexOf(text);
const nameIds = names.map(word);
const allIds = words.map((_, id) => id);
const block = (from: number, to: number, ids: readonly number[], weight = 1): Entries =>
  ids.map((id) => [from + id, to + id, weight] as const);
const positions = Array.from({ length: nContext }, (_, position) => position);
const isName = (to: number, weight = 1): Entries => nameIds.map((id) => [TOKEN + id, to, weight] as const);

/** The last dimension of every head scores the resting place. */
const rest = dHead - 1;
const restQ: Entries = [[ONE, rest, 15]];
const restK: Entries = [[TOKEN + word(start), rest, 1]];
/** Reads words (or names only) and writes them to another block. */
const copies = (ids: readonly number[], to: number, weight: number) => ({
  v: block(TOKEN, 0, ids),
  o: block(0, to, ids, weight),
});
const notStart = allIds.filter((id) => id !== word(start));
/** A dimension of a head's query that is on at END alone. */
const atEnd = (dim: number): Entries => [[TOKEN + word("to"), dim, 30]];
/** One dimension behind the words' own, for a score that has no word. */
const extra = nVocab;

const junk = (weight: number): HeadWeights => ({ q: [], k: [], v: isName(0), o: [[0, JUNK, weight]] });

const duplicateToken: HeadWeights = {
  q: [...block(TOKEN, 0, allIds, 30), ...block(POS, nVocab, positions, -60), ...restQ],
  k: [...block(TOKEN, 0, allIds), ...block(POS, nVocab, positions), ...restK],
  v: [
    [ONE, 0, 1],
    [TOKEN + word(start), 0, -1],
  ],
  o: [[0, DUPLICATE, 1]],
};
const previousToken: HeadWeights = {
  q: block(POS, 0, positions, 30),
  k: positions.slice(0, -1).map((position) => [POS + position, position + 1, 1] as const),
  ...copies(allIds, PREV, 1),
};
const induction: HeadWeights = {
  q: [...block(TOKEN, 0, allIds, 30), ...restQ],
  k: [...block(PREV, 0, allIds), ...restK],
  ...copies(notStart, OUT, 1),
};
const meanOfNames = (weight: number): HeadWeights => ({
  q: [...atEnd(extra), ...restQ],
  k: [...isName(extra), ...restK],
  ...copies(nameIds, OUT, weight),
});
const sInhibition: HeadWeights = {
  q: [...atEnd(extra), ...restQ],
  k: [[MARK, extra, 1], ...restK],
  ...copies(notStart, INHIBIT, 1),
};
const nameMover: HeadWeights = {
  q: [...atEnd(extra), ...block(INHIBIT, 0, allIds, -30), ...restQ],
  k: [...isName(extra), ...block(TOKEN, 0, allIds), ...restK],
  ...copies(nameIds, OUT, 8),
};
/** −30 for a word on which the name mover put its 8. */
const backup: HeadWeights = {
  ...nameMover,
  q: [...nameMover.q, ...block(OUT, 0, allIds, -30 / 8)],
  ...copies(nameIds, OUT, 4),
};
const negative: HeadWeights = {
  q: [...block(OUT, 0, allIds, 30 / 8), ...restQ],
  k: [...block(TOKEN, 0, allIds), ...restK],
  ...copies(nameIds, OUT, -0.5),
};

const heads: readonly (readonly HeadWeights[])[] = [
  [junk(1), duplicateToken, previousToken, junk(2)],
  [meanOfNames(0.5), induction, sInhibition, meanOfNames(-0.5)],
  [junk(3), junk(-1), junk(1), nameMover],
  [backup, junk(-2), negative, junk(1)],
];
/** By layer: what hidden neuron 0 reads, its bias, and where it writes 1. */
const mlps: readonly { readonly reads: Entries; readonly bias: number; readonly writes: number }[] = [
  { reads: [...isName(0), [DUPLICATE, 0, 1]], bias: -1, writes: MARK },
  { reads: isName(0), bias: 0, writes: JUNK },
  { reads: [[TOKEN + word("to"), 0, 1]], bias: 0, writes: OUT + word("then") },
  { reads: [[ONE, 0, 1]], bias: 0, writes: JUNK },
];

/** Ids of the planted heads, in order. */
export const plantedHeads: readonly string[] = ["a0.h1", "a1.h2", "a2.h3"];
/** Ids of the planted MLPs, where MLPs may be removed too. */
export const plantedMlps: readonly string[] = ["m0"];

export function plantedModel(): Model {
  const table = matrix(
    nContext,
    dModel,
    positions.flatMap((position): Entries => [
      [position, POS + position, 1],
      [position, ONE, 1],
    ]),
  );
  return {
    name: "planted",
    source: "planted",
    sha256: "0".repeat(64),
    precision: "F32",
    config,
    tokenizer,
    layer: layerWeights,
    embedRows: (ids) => rowsOf(TOKEN, ids),
    positionRows: () => table,
    finalNorm: () => ({ gain: identityGain() }),
    unembedBias: () => undefined,
    unembedRows: (ids) => rowsOf(OUT, ids),
    speech: () => ({ endIds: [], chatTemplate: undefined }),
    close: () => undefined,
  };
}

const templates = [
  { name: "then", text: "then A and B met the S gave it to" },
  { name: "when", text: "when the A saw B the S gave to" },
];

/** Both templates and both orders by turns, names drawn from seed 0; two thirds discovery, one third held out. */
export function plantedTask(): Example[] {
  const random = Random.seeded(0, "planted-task");
  return Array.from({ length: 24 }, (_, index): Example => {
    const { name, text } = templates[index % 2];
    const repeated = index % 4 < 2 ? "B" : "A";
    const [io, s, ...others] = random.sample(names, 5);
    const [a, b] = repeated === "B" ? [io, s] : [s, io];
    const clean = prompt(fill(text, { A: a, B: b, S: s }));
    const find = (slot: string) => 1 + text.split(" ").indexOf(slot);
    const S1 = find(repeated);
    return {
      index,
      split: index % 3 === 2 ? "heldOut" : "discovery",
      clean,
      corrupt: prompt(fill(text, { A: others[0], B: others[1], S: others[2] })),
      answers: [word(io)],
      wrongAnswers: [word(s)],
      positions: {
        IO: find(repeated === "B" ? "A" : "B"),
        S1,
        "S1+1": S1 + 1,
        S2: find("S"),
        END: clean.ids.length - 1,
      },
      template: name,
    };
  });
}

function fill(text: string, slots: Readonly<Record<string, string>>): string {
  return text
    .split(" ")
    .map((part) => slots[part] ?? part)
    .join(" ");
}

const prompt = (text: string): WrittenPrompt => ({ text, ids: tokenizer.encode(text) });

const tokenizer: Tokenizer = {
  dVocab: nVocab,
  bosId: word(start),
  added: { before: [word(start)], after: [] },
  front: [word(start)],
  beyond: [],
  withBos: () => tokenizer,
  within: () => tokenizer,
  prompt: (ids) => withFront([word(start)], ids),
  encode: (text) => [word(start), ...plainIds(text)],
  encodePlain: plainIds,
  unknown: () => [],
  decode: (ids) => ids.map((id) => words[id]).join(" "),
  token: (id) => words[id],
  spans: (text) => [{ id: word(start), start: 0, end: 0 }, ...wordSpans(text)],
};

function plainIds(text: string): number[] {
  return wordSpans(text).map(({ id }) => id);
}

/** Words that are not in the vocabulary, and the special one, are dropped. */
function wordSpans(text: string): TokenSpan[] {
  return [...text.matchAll(/\S+/g)]
    .map((match) => ({
      id: notStart.find((id) => words[id] === match[0])!,
      start: match.index,
      end: match.index + match[0].length,
    }))
    .filter(({ id }) => id !== undefined);
}

function layerWeights(layer: number): LayerWeights {
  const width = nHeads * dHead;
  const gather = (entriesOf: (head: HeadWeights, shift: number) => Entries) =>
    heads[layer].flatMap((head, h) => [...entriesOf(head, h * dHead)]);
  const into = (entries: Entries, shift: number): Entries => entries.map(([from, to, w]) => [from, to + shift, w]);
  const { reads, bias, writes } = mlps[layer];
  return {
    norm1: { gain: identityGain() },
    W_Q: matrix(
      dModel,
      width,
      gather((head, shift) => into(head.q, shift)),
    ),
    W_K: matrix(
      dModel,
      width,
      gather((head, shift) => into(head.k, shift)),
    ),
    W_V: matrix(
      dModel,
      width,
      gather((head, shift) => into(head.v, shift)),
    ),
    W_O: matrix(
      width,
      dModel,
      gather((head, shift) => head.o.map(([from, to, w]) => [from + shift, to, w])),
    ),
    norm2: { gain: identityGain() },
    W_in: matrix(dModel, dMlp, reads),
    b_in: Float32Array.from({ length: dMlp }, (_, neuron) => (neuron === 0 ? bias : 0)),
    W_out: matrix(dMlp, dModel, [[0, writes, 1]]),
  };
}

const identityGain = () => new Float32Array(dModel).fill(1e4);

function matrix(nIn: number, nOut: number, entries: Entries): Float32Array {
  const values = new Float32Array(nIn * nOut);
  for (const [from, to, weight] of entries) values[from * nOut + to] += weight;
  return values;
}

/** One-hot rows "row dModel" in a block that starts at `from`. */
function rowsOf(from: number, ids: readonly number[]): Float32Array {
  return matrix(
    ids.length,
    dModel,
    ids.map((id, row) => [row, from + id, 1] as const),
  );
}
