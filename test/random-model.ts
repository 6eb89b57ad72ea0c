// Small models in memory with seeded random weights, for laws that must hold for any weights.
import { Random } from "../engine/base/random.ts";
import type { LayerWeights, Model, ModelConfig, NormWeights } from "../engine/model/model.ts";
import type { Example } from "../engine/task/example.ts";

const rotary = (dHead: number): ModelConfig["positions"] => ({
  kind: "rotary",
  rotaryDims: dHead,
  inverseFrequencies: Float64Array.from({ length: dHead / 2 }, (_, i) => 100 ** ((-2 * i) / dHead)),
});

/** Llama's form: RMS norm, rotary, grouped key-value heads, gated MLP. */
export const GATED: ModelConfig = {
  architecture: "llama",
  nLayers: 3,
  nHeads: 4,
  nKeyValueHeads: 2,
  dModel: 16,
  dHead: 6,
  dMlp: 12,
  dVocab: 20,
  nContext: 32,
  norm: { kind: "rms", epsilon: 1e-5 },
  positions: rotary(6),
  mlp: { kind: "gated", activation: "silu" },
  parallelBlocks: false,
  attentionScale: 6 ** -0.5,
  tiedUnembedding: false,
};

/** GPT-2's form: layer norm, learned positions, plain MLP. */
export const PLAIN: ModelConfig = {
  ...GATED,
  architecture: "gpt2",
  nKeyValueHeads: 4,
  norm: { kind: "layer", epsilon: 1e-5 },
  positions: { kind: "learned" },
  mlp: { kind: "plain", activation: "gelu-tanh" },
};

/** GPT-NeoX's form: attention and MLP read the same stream. */
export const PARALLEL: ModelConfig = { ...PLAIN, architecture: "gpt_neox", positions: rotary(6), parallelBlocks: true };

/** Each form of a block, with its name. */
export const FORMS = [
  ["plain", PLAIN],
  ["gated MLP, grouped key-value heads", GATED],
  ["parallel blocks", PARALLEL],
] as const;

/** Llama's form with a window and a scale of its own in each layer. */
export const VARIED: ModelConfig = {
  ...GATED,
  slidingWindow: [undefined, 2, 4],
  attentionScale: [0.4, 0.9, 0.2],
};

export type WeightChange = (weights: LayerWeights) => LayerWeights;

export function randomModel(config: ModelConfig, seed: number, change: WeightChange = (weights) => weights): Model {
  const { dModel, nHeads, nKeyValueHeads, dHead, dMlp, dVocab } = config;
  const normal = (name: string, length: number, scale: number) => {
    const random = Random.seeded(seed, name);
    return Float32Array.from({ length }, () => scale * random.normal());
  };
  const W_E = normal("W_E", dVocab * dModel, 1);
  const W_pos = normal("W_pos", config.nContext * dModel, 0.5);
  const rowsOf_W_U = normal("W_U", dVocab * dModel, 0.5);
  const b_U = normal("b_U", dVocab, 0.1);
  const norm = (name: string): NormWeights => ({
    gain: normal(`${name}.gain`, dModel, 0.2).map((x) => (1 + x) * Math.max(1, Math.sqrt(config.norm.epsilon))),
    bias: config.norm.kind === "layer" ? normal(`${name}.bias`, dModel, 0.1) : undefined,
  });
  const drawnLayer = (l: number): LayerWeights => {
    const matrix = (name: string, rows: number, columns: number) =>
      normal(`${l}.${name}`, rows * columns, 1 / Math.sqrt(rows));
    const gated = config.mlp.kind === "gated";
    return change({
      norm1: norm(`${l}.norm1`),
      W_Q: matrix("W_Q", dModel, nHeads * dHead),
      W_K: matrix("W_K", dModel, nKeyValueHeads * dHead),
      W_V: matrix("W_V", dModel, nKeyValueHeads * dHead),
      b_V: normal(`${l}.b_V`, nKeyValueHeads * dHead, 0.1),
      W_O: matrix("W_O", nHeads * dHead, dModel),
      b_O: normal(`${l}.b_O`, dModel, 0.1),
      norm2: norm(`${l}.norm2`),
      W_gate: gated ? matrix("W_gate", dModel, dMlp) : undefined,
      W_in: matrix("W_in", dModel, dMlp),
      b_in: normal(`${l}.b_in`, dMlp, 0.1),
      W_out: matrix("W_out", dMlp, dModel),
      b_out: normal(`${l}.b_out`, dModel, 0.1),
    });
  };
  // Oracles ask for them at every run, and drawing them costs more than a run does.
  const layers = Array.from({ length: config.nLayers }, (_, l) => drawnLayer(l));
  const finalNorm = norm("final");
  const rowsOf = (table: Float32Array, ids: readonly number[]) =>
    Float32Array.from(ids.flatMap((id) => Array.from(table.subarray(id * dModel, (id + 1) * dModel))));
  return {
    name: "random",
    source: "random",
    sha256: "",
    precision: "F32",
    config,
    tokenizer: numberTokenizer(dVocab),
    layer: (l) => layers[l],
    embedRows: (ids) => rowsOf(W_E, ids),
    positionRows: () => (config.positions.kind === "learned" ? W_pos : undefined),
    finalNorm: () => finalNorm,
    unembedBias: () => b_U,
    unembedRows: (ids) => rowsOf(rowsOf_W_U, ids),
    speech: () => ({ endIds: [], chatTemplate: undefined }),
    close: () => undefined,
  };
}

/**
 * Weights that make the whole model linear: attention that looks everywhere alike, ReLUs far from their bend. With the
 * configuration `linearised`, whose norms divide by a constant, nothing curved is left.
 */
export const straighten: WeightChange = (weights) => {
  const { W_Q, W_out, b_in, b_out } = weights;
  const dModel = b_out!.length;
  // What the raised biases add to every MLP's output is taken off again, so that streams stay small.
  const raised = b_out!.map((_, i) => b_in!.reduce((sum, _, j) => sum + raise * W_out[j * dModel + i], 0));
  return {
    ...weights,
    W_Q: W_Q.map(() => 0),
    b_in: b_in!.map((x) => x + raise),
    b_out: b_out!.map((x, i) => x - raised[i]),
  };
};

const raise = 1000;

/** √epsilon dwarfs every stream, so that a norm subtracts the mean and divides by √epsilon, which its gain undoes. */
export const linearised: ModelConfig = {
  ...PLAIN,
  norm: { kind: "layer", epsilon: 1e12 },
  mlp: { kind: "plain", activation: "relu" },
};

/** Pairs of random prompts of the given lengths that share `shared` first tokens, with named positions. */
export function randomExamples(config: ModelConfig, lengths: readonly number[], seed: number, shared = 1): Example[] {
  const random = Random.seeded(seed, "prompts");
  return lengths.map((length, index) => {
    const ids = () => Array.from({ length }, () => random.below(config.dVocab));
    const clean = ids();
    const corrupt = [...clean.slice(0, shared), ...ids().slice(shared)];
    const [answer, wrong] = random.sample(
      Array.from({ length: config.dVocab }, (_, id) => id),
      2,
    );
    return {
      index,
      split: "discovery",
      clean: { text: "", ids: clean },
      corrupt: { text: "", ids: corrupt },
      answers: [answer],
      wrongAnswers: [wrong],
      positions: { S: length - 2, END: length - 1 },
    };
  });
}

/** Numbers between spaces; these tests never look at text. */
function numberTokenizer(dVocab: number): Model["tokenizer"] {
  const encode = (text: string) => text.split(" ").map(Number);
  const tokenizer: Model["tokenizer"] = {
    dVocab,
    added: { before: [], after: [] },
    front: [],
    beyond: [],
    withBos: () => tokenizer,
    within: () => tokenizer,
    prompt: (ids) => [...ids],
    encode,
    encodePlain: encode,
    unknown: () => [],
    decode: (ids) => ids.join(" "),
    token: String,
    spans: () => [],
  };
  return tokenizer;
}
