// What a person calls a feature in the window, kept beside its dictionary.
import type { LabelRequest } from "../contract.ts";
import { readLabels, writeLabels } from "../dictionary/labels.ts";
import { loadDictionary } from "../dictionary/load.ts";
import { requireFeature } from "../session/dictionary-work.ts";

/** @throws EngineError as `loadDictionary`; "usage" for a feature that there is not */
export function labelFeature({ dictionary, feature, label }: LabelRequest) {
  const { file, weights } = loadDictionary(dictionary);
  requireFeature(feature, weights.dSae);
  writeLabels(file, new Map([[feature, label.trim()]]));
  return [...readLabels(file)].map(([own, text]) => ({ feature: own, label: text }));
}
