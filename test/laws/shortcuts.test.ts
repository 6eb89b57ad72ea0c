// Laws of circuit runs: no-op, ends, and shortcuts that change nothing, on random models of every form.
import { afterAll, describe, expect, test } from "vitest";
import { Executor } from "../../engine/activations/executor.ts";
import type { Ablation } from "../../engine/activations/ablation.ts";
import { Random } from "../../engine/base/random.ts";
import type { UnitKind } from "../../engine/circuit/unit.ts";
import { type UnitSet, UnitSpace } from "../../engine/circuit/unit-set.ts";
import { Evaluator, mean } from "../../engine/evaluate/evaluator.ts";
import { measureAnchors, measureFigures } from "../../engine/evaluate/report.ts";
import { metricValue } from "../../engine/metric/metric.ts";
import type { Example } from "../../engine/task/example.ts";
import { plainRun } from "../plain-transformer.ts";
import { GATED, PARALLEL, PLAIN, randomExamples, randomModel } from "../random-model.ts";

const resample: Ablation = { kind: "resample", reference: "paired", perPosition: false };

describe.each([
  ["GPT-2's form", PLAIN],
  ["Llama's form", GATED],
  ["GPT-NeoX's form", PARALLEL],
] as const)("%s", (_, config) => {
  const model = randomModel(config, 7);
  const executor = new Executor(model, { threads: 1 });
  const examples = randomExamples(config, [6, 9, 7, 6], 7, 3);
  afterAll(() => executor.dispose());

  const evaluatorOf = (kinds: readonly UnitKind[], ablation: Ablation, plain = false) =>
    Evaluator.create(executor, examples, {
      metric: "logit-difference",
      ablation,
      space: new UnitSpace(config, kinds),
      ...(plain && { sharePrefix: false, endOnly: false }),
    });

  test("ablating with a run's own values changes no bit of the plain pass", async () => {
    const same = examples.map((example) => ({ ...example, corrupt: example.clean }));
    const evaluator = await Evaluator.create(executor, same, {
      metric: "logit-difference",
      ablation: resample,
      space: new UnitSpace(config, ["head", "mlp"]),
      sharePrefix: false,
      endOnly: false,
    });
    const { space } = evaluator;
    const full = await evaluator.measure(space.full());
    const half = await evaluator.measure(
      space.setOf(
        space
          .full()
          .units()
          .filter((_, i) => i % 2 === 0),
      ),
    );
    expect([...half.metric]).toEqual([...full.metric]);
  });

  test("with everything ablated but the embedding of a shared last token the corrupt run comes out (1e-5)", async () => {
    const shared = examples.map((example) => {
      const ids = [...example.corrupt.ids];
      ids[ids.length - 1] = example.clean.ids[ids.length - 1];
      return { ...example, corrupt: { text: "", ids } };
    });
    const options = {
      metric: "logit-difference",
      ablation: resample,
      space: new UnitSpace(config, ["head", "mlp"]),
    } as const;
    const evaluator = await Evaluator.create(executor, shared, options);
    const swapped = shared.map((example) => ({ ...example, clean: example.corrupt }));
    const corrupt = await Evaluator.create(executor, swapped, options);
    const empty = await evaluator.measure(evaluator.space.empty());
    const run = await corrupt.measure(corrupt.space.full());
    empty.metric.forEach((value, e) => expect(Math.abs(value - run.metric[e])).toBeLessThanOrEqual(1e-5));
  });

  // Oracle: whole runs of a plain transformer in float64 loops, removed heads fixed at what they write in the corrupt run.
  test("f is that of plain runs (1e-4), and 1 of the full model and 0 of the empty circuit to the bit", async () => {
    const logitsOf = (example: Example, removed: readonly string[]) => {
      const { writes } = plainRun(model, example.corrupt.ids);
      const fixed = new Map(removed.map((id) => [id, writes.get(id)!]));
      return plainRun(model, example.clean.ids, { fixed }).logits;
    };
    const space = new UnitSpace(config, ["head"]);
    // Answers that the heads decide, so that the full model and the empty circuit lie apart.
    const decided = examples.map((example) => {
      const [full, empty] = [logitsOf(example, []), logitsOf(example, space.full().ids())];
      const byGain = full.map((_, id) => id).sort((a, b) => full[b] - empty[b] - (full[a] - empty[a]));
      return { ...example, answers: [byGain[0]], wrongAnswers: [byGain.at(-1)!] };
    });
    const metric = "logit-difference";
    const evaluator = await Evaluator.create(executor, decided, { metric, ablation: resample, space });
    const anchors = await measureAnchors(evaluator, "logits");
    const criterion = { name: "match", threshold: 0.9, second: "accuracy" } as const;
    const plain = (kept: UnitSet) =>
      mean(decided.map((example) => metricValue(metric, example, logitsOf(example, kept.complement().ids()))));
    const [full, empty] = [plain(space.full()), plain(space.empty())];
    const random = Random.seeded(5, "circuits");
    const circuits = [2, 5, 9].map((count) => space.full().without(random.sample(space.full().units(), count)));
    for (const kept of circuits) {
      const figures = await measureFigures(evaluator, anchors, kept, criterion, 1);
      expect(figures.faithfulness, kept.ids().join(" ")).toBeCloseTo((plain(kept) - empty) / (full - empty), 4);
    }
    // Measured again, after other circuits.
    const ofFull = await measureFigures(evaluator, anchors, space.full(), criterion, 1);
    const ofEmpty = await measureFigures(evaluator, anchors, space.empty(), criterion, 1);
    expect([ofFull.faithfulness, Math.abs(ofEmpty.faithfulness)]).toEqual([1, 0]);
  });

  test.each(["resample", "mean", "zero"] as const)(
    "%s: prefix, last position, resuming and stacking give the plain pass's metric (1e-5)",
    async (kind) => {
      const ablation = { kind, reference: kind === "mean" ? "corrupt" : "paired", perPosition: true } as const;
      const kinds = ["head", "mlp", "neuron"] as const;
      const fast = await evaluatorOf(kinds, ablation);
      const plain = await evaluatorOf(kinds, ablation, true);
      const random = Random.seeded(3, kind);
      const units = fast.space.full().units();
      let state = await fast.start(fast.space.full());
      for (let round = 0; round < 6; round++) {
        const kept = state.kept.without(random.sample(units, 4));
        const trial = await fast.change(state, kept);
        expect(Math.abs(trial.metric - (await plain.metric(kept)))).toBeLessThanOrEqual(1e-5);
        state = trial.state();
      }
      const heads = state.kept.units("head").slice(0, 3);
      const candidates = heads.map((head) => state.kept.without([head]));
      const together = await fast.alternatives(state, candidates);
      for (const [i, kept] of candidates.entries()) {
        expect(Math.abs(together[i] - (await plain.metric(kept)))).toBeLessThanOrEqual(1e-5);
      }
    },
  );

  test("full model and empty circuit that do not differ are refused with both figures", async () => {
    const same = examples.map((example) => ({ ...example, corrupt: example.clean }));
    const options = { metric: "logit-difference", ablation: resample, space: new UnitSpace(config, ["head"]) } as const;
    const evaluator = await Evaluator.create(executor, same, options);
    await expect(measureAnchors(evaluator, "logits")).rejects.toThrow(
      "Full model and empty circuit differ by only 0.00 logits (standard error 0.00, 4 examples)",
    );
  });
});
