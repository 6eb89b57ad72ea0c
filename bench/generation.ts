// Greedy generation on SmolLM2 with keys and values kept: seconds a token, steered and not, ours and Transformers'.
import { Executor } from "../engine/activations/executor.ts";
import { capture } from "../engine/activations/capture.ts";
import { Packing } from "../engine/activations/packing.ts";
import type { Plan } from "../engine/activations/plan.ts";
import { generate } from "../engine/generation/generate.ts";
import { smollm2Path } from "../engine/model/model-cache.ts";
import { openModel } from "../engine/model/open.ts";
import { logitsOf } from "../engine/readout/logits.ts";
import type { Example } from "../engine/task/example.ts";
import type { BenchOptions } from "./options.ts";
import { runPeer } from "./peer-process.ts";
import { benchExamples } from "./prompts.ts";
import { medianSeconds, timed } from "./timed.ts";

interface PeerGeneration {
  readonly version: string;
  readonly prompts: readonly { readonly seconds: number; readonly ids: readonly number[] }[];
}

/** Seconds a token on one prompt; ours with one entry a round, the peer's the median of three. */
export interface GenerationFigures {
  readonly promptLength: number;
  readonly plain: readonly number[];
  readonly steered: readonly number[];
  /** A plain pass over prompt and new tokens: what a token costs where nothing is kept. */
  readonly wholePass: number;
  /** Transformers, where its Python was given. */
  readonly peer: { readonly version: string; readonly seconds: number; readonly sameIds: boolean } | undefined;
}

/** New tokens of which the time is taken, after the first. */
export const TIMED_TOKENS = 16;
/** Half of ours before the peer, half after it: its model is opened once, which takes longer than all that is timed. */
const rounds = 4;
/** Prompts of the task put end to end, for a text of some length. */
const longText = 15;

export async function measureGeneration(options: BenchOptions): Promise<GenerationFigures[]> {
  const { threads } = options;
  const examples = benchExamples("S2 only");
  const texts = [examples[0].clean.ids, examples.slice(0, longText).flatMap(({ clean }) => [...clean.ids])];
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads });
  const measured = texts.map((ids) => ({ ids, plain: [] as number[], steered: [] as number[] }));
  let peer: PeerGeneration | undefined;
  for (const ids of texts) await newIds(executor, steeredPlan(ids, model.config.dModel), 2);
  for (let round = 0; round < rounds; round++) {
    if (round === rounds / 2) peer = await generationOfPeer(options, examples, texts);
    for (const one of measured) {
      one.plain.push(await secondsPerToken(executor, { worlds: [{ ids: one.ids }], changes: [], read: [] }));
      one.steered.push(await secondsPerToken(executor, steeredPlan(one.ids, model.config.dModel)));
    }
  }
  const figures: GenerationFigures[] = [];
  for (const [text, { ids, plain, steered }] of measured.entries()) {
    const made = await newIds(executor, { worlds: [{ ids }], changes: [], read: [] }, TIMED_TOKENS + 1);
    const ofPeer = peer?.prompts[text];
    figures.push({
      promptLength: ids.length,
      plain,
      steered,
      wholePass: await secondsOfPass(executor, [...ids, ...made]),
      peer: peer &&
        ofPeer && {
          version: peer.version,
          seconds: ofPeer.seconds,
          sameIds: ofPeer.ids.join() === made.join(),
        },
    });
  }
  await executor.dispose();
  model.close();
  return figures;
}

/** A vector added behind a layer in the middle, at every position of prompt and text. */
const steeredPlan = (ids: readonly number[], dModel: number): Plan => ({
  worlds: [{ ids }],
  changes: [
    {
      world: 0,
      where: { site: "residPost", layer: 15, at: "all", step: "every" },
      change: { op: "add", what: { vector: Array.from({ length: dModel }, (_, i) => Math.sin(i)) }, scale: 0.1 },
    },
  ],
  read: [],
});

async function newIds(executor: Executor, plan: Plan, maxTokens: number): Promise<number[]> {
  const { samples } = await generate(executor, plan, {
    ...{ sampling: { temperature: 0 }, stopIds: [], stopTexts: [], samples: 1, seed: 0, alternatives: 1 },
    maxTokens,
  });
  return samples[0].tokens.map(({ id }) => id);
}

/** Without the run of the prompt: what the tokens after the first take. */
async function secondsPerToken(executor: Executor, plan: Plan): Promise<number> {
  const first = await timed(() => newIds(executor, plan, 1));
  const whole = await timed(() => newIds(executor, plan, 1 + TIMED_TOKENS));
  return (whole.seconds - first.seconds) / TIMED_TOKENS;
}

function secondsOfPass(executor: Executor, ids: readonly number[]): Promise<number> {
  const packing = Packing.ofLengths([ids.length]);
  const embedded = executor.embed(ids, packing.positions);
  return medianSeconds(3, async () => {
    const { residual } = await capture(executor, packing, embedded, { sites: [] });
    await logitsOf(executor, residual.slice(-executor.model.config.dModel));
  });
}

async function generationOfPeer(
  { python, threads }: BenchOptions,
  examples: readonly Example[],
  texts: readonly (readonly number[])[],
): Promise<PeerGeneration | undefined> {
  if (python === undefined) return undefined;
  const discovery = texts.map((ids) => ({ ...examples[0], clean: { text: "", ids } }));
  const args = [smollm2Path(), String(TIMED_TOKENS)];
  return runPeer<PeerGeneration>({ python, script: "transformers_generate.py", prompts: { discovery }, args, threads });
}
