// MLP memories: the neurons of a layer whose value vectors read best, and what layers and neurons write at the end of a text.
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { greatest } from "../base/greatest.ts";
import { Random } from "../base/random.ts";
import type { MemoriesResult, MemoriesSettings, Memory } from "../choices/memories.ts";
import { quantile } from "../evaluate/bootstrap.ts";
import { randomDirections, VocabularyRows } from "../memory/value-vectors.ts";
import { writtenTowards } from "../memory/written.ts";
import type { Model } from "../model/model.ts";
import { OwnBos } from "../task/own-bos.ts";
import { encoded, type ReadOptions } from "./patchscope-task.ts";
import { withModel } from "./open-model.ts";

/** @throws EngineError "usage" for layers or words that the model has not; "cancelled" */
export async function memoriesTask(
  settings: MemoriesSettings,
  { execution, signal, onProgress }: ReadOptions = {},
): Promise<MemoriesResult> {
  return withModel(settings.model, { execution }, async (executor) => {
    const { model } = executor;
    const { dModel, dMlp, nLayers } = model.config;
    const named = namedNeurons(settings.neurons, model);
    const layers = settings.layers ?? (named ? [...new Set(named.map(({ layer }) => layer))] : [nLayers - 1]);
    const wrong = layers.find((layer) => layer >= nLayers);
    if (wrong !== undefined) {
      throw new EngineError("usage", say`--layers: there is no layer ${wrong}; ${model.name} has ${nLayers}, from 0.`);
    }
    const own = new OwnBos(model.tokenizer.withBos(settings.bos), say`the text`);
    const ids = settings.text === undefined ? undefined : encoded(settings.text, own, model);
    if (ids?.length === 0) throw new EngineError("usage", say`The text is empty; nothing is written at its end.`);
    if (settings.token !== undefined) encoded(` ${settings.token}`, own, model);
    const vocabulary = new VocabularyRows(executor, settings.scores === "centred");
    const directions = randomDirections(settings.draws, dModel, Random.seeded(settings.seed, "memories"));
    const nulls = (await vocabulary.lists(directions)).map(({ coherence }) => coherence.top).sort((a, b) => a - b);
    const limit = quantile(nulls, 0.99);
    const shares = [];
    const found: Omit<Memory, "norm">[] = [];
    for (const [i, layer] of layers.entries()) {
      if (signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      const lists = await vocabulary.lists(model.layer(layer).W_out);
      const above = (end: "top" | "bottom") => lists.filter(({ coherence }) => coherence[end] > limit).length / dMlp;
      shares.push({ layer, topShare: above("top"), bottomShare: above("bottom") });
      lists.forEach((list, neuron) => {
        if (named && !named.some((one) => one.layer === layer && one.neuron === neuron)) return;
        for (const end of ["top", "bottom"] as const) {
          const tokens = list[end].map(({ id, score }) => ({ id, score, text: model.tokenizer.token(id) }));
          found.push({ layer, neuron, end, coherence: list.coherence[end], tokens });
        }
      });
      found.sort((a, b) => b.coherence - a.coherence);
      if (!named) found.length = Math.min(found.length, settings.most);
      onProgress?.("layers", i + 1, layers.length);
    }
    const token = settings.token === undefined ? undefined : model.tokenizer.encodePlain(` ${settings.token}`)[0];
    const written = ids && (await writtenTowards(executor, ids, token, settings.most));
    return {
      modelName: model.name,
      scores: settings.scores,
      layers: shares,
      null: {
        draws: nulls.length,
        mean: nulls.reduce((sum, x) => sum + x, 0) / nulls.length,
        quantile99: limit,
        most: greatest(nulls),
      },
      memories: found.map((memory) => {
        const start = memory.neuron * dModel;
        return { ...memory, norm: Math.hypot(...model.layer(memory.layer).W_out.subarray(start, start + dModel)) };
      }),
      written: written && { ...written, text: settings.text!, token: model.tokenizer.token(written.token) },
      notes: own.notes(),
    };
  });
}

/** @throws EngineError "usage" for a neuron that the model has not */
function namedNeurons(names: readonly string[] | undefined, { config, name }: Model) {
  return names?.map((id) => {
    const [layer, neuron] = id.slice(1).split(".n").map(Number);
    if (layer < config.nLayers && neuron < config.dMlp) return { layer, neuron };
    throw new EngineError(
      "usage",
      say`--neurons: ${name} has no ${id}; its layers are 0 to ${config.nLayers - 1}, its neurons 0 to ${config.dMlp - 1}.`,
    );
  });
}
