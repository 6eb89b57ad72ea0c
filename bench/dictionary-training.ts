// Training a dictionary of 2,048 features on SmolLM2's states: seconds a step and explained variance, ours and PyTorch's, from the same
// first weights over the same batches.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Executor } from "../engine/activations/executor.ts";
import { saeTrainSettings } from "../engine/choices/dictionary.ts";
import { meanOf } from "../engine/dictionary/nulls.ts";
import { DictionaryTrainer, type TrainerSettings } from "../engine/dictionary/trainer.ts";
import { openModel } from "../engine/model/open.ts";
import { openCorpus } from "../engine/session/dictionary-work.ts";
import { gatheredStates } from "../engine/session/gathered-states.ts";
import type { BenchOptions } from "./options.ts";
import { runPeer } from "./peer-process.ts";
import { inFolder } from "./temporary-folder.ts";
import { timed } from "./timed.ts";

interface Case {
  readonly kind: "topk" | "l1";
  readonly form: "dense" | "sparse";
}

/** How PyTorch decodes: over all features, or over the chosen ones by an embedding bag. */
const CASES = [
  { kind: "topk", form: "dense" },
  { kind: "topk", form: "sparse" },
  { kind: "l1", form: "dense" },
] as const satisfies readonly Case[];

interface Course {
  readonly seconds: readonly number[];
  /** Of the batch, before the step. */
  readonly ev: readonly number[];
}

export interface TrainingFigures extends Case {
  readonly own: Course;
  readonly peer: (Course & { readonly version: string }) | undefined;
}

const [layer, features, rows] = [14, 2048, 1024];
export const TIMED_STEPS = 24;

export async function measureDictionaryTraining({ python, threads }: BenchOptions): Promise<TrainingFigures[]> {
  return inFolder(async (folder) => {
    const batches = await statesOfSmolLM2(folder, threads);
    const dIn = batches[0].length / rows;
    const figures: TrainingFigures[] = [];
    for (const one of CASES) {
      const settings = trainerSettings(one, dIn);
      const trainer = await DictionaryTrainer.begin(settings, meanOf(batches[0], dIn));
      writeJob(folder, settings, trainer, batches);
      const first = await ownCourse(trainer, batches);
      await trainer.dispose();
      const peer =
        python === undefined
          ? undefined
          : await runPeer<Course & { version: string }>({
              ...{ python, script: "sae_train.py", prompts: { discovery: [] }, threads },
              args: [folder, one.kind, one.form],
            });
      const again = await DictionaryTrainer.begin(settings, meanOf(batches[0], dIn));
      const second = await ownCourse(again, batches);
      await again.dispose();
      figures.push({ ...one, own: { ev: first.ev, seconds: [...first.seconds, ...second.seconds] }, peer });
    }
    return figures;
  });
}

/** Scaled to a mean norm of √width, "row width" by step. */
async function statesOfSmolLM2(folder: string, threads: number): Promise<Float32Array[]> {
  const model = openModel("smollm2");
  const executor = new Executor(model, { threads });
  const settings = saeTrainSettings.parse({ model: "smollm2", layer, batch: rows, tokens: TIMED_STEPS * rows });
  const corpus = await openCorpus(model, settings);
  const { buffer, scales } = await gatheredStates(executor, corpus, settings, [{ site: "residPost", layer }], {
    folder,
  });
  const batches = Array.from({ length: TIMED_STEPS }, (_, step) =>
    buffer.batch(step, rows).map((value) => value * scales[0]),
  );
  buffer.close();
  await executor.dispose();
  model.close();
  return batches;
}

function trainerSettings({ kind }: Case, dIn: number): TrainerSettings {
  return {
    ...{ kind, k: 32, sparsity: 1, bandwidth: 0.5, dIn, dSae: features, dOut: dIn, transcodes: false },
    ...{ steps: 1e6, batch: rows, rate: 0.001, warmUp: 0, sparsityWarmUp: 0, deadAfter: Infinity, seed: 0 },
  };
}

async function ownCourse(trainer: DictionaryTrainer, batches: readonly Float32Array[]): Promise<Course> {
  const seconds: number[] = [];
  const ev: number[] = [];
  for (const batch of batches) {
    const step = await timed(() => trainer.step(batch, batch));
    seconds.push(step.seconds);
    ev.push(step.value.ev);
  }
  return { seconds, ev };
}

/** What sae_train.py reads. */
function writeJob(
  folder: string,
  { dIn, dSae, k, sparsity, rate }: TrainerSettings,
  trainer: DictionaryTrainer,
  batches: readonly Float32Array[],
): void {
  writeFileSync(
    join(folder, "job.json"),
    JSON.stringify({ rows, dIn, dSae, k, sparsity, rate, steps: batches.length }),
  );
  const { wEnc, wDec, bDec } = trainer.weights();
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);
  for (const [name, values] of Object.entries({ wEnc, wDec, bDec })) {
    writeFileSync(join(folder, `${name}.f32`), bytes(values));
  }
  writeFileSync(join(folder, "states.f32"), Buffer.concat(batches.map(bytes)));
}
