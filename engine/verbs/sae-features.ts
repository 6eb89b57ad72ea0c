// The verb "sae features": which features a dictionary has, where they fire and what they write.
import { saeFeaturesTask } from "../session/sae-features-task.ts";
import { contextWords } from "../choices/feature-context.ts";
import type { Table } from "../choices/result-table.ts";
import type { Verb } from "./verb.ts";

export const saeFeatures: Verb<"sae features"> = {
  name: "sae features",
  version: 2,
  says: "Lists features of a dictionary and shows where they fire, by density, token, label, effect on a task, or what fires in one text and not in another.",
  examples: [
    'sprig-sae --text "the cat" --without "the dog"',
    "sprig-sae --features 12,40 --contexts 8",
    "sprig-sae --task tasks/ioi.yaml",
  ],
  about: ({ model }, result) => ({ model, n: result?.states }),
  stages: () => [{ name: "states", share: 1 }],
  run: (settings, { execution, signal, report }) =>
    saeFeaturesTask(settings, { execution, signal, onProgress: (done, total) => report("states", done, total) }),
  headline: ({ list }) => ({ code: "sae-features", values: { n: list.length } }),
  tables: ({ list, pages, heatmap, states }) => [
    {
      title: `features, over ${states} states of held-out texts`,
      columns: ["feature", "listed by", "density", "max", "strongest at", "effect held out", "label"],
      rows: list.map(({ feature, listedBy, density, max, topToken, effect, label }) => [
        feature,
        listedBy,
        density,
        max,
        topToken,
        effect?.heldOut,
        label,
      ]),
    },
    ...(heatmap ? [heatmapTable(heatmap)] : []),
    ...pages.flatMap((page): Table[] => [
      {
        title: `feature ${page.feature}: where it fires`,
        columns: ["quantile", "value", "before", "token", "after"],
        rows: page.bands.flatMap(({ band, contexts }) =>
          contexts.map((context) => {
            const { value, before, token, after } = contextWords(context);
            return [band, value, before, token, after];
          }),
        ),
      },
      {
        title: `feature ${page.feature}: tokens that its direction raises and lowers, features like it, neurons that it writes to`,
        columns: ["raises", "lowers", "nearest", "cosine", "writes to neuron", "cosine with it"],
        rows: Array.from({ length: Math.max(page.raises.length, page.nearest.length) }, (_, i) => {
          const neuron = page.writesTo.at(i);
          return [
            page.raises.at(i)?.token,
            page.lowers.at(i)?.token,
            page.nearest.at(i)?.feature,
            page.nearest.at(i)?.cosine,
            neuron && `m${neuron.layer}.n${neuron.neuron}`,
            neuron?.cosine,
          ];
        }),
      },
    ]),
  ],
};

function heatmapTable({
  tokens,
  features,
  values,
}: {
  readonly tokens: readonly string[];
  readonly features: readonly number[];
  readonly values: readonly (readonly number[])[];
}): Table {
  return {
    title: "activations over the text",
    columns: ["token", ...features.map(String)],
    rows: tokens.map((token, t) => [token, ...values[t]]),
  };
}
