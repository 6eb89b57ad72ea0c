// Laws of circuit runs: no-op, ends, and shortcuts that change nothing, on random models of every form.
import { afterAll, describe, expect, test } from "vitest";
import { Executor } from "../../engine/activations/executor.ts";
import type { Ablation } from "../../engine/activations/ablation.ts";
import { Random } from "../../engine/base/random.ts";
import type { UnitKind } from "../../engine/circuit/unit.ts";
import { UnitSpace } from "../../engine/circuit/unit-set.ts";
import { Evaluator } from "../../engine/evaluate/evaluator.ts";
import { faithfulness } from "../../engine/evaluate/faithfulness.ts";
import { measureAnchors } from "../../engine/evaluate/report.ts";
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

  test("f of the full model is 1 and of the empty circuit 0, exactly", async () => {
    const evaluator = await evaluatorOf(["head"], resample);
    const { space } = evaluator;
    const full = await evaluator.metric(space.full());
    const empty = await evaluator.metric(space.empty());
    expect(faithfulness(full, full, empty)).toBe(1);
    expect(Math.abs(faithfulness(empty, full, empty))).toBe(0);
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
