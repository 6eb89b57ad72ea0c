// The rank-one edit: the formula by hand on two neurons, and the edited weights against the change that they stand for, on the embedded model.
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { afterAll, expect, test } from "vitest";
import { Executor } from "../activations/executor.ts";
import { runPlans } from "../activations/run-plan.ts";
import type { Model } from "../model/model.ts";
import { openModel } from "../model/open.ts";
import { OverlaidModel } from "../model/overlay.ts";
import { logSumExp } from "../readout/distribution.ts";
import { findRankOne, keyMoments, rankOnePatch } from "./rank-one.ts";

const model = openModel("sprig");
const executor = new Executor(model);
afterAll(async () => {
  await executor.dispose();
  model.close();
});

test("the key gives what it gave and the residual, and the change follows C⁻¹k", () => {
  const two = {
    config: { dModel: 2 },
    layer: () => ({ W_out: Float32Array.from([1, 2, 3, 4]) }),
  } as unknown as Model;
  const moments = new CholeskyDecomposition(
    new Matrix([
      [2, 0],
      [0, 4],
    ]),
  );
  const edit = { layer: 0, key: Float64Array.from([1, 2]), residual: Float64Array.from([3, -6]) };
  // C⁻¹k = (½, ½), kᵀC⁻¹k = 3/2: each row gains a third of the residual.
  const [{ data }] = rankOnePatch(two, edit, moments).weights;
  expect([...data]).toEqual([2, 0, 4, 2]);
});

test("a fact of the embedded model is rewritten: the edited weights say what the change of the state says, and another capital stays", async () => {
  const { tokenizer } = model;
  const promptOf = (country: string) => {
    const ids = tokenizer.encode(`The capital of ${country} is`);
    return { ids, position: ids.length - 2 };
  };
  const [france, poland] = ["France", "Poland"].map(promptOf);
  const [rome, warsaw] = [" Rome", " Warsaw"].map((word) => tokenizer.encodePlain(word)[0]);
  const edit = await findRankOne(executor, [france], undefined, rome, 0, { steps: 12 });
  const moments = await keyMoments(executor, [poland.ids, france.ids], 0, 1000);
  const read = [{ world: 0, site: "logits", at: "end" } as const];
  const plan = (ids: readonly number[]) => ({ worlds: [{ ids }], changes: [], read });
  const changed = executor.overlaid(new OverlaidModel(model, rankOnePatch(model, edit, moments)));
  const [edited, other] = (await runPlans(changed, [plan(france.ids), plan(poland.ids)])).map(
    ({ read }) => read[0].rows[0],
  );
  await changed.dispose();
  const where = { site: "mlpOut", layer: 0, at: france.position } as const;
  const change = { op: "add", what: { vector: [...edit.residual] }, scale: 1 } as const;
  const [outcome] = await runPlans(executor, [
    { worlds: [{ ids: france.ids }], changes: [{ world: 0, where, change }], read },
  ]);
  const patched = outcome.read[0].rows[0];
  // Other tokens of the prompt have keys that are not quite at right angles to it, so that they move a little too.
  const p = (logits: ArrayLike<number>, id: number) => Math.exp(logits[id] - logSumExp(logits));
  expect(p(edited, rome)).toBeGreaterThan(0.9);
  expect(Math.abs(p(edited, rome) - p(patched, rome))).toBeLessThan(0.05);
  expect(p(other, warsaw)).toBeGreaterThan(0.9);
});
