// Fits a lens on a corpus and writes it as a file.
import { join, resolve } from "node:path";
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { Random } from "../base/random.ts";
import type { Execution } from "../choices/execution.ts";
import type { FitLensResult, FitLensSettings } from "../choices/lens.ts";
import { Corpus } from "../corpus/corpus.ts";
import { affineLens, type AffineMap } from "../lens/affine-lens.ts";
import { fitJacobianLens } from "../lens/jacobian-lens.ts";
import { logitLens } from "../lens/lens.ts";
import { writeLensFile } from "../lens/lens-file.ts";
import { lensPoints } from "../lens/points.ts";
import { readLens } from "../lens/read.ts";
import { trainTunedLens } from "../lens/tuned-lens.ts";
import { withModel } from "./open-model.ts";

export interface FitLensOptions {
  /** Where the lens goes that nobody names a file for. */
  readonly folder?: string;
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Texts that a corpus gives at most: those of a step are drawn among them. */
const mostTexts = 20_000;
/** Held-out texts on which a lens is judged at most. */
const judgedOn = 64;

interface Text {
  readonly ids: readonly number[];
}

/** @throws EngineError as `Corpus.open`; "usage" where no text is long enough; "cancelled" */
export async function fitLensTask(settings: FitLensSettings, options: FitLensOptions = {}): Promise<FitLensResult> {
  const between = () => {
    if (options.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
  };
  return withModel(settings.model, options, async (executor) => {
    const { model } = executor;
    const corpus = await Corpus.open(settings.corpus, model.tokenizer.withBos(settings.bos), {
      context: model.config.nContext,
      heldOut: 0.2,
      seed: settings.seed,
      signal: options.signal,
      least: { discovery: 1, heldOut: 1 },
    });
    const discovery = await textsOf(corpus, "discovery");
    const heldOut = (await textsOf(corpus, "heldOut")).filter(({ ids }) => ids.length > 1).slice(0, judgedOn);
    const { maps, used } = await fitted(executor, discovery, settings, between, options.onProgress);
    const file = resolve(settings.out ?? join(options.folder ?? ".", `${settings.kind}.lens.safetensors`));
    writeLensFile(file, model, { kind: settings.kind, maps, about: aboutOf(settings, corpus, used) });
    return {
      file,
      modelName: model.name,
      texts: { discovery: used, heldOut: heldOut.length },
      divergence: await divergences(executor, heldOut, settings, maps, between),
    };
  });
}

async function textsOf(corpus: Corpus, split: "discovery" | "heldOut"): Promise<Text[]> {
  const texts: Text[] = [];
  for await (const { ids } of corpus.texts(split)) {
    texts.push({ ids });
    if (texts.length === mostTexts) break;
  }
  return texts;
}

async function fitted(
  executor: Executor,
  texts: readonly Text[],
  settings: FitLensSettings,
  between: () => void,
  onProgress: FitLensOptions["onProgress"],
): Promise<{ readonly maps: AffineMap[]; readonly used: number }> {
  const { kind, steps, rows, seed, skip, length } = settings;
  switch (kind) {
    case "tuned": {
      requireLong(texts, 2, settings);
      const maps = await trainTunedLens(executor, texts, { steps, rows, seed }, { between, onStep: onProgress });
      return { maps, used: texts.length };
    }
    case "jacobian": {
      const cut = texts.map(({ ids }) => ({ ids: ids.slice(0, length) })).filter(({ ids }) => ids.length > skip + 1);
      requireLong(cut, skip + 2, settings);
      const chosen = Random.seeded(seed, "jacobian-lens").sample(cut, Math.min(settings.texts, cut.length));
      return { maps: await fitJacobianLens(executor, chosen, { skip }, { between, onProgress }), used: chosen.length };
    }
    default:
      throw kind satisfies never;
  }
}

function requireLong(texts: readonly Text[], tokens: number, { corpus }: FitLensSettings): void {
  if (texts.some(({ ids }) => ids.length >= tokens)) return;
  throw new EngineError(
    "usage",
    say`${corpus}: no text has ${tokens} tokens, which this lens needs. Give longer texts, or a smaller --skip.`,
  );
}

async function divergences(
  executor: Executor,
  texts: readonly Text[],
  { kind }: FitLensSettings,
  maps: readonly AffineMap[],
  between: () => void,
): Promise<FitLensResult["divergence"]> {
  const points = lensPoints(executor.model.config.nLayers, ["residPre"]);
  const places = texts.map(({ ids }, prompt) => ({ prompt, position: ids.length - 1 }));
  const lens = await affineLens(executor, kind, maps);
  try {
    const plain = await readLens(executor, texts, places, { points, lens: logitLens, between });
    const own = await readLens(executor, texts, places, { points, lens, between });
    const mean = (read: typeof own, point: number) =>
      read.reduce((sum, place) => sum + place[point].kl.from, 0) / read.length;
    return points.slice(0, -1).map((_, point) => ({ logit: mean(plain, point), fitted: mean(own, point) }));
  } finally {
    await lens.dispose();
  }
}

function aboutOf(settings: FitLensSettings, corpus: Corpus, used: number): Record<string, string> {
  const { kind, steps, rows, seed, skip, length, bos } = settings;
  const how: Record<string, string> =
    kind === "tuned" ? { steps: String(steps), rows: String(rows) } : { skip: String(skip), length: String(length) };
  return { corpus: corpus.sha256 ?? corpus.file, texts: String(used), seed: String(seed), bos, ...how };
}
