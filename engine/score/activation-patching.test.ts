import type { Direction, Granularity } from "../choices/lists.ts";
import { afterAll, expect, suite, test } from "vitest";
import { plainForward, type Hook } from "../../test/plain-forward.ts";
import { GATED, PLAIN, randomExamples, randomModel } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import type { ModelConfig } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { type Site, sites } from "../transformer/sites.ts";
import { activationPatching, SITES_BY } from "./activation-patching.ts";

const resample = { kind: "resample", reference: "paired", perPosition: false } as const;
const metric = "logit-difference" as const;
const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.dispose())));

const BLOCKS: Readonly<Record<string, ModelConfig>> = {
  "learned positions, plain MLP": PLAIN,
  "rotary positions, shared keys, gated MLP": GATED,
  "parallel blocks": { ...PLAIN, parallelBlocks: true },
};

function setUp(config: ModelConfig) {
  const model = randomModel(config, 21);
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  executors.push(executor);
  return { model, executor, examples: randomExamples(config, [5, 7], 21) };
}

/** What the oracle finds: m(patched) − m(base) by layer, place by place. */
function expected(
  { model, examples }: ReturnType<typeof setUp>,
  direction: Direction,
  site: Site,
  by: Granularity,
  places: readonly { readonly unit?: number; readonly position?: string }[],
): number[] {
  const runs = examples.map((example) => {
    const [base, source] = direction === "noising" ? ["clean", "corrupt"] : ["corrupt", "clean"];
    const found = new Map<string, readonly (readonly number[])[]>();
    const record: Hook = (at, layer, rows, unit) => (found.set(`${at} ${layer} ${unit}`, rows), rows);
    const idsOf = (which: string) => example[which as "clean" | "corrupt"].ids;
    plainForward(model, idsOf(source), record);
    const untouched = difference(
      example,
      plainForward(model, idsOf(base), (_, __, rows) => rows),
    );
    return { example, base: idsOf(base), found, untouched };
  });
  const layers = Array.from({ length: model.config.nLayers }, (_, layer) => layer);
  return layers.flatMap((layer) =>
    places.map((place) => {
      const effects = runs.map(({ example, base, found, untouched }) => {
        const patch: Hook = (at, l, rows, unit) => {
          if (at !== site || l !== layer) return rows;
          if (by !== "neuron" && place.unit !== undefined && place.unit !== unit) return rows;
          const source = found.get(`${at} ${l} ${unit}`)!;
          return rows.map((row, position) => {
            if (place.position !== undefined && example.positions[place.position] !== position) return row;
            return by === "neuron" ? row.map((x, i) => (i === place.unit ? source[position][i] : x)) : source[position];
          });
        };
        return difference(example, plainForward(model, base, patch)) - untouched;
      });
      return effects.reduce((sum, x) => sum + x, 0) / effects.length;
    }),
  );
}

const difference = ({ answers, wrongAnswers }: Example, logits: readonly number[]) =>
  logits[answers[0]] - logits[wrongAnswers[0]];

const POSITIONS = ["S", "END"];

function placesOf(config: ModelConfig, site: Site, by: Granularity) {
  const heads = site === "k" || site === "v" ? config.nKeyValueHeads : config.nHeads;
  const units = Array.from({ length: by === "neuron" ? config.dMlp : heads }, (_, unit) => ({ unit }));
  switch (by) {
    case "layer":
      return [{}];
    case "position":
      return POSITIONS.map((position) => ({ position }));
    case "head":
    case "neuron":
      return units;
    case "head-position":
      return units.flatMap((unit) => POSITIONS.map((position) => ({ ...unit, position })));
  }
}

// Oracle: plain loops in float64 that run every prompt whole, with a hook at the site; results are kept as float32.
suite.each(Object.entries(BLOCKS))("activationPatching() on %s", (_, config) => {
  const made = setUp(config);
  const granularities = Object.keys(SITES_BY) as Granularity[];
  const forms = granularities.flatMap((by) => {
    const possible: readonly Site[] = SITES_BY[by];
    return sites.filter((site) => possible.includes(site)).map((site) => [site, by] as const);
  });
  test.each(forms)("%s by %s gives what plain passes give, both ways (1e-6)", async (site, by) => {
    const places = placesOf(config, site, by);
    for (const direction of ["noising", "denoising"] as const) {
      const request = { direction, site, by, ablation: resample, metric, positions: POSITIONS };
      const { effect } = await activationPatching(made.executor, made.examples, request);
      const wanted = expected(made, direction, site, by, places);
      expect(effect.data).toHaveLength(wanted.length);
      const errors = wanted.map((value, i) => Math.abs(value - effect.data[i]) / Math.max(1, Math.abs(value)));
      expect(Math.max(...errors)).toBeLessThanOrEqual(1e-6);
    }
  });

  test("all of a layer's residual stream takes the run into the other: its normalised effect is 1", async () => {
    const request = { direction: "noising", site: "residPre", by: "layer", ablation: resample, metric } as const;
    const { normalised } = await activationPatching(made.executor, made.examples, request);
    normalised!.data.forEach((value) => expect(value).toBeCloseTo(1, 6));
  });
});

suite("activationPatching() refuses", () => {
  const { executor, examples } = setUp(PLAIN);
  const request = { direction: "noising", site: "z", by: "head", ablation: resample, metric } as const;
  test.each([
    [{ site: "mlpOut" }, "Site mlpOut cannot be patched by head"],
    [{ direction: "denoising", ablation: { ...resample, kind: "zero" } }, "so it takes no zero ablation"],
    [{ layers: [9] }, "so no layer 9"],
    [{ by: "position", positions: ["S9"] }, 'has no position "S9"'],
    [{ site: "hidden", by: "neuron", neurons: [-1] }, "so no neuron -1"],
  ] as const)("%j", async (change, sentence) => {
    await expect(activationPatching(executor, examples, { ...request, ...change } as never)).rejects.toThrow(sentence);
  });
});
