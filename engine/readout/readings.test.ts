// Oracle: norm, products with the columns of W_U, softmax and sums by hand in float64; 1e-9 in float64, 1e-5 in float32.
import { describe, expect, test } from "vitest";
import { dot, norm } from "../../test/plain-transformer.ts";
import { GATED, PLAIN, randomModel } from "../../test/random-model.ts";
import { capture } from "../activations/capture.ts";
import { Executor } from "../activations/executor.ts";
import { Packing, takeRows, zeros } from "../activations/packing.ts";
import { Random } from "../base/random.ts";
import type { Model } from "../model/model.ts";
import { logitsOf } from "./logits.ts";
import { rankOf, topIds } from "./ranking.ts";
import { type Reading, readStates } from "./readings.ts";

/** More tokens than one slice of the vocabulary holds. */
const dVocab = 9000;
const CHOSEN = [17, 8999];

function byHand(model: Model, states: readonly number[][], row: number, against: number): Reading {
  const { dModel } = model.config;
  const W_U = model.unembedRows(Array.from({ length: dVocab }, (_, id) => id));
  const b_U = model.unembedBias();
  const distribution = (state: readonly number[]) => {
    const normed = norm(model.config, state, model.finalNorm());
    const logits = Array.from(
      { length: dVocab },
      (_, id) => dot(normed, W_U.subarray(id * dModel, (id + 1) * dModel)) + (b_U?.[id] ?? 0),
    );
    const normaliser = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return { logits, logs: logits.map((logit) => logit - normaliser) };
  };
  const [own, other] = [distribution(states[row]), distribution(states[against])];
  const expectation = (p: readonly number[], of: (id: number) => number) =>
    p.reduce((sum, log, id) => sum + Math.exp(log) * of(id), 0);
  const token = (id: number) => ({ id, logit: own.logits[id], logProbability: own.logs[id] });
  const order = own.logits.map((_, id) => id).sort((a, b) => own.logits[b] - own.logits[a]);
  return {
    top: order.slice(0, 3).map(token),
    tokens: CHOSEN.map((id) => ({ ...token(id), rank: 1 + order.indexOf(id) })),
    entropy: -expectation(own.logs, (id) => own.logs[id]),
    kl: {
      to: expectation(own.logs, (id) => own.logs[id] - other.logs[id]),
      from: expectation(other.logs, (id) => other.logs[id] - own.logs[id]),
    },
  };
}

function close(reading: Reading, digits: number): unknown {
  return JSON.parse(JSON.stringify(reading), (_, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? (expect.closeTo(value, digits) as unknown) : value,
  );
}

describe.each([
  ["RMS norm", GATED],
  ["layer norm", PLAIN],
])("states of a model with %s", (_, config) => {
  const model = randomModel({ ...config, dVocab }, 4);
  const random = Random.seeded(4, "states");
  const rows = Array.from({ length: 5 }, () => Array.from({ length: config.dModel }, () => 3 * random.normal()));
  // Row 4 stands in another block than the rows that are compared with it.
  const against = [4, 4, 2, 0, 4];

  test.each([
    ["float64", 9],
    ["float32", 4],
  ] as const)("are read in %s as by hand, in blocks of two rows and in one", async (precision, digits) => {
    const executor = new Executor(model, { threads: 1, precision });
    const states = zeros(precision, rows.length * config.dModel);
    rows.forEach((row, r) => states.set(row, r * config.dModel));
    const expected = rows.map((_, row) => close(byHand(model, rows, row, against[row]), digits));
    for (const mostLogits of [2 * dVocab, 100 * dVocab]) {
      const request = { top: 3, tokens: rows.map(() => CHOSEN), against, mostLogits };
      expect(await readStates(executor, states, request)).toEqual(expected);
    }
    await executor.dispose();
  });
});

test("tokens, their order and ranks are those of the logits in a row, where many are equal, too", async () => {
  const random = randomModel({ ...GATED, dVocab }, 7);
  // Token by token the columns come again after 700.
  const model: Model = {
    ...random,
    unembedRows: (ids) => random.unembedRows(ids.map((id) => id % 700)),
    unembedBias: () => undefined,
  };
  const executor = new Executor(model, { threads: 1 });
  const states = Float32Array.from({ length: 3 * GATED.dModel }, (_, i) => Math.sin(i));
  const whole = await logitsOf(executor, states);
  const chosen = [0, 650, 1350, 8500, 8999];
  const readings = await readStates(executor, states, { top: 40, tokens: [chosen, [], chosen] });
  readings.forEach(({ top, tokens }, row) => {
    const logits = whole.subarray(row * dVocab, (row + 1) * dVocab);
    const order = topIds(logits, 40);
    expect(top.map(({ id, logit }) => [id, logit])).toEqual(order.map((id) => [id, logits[id]]));
    expect(new Set(top.map(({ logit }) => logit)).size).toBeLessThan(10);
    expect(tokens.map(({ id, logit, rank }) => [id, logit, rank])).toEqual(
      (row === 1 ? [] : chosen).map((id) => [id, logits[id], rankOf(logits, id)]),
    );
  });
  await executor.dispose();
});

test("the lens at the last layer is the model, at the first the run with every block taken out", async () => {
  const model = randomModel({ ...GATED, dVocab }, 5);
  const executor = new Executor(model, { threads: 1 });
  const packing = Packing.ofLengths([4]);
  const ids = [3, 1, 4, 1];
  const embedded = executor.embed(ids, packing.positions);
  const { residual } = await capture(executor, packing, embedded, { sites: [] });
  const silent = randomModel({ ...GATED, dVocab }, 5, (weights) => ({
    ...weights,
    W_O: weights.W_O.map(() => 0),
    W_out: weights.W_out.map(() => 0),
    b_O: undefined,
    b_out: undefined,
  }));
  const zeroed = new Executor(silent, { threads: 1 });
  const without = await capture(zeroed, packing, zeroed.embed(ids, packing.positions), { sites: [] });
  for (const [states, whole] of [
    [residual, await logitsOf(executor, takeRows(residual, GATED.dModel, packing.endRows))],
    [embedded, await logitsOf(zeroed, takeRows(without.residual, GATED.dModel, packing.endRows))],
  ] as const) {
    const [{ top }] = await readStates(executor, takeRows(states, GATED.dModel, packing.endRows), { top: 50 });
    expect(top.map(({ id, logit }) => [id, logit])).toEqual(topIds(whole, 50).map((id) => [id, whole[id]]));
  }
  await executor.dispose();
  await zeroed.dispose();
});

test("a row is no further from itself than nothing, and work stops between two slices", async () => {
  const executor = new Executor(randomModel({ ...GATED, dVocab }, 6), { threads: 1 });
  const states = Float32Array.from({ length: GATED.dModel }, (_, i) => i - 3);
  const [{ kl }] = await readStates(executor, states);
  expect(kl).toEqual({ to: 0, from: 0 });
  let calls = 0;
  const stop = () => {
    if (++calls === 2) throw new Error("stopped");
  };
  await expect(readStates(executor, states, { between: stop })).rejects.toThrow("stopped");
  expect(calls).toBe(2);
  await executor.dispose();
});
