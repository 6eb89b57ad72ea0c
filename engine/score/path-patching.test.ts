import { afterAll, describe, expect, test } from "vitest";
import { plainRun } from "../../test/plain-transformer.ts";
import { PARALLEL, PLAIN, randomExamples, randomModel } from "../../test/random-model.ts";
import type { Ablation } from "../activations/ablation.ts";
import { Executor } from "../activations/executor.ts";
import { HEAD_INPUTS } from "../circuit/edge.ts";
import { INPUT, LOGITS } from "../circuit/node.ts";
import type { Slot } from "../circuit/topology.ts";
import { formatUnit, type Head, parseUnit } from "../circuit/unit.ts";
import { type UnitSet, UnitSpace } from "../circuit/unit-set.ts";
import { Evaluator } from "../evaluate/evaluator.ts";
import { MetricReader } from "../evaluate/metric-reader.ts";
import { attentionAt, OneHead } from "./one-head.ts";
import { liveUnits, type PathPatcher, pathPatchers, type Sender } from "./path-patching.ts";

const ablation: Ablation = { kind: "resample", reference: "paired", perPosition: true };
const metric = "logit-difference" as const;

describe.each([
  ["one block after another", PLAIN],
  ["parallel blocks", PARALLEL],
])("path patching, %s", (_, shape) => {
  const model = randomModel(shape, 11);
  const examples = randomExamples(shape, [5, 6, 7], 11);
  const executor = new Executor(model, { threads: 1, precision: "float64" });
  const full = new UnitSpace(shape, ["head", "mlp"]).full();
  const opened: OneHead[] = [];
  afterAll(async () => {
    for (const head of opened) await head.dispose();
    await executor.dispose();
  });

  async function patcherOf(kept: UnitSet): Promise<PathPatcher> {
    const units = liveUnits(kept);
    const heads = OneHead.of(
      executor,
      units.filter((unit): unit is Head => unit.kind === "head"),
    );
    opened.push(...heads.values());
    for await (const patcher of pathPatchers(executor, examples, ablation, kept, heads)) return patcher;
    throw new Error("no examples");
  }
  const everySender: Sender[] = [INPUT, ...liveUnits(full)];
  const everyInput: Slot[] = liveUnits(full).flatMap((target): Slot[] =>
    target.kind === "head" ? HEAD_INPUTS.map((input) => ({ target, input })) : [{ target }],
  );

  test("all senders at once into the logits give the corrupt run, max |Δ| ≤ 1e-9 in float64", async () => {
    const patcher = await patcherOf(full);
    const corrupt = examples.map((example) => ({ ...example, clean: example.corrupt }));
    const evaluator = await Evaluator.create(executor, corrupt, { metric, ablation, space: full.space });
    const values = await new MetricReader(executor, metric).values(
      await patcher.patched([{ target: LOGITS }], [everySender]),
      examples,
    );
    const { metric: expected } = await evaluator.measure(full);
    values.forEach((value, e) => expect(Math.abs(value - expected[e])).toBeLessThanOrEqual(1e-9));
  });

  test("all senders at once into every head and MLP: all write what they write in the corrupt run (1e-9 in float64)", async () => {
    const patcher = await patcherOf(full);
    const end = await patcher.patched(everyInput, [everySender]);
    examples.forEach((example, e) => {
      const clean = plainRun(model, example.clean.ids);
      const corrupt = plainRun(model, example.corrupt.ids);
      const last = example.clean.ids.length - 1;
      for (let i = 0; i < shape.dModel; i++) {
        let expected = clean.writes.get("input")![last][i];
        for (const unit of liveUnits(full)) expected += corrupt.writes.get(formatUnit(unit))![last][i];
        for (let layer = 0; layer < shape.nLayers; layer++) expected += model.layer(layer).b_O![i];
        expect(Math.abs(end[e * shape.dModel + i] - expected)).toBeLessThanOrEqual(1e-9);
      }
    });
  });

  test("with no sender every receiver runs as in the circuit, neurons pruned too (1e-9 in float64)", async () => {
    const space = new UnitSpace(shape, ["head", "mlp", "neuron"]);
    const removed = ["a0.h0", "m1", "m0.n1", "m0.n2", "m2.n0"].map((id) => parseUnit(id)!);
    const kept = space.full().without(removed);
    const patcher = await patcherOf(kept);
    const evaluator = await Evaluator.create(executor, examples, { metric, ablation, space });
    const { metric: expected } = await evaluator.measure(kept);
    const receivers = everyInput.filter(({ target }) => !["a0.h0", "m1"].includes(formatUnit(target as Head)));
    const reader = new MetricReader(executor, metric);
    for (const end of [patcher.end, await patcher.patched(receivers, [[]])]) {
      const values = await reader.values(end, examples);
      values.forEach((value, e) => expect(Math.abs(value - expected[e])).toBeLessThanOrEqual(1e-9));
    }
  });

  test("the pattern of a head whose keys lose one sender is the plain transformer's (1e-9 in float64)", async () => {
    const patcher = await patcherOf(full);
    const slot = { target: { kind: "head", layer: 2, head: 1 }, input: "k" } as const;
    const sender = { kind: "head", layer: 0, head: 1 } as const;
    const pattern = await patcher.pattern(slot, [sender]);
    examples.forEach((example, e) => {
      const corrupt = plainRun(model, example.corrupt.ids).writes.get("a0.h1")!;
      const { patterns } = plainRun(model, example.clean.ids, {
        edge: (source, { target, input }) =>
          source === "a0.h1" && input === "k" && "head" in target && target.layer === 2 && target.head === 1
            ? corrupt
            : undefined,
      });
      const last = example.clean.ids.length - 1;
      patterns.get("a2.h1")![last].forEach((expected, key) => {
        const actual = attentionAt(patcher.chunk.packing, pattern, e, last, key);
        expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9);
      });
    });
  });
});
