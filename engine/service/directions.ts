// Directions as the workbench opens and saves them: the contrast sets that ship, and files by name.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { installedPath } from "../base/installation.ts";
import type { OpenedDirections, TaskEntry, VectorFileBytes, VectorRequest } from "../contract.ts";
import type { VectorEnding } from "../choices/vector.ts";
import type { Model } from "../model/model.ts";
import { lookAtModel } from "../model/open.ts";
import { loadContrastSets } from "../task/contrast-sets.ts";
import { type OpenedVector, openVector } from "../vector/open-vector.ts";
import { vectorBytes } from "../vector/vector-bytes.ts";

export function shippedContrastSets(): Pick<TaskEntry, "file" | "name" | "title">[] {
  const folder = installedPath("tasks/contrast-sets");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => loadContrastSets(join(folder, name)))
    .map(({ file, name, title }) => ({ file, name, title }));
}

/** @throws EngineError as `openVector` and `openModel` */
export function openedVector(request: VectorRequest): OpenedDirections {
  return withVector(request, ({ directions: { method, layers }, layer, notes }) => ({ method, layers, layer, notes }));
}

/** @throws EngineError as `openVector`, `openModel` and `vectorBytes` */
export function vectorFile(request: VectorRequest & { readonly ending: VectorEnding }): VectorFileBytes {
  return withVector(request, (opened, model) => {
    const { bytes, notes } = vectorBytes(`vector${request.ending}`, model, opened);
    return { bytes, notes: [...opened.notes, ...notes] };
  });
}

function withVector<T>({ vector, model: name }: VectorRequest, use: (opened: OpenedVector, model: Model) => T): T {
  return lookAtModel(name, (model) => use(openVector(vector, model), model));
}
