// Oracle: plain float64 loops over weights that were replaced by hand (test/plain-plan.ts), 1e-9 in float64.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { plainPlan } from "../../test/plain-plan.ts";
import { GATED, PLAIN, randomModel } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import { runPlan } from "../activations/run-plan.ts";
import { Random } from "../base/random.ts";
import { safetensorsBytes } from "../formats/write-safetensors.ts";
import type { Model } from "./model.ts";
import { openModel } from "./open.ts";
import { OverlaidModel } from "./overlay.ts";
import { readPatchFile, type WeightPatch, type WeightRows, writePatchFile } from "./weight-patch.ts";

const folder = mkdtempSync(join(tmpdir(), "overlay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

const random = Random.seeded(5);
const values = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const patchOf = (...weights: WeightRows[]): WeightPatch => ({ weights, about: { method: "by hand" } });
const plan = {
  worlds: [{ ids: [3, 7, 1, 12] }],
  changes: [],
  read: [{ world: 0, site: "logits", at: "all" } as const],
};

/** Logits by plain loops, and by two executors: one of its own, one that shares with the base's. */
async function expectAgreement(base: Model, patch: WeightPatch): Promise<void> {
  const overlaid = new OverlaidModel(base, patch);
  const expected = plainPlan(overlaid, plan)[0].map((row) => [...row]);
  const under = new Executor(base, { threads: 1, precision: "float64" });
  const before = await runPlan(under, plan);
  for (const executor of [new Executor(overlaid, { threads: 1, precision: "float64" }), under.overlaid(overlaid)]) {
    const { read } = await runPlan(executor, plan);
    read[0].rows.forEach((row, r) => row.forEach((x, i) => expect(Math.abs(x - expected[r][i])).toBeLessThan(1e-9)));
    await executor.dispose();
  }
  // The model under it is as it was, to the bit.
  expect((await runPlan(under, plan)).read).toEqual(before.read);
  expect(before.read[0].rows.map((row) => [...row])).not.toEqual(expected);
  await under.dispose();
}

describe("an overlay of a model's weights", () => {
  const { dModel, dMlp, dVocab, nHeads, dHead } = GATED;

  test.each<[string, WeightRows]>([
    ["rows of W_out", { weight: "layers.1.W_out", rows: [2, 9], data: values(2 * dModel) }],
    ["all of W_O", { weight: "layers.2.W_O", rows: undefined, data: values(nHeads * dHead * dModel) }],
    ["a gate", { weight: "layers.0.W_gate", rows: undefined, data: values(dModel * dMlp) }],
    ["a norm's gain", { weight: "layers.0.norm2.gain", rows: undefined, data: values(dModel) }],
    ["a bias that was not there", { weight: "layers.1.b_out", rows: undefined, data: values(dModel) }],
    ["rows of the embedding", { weight: "embed", rows: [7], data: values(dModel) }],
    ["the unembedding", { weight: "unembed", rows: undefined, data: values(dVocab * dModel) }],
    ["the final norm", { weight: "finalNorm.gain", rows: undefined, data: values(dModel) }],
  ])("with other values for %s runs as plain loops over these do", async (_, change) => {
    await expectAgreement(randomModel(GATED, 1), patchOf(change));
  });

  test("changes the learned positions of a model that has them", async () => {
    const change = { weight: "positions", rows: [1], data: values(dModel) };
    await expectAgreement(randomModel(PLAIN, 2), patchOf(change));
  });

  test("with the model's own values is the model, to the bit, under another hash", async () => {
    const base = randomModel(GATED, 1);
    const data = base.layer(1).W_out;
    const overlaid = new OverlaidModel(base, patchOf({ weight: "layers.1.W_out", rows: undefined, data }));
    expect(overlaid.sha256).not.toBe(base.sha256);
    const [own, other] = [new Executor(base, { threads: 1 }), new Executor(overlaid, { threads: 1 })];
    expect((await runPlan(other, plan)).read).toEqual((await runPlan(own, plan)).read);
    await own.dispose();
    await other.dispose();
  });

  test("of a tied model changes the embedding alone", () => {
    const base = openModel("sprig");
    const overlaid = new OverlaidModel(base, patchOf({ weight: "embed", rows: [5], data: values(base.config.dModel) }));
    expect(overlaid.config.tiedUnembedding).toBe(false);
    expect(overlaid.embedRows([5])).not.toEqual(base.embedRows([5]));
    expect(overlaid.unembedRows([5])).toEqual(base.unembedRows([5]));
    overlaid.close();
  });
});

describe("a patch file", () => {
  const base = openModel("sprig");
  afterAll(() => base.close());
  const { dModel } = base.config;
  const change: WeightRows = { weight: "layers.3.W_out", rows: [4, 100], data: values(2 * dModel) };

  test("comes back as it was written, and opens as a model behind a plus", () => {
    writePatchFile(file("edit.safetensors"), base, patchOf(change));
    expect(readPatchFile(file("edit.safetensors"), base)).toEqual(patchOf(change));
    const model = openModel(`sprig+${file("edit.safetensors")}`);
    expect(model.name).toBe("sprig+edit");
    const own = base.layer(3).W_out;
    own.set(change.data.subarray(0, dModel), 4 * dModel);
    own.set(change.data.subarray(dModel), 100 * dModel);
    expect(model.layer(3).W_out).toEqual(own);
    expect(openModel(model.source).sha256).toBe(model.sha256);
    model.close();
  });

  const header = (more: Record<string, string>) => ({ format: "secateur.overlay", model: base.sha256, ...more });
  const tensors = [{ name: "layers.3.W_out", shape: [2, dModel], data: change.data }];
  const rows = '{"layers.3.W_out":[4,100]}';

  test.each([
    ["format", safetensorsBytes(tensors, {}), "it is no patch of weights of this program"],
    ["model", safetensorsBytes(tensors, header({ model: "abc", rows })), "it was made for other weights than sprig's"],
    ["nothing", safetensorsBytes([], header({})), "it changes nothing"],
    ["rows", safetensorsBytes(tensors, header({ rows: "[1" })), "its header does not say which rows it changes"],
    ["kind", safetensorsBytes(tensors, header({ rows: '{"a":"b"}' })), "its header does not say which rows"],
    ["stray", safetensorsBytes(tensors, header({ rows: '{"layers.2.W_out":[1]}' })), 'lists rows of "layers.2.W_out"'],
    ["row", safetensorsBytes(tensors, header({ rows: '{"layers.3.W_out":[4,512]}' })), 'row 512 of "layers.3.W_out"'],
    ["order", safetensorsBytes(tensors, header({ rows: '{"layers.3.W_out":[4,4]}' })), 'row 4 of "layers.3.W_out"'],
    ["size", safetensorsBytes(tensors, header({})), `has ${2 * dModel} values and sprig takes`],
    [
      "name",
      safetensorsBytes([{ ...tensors[0], name: "layers.9.W_out" }], header({})),
      'changes "layers.9.W_out", which sprig has not',
    ],
    [
      "gate",
      safetensorsBytes([{ ...tensors[0], name: "layers.3.W_gate" }], header({})),
      'changes "layers.3.W_gate", which sprig has not',
    ],
    [
      "number",
      safetensorsBytes([{ ...tensors[0], data: change.data.map((x, i) => (i === 3 ? NaN : x)) }], header({ rows })),
      "holds NaN at index 3",
    ],
    ["bytes", Buffer.from("no tensors at all"), "broken.safetensors"],
  ])("with a wrong %s is refused in a sentence that names it", (_, bytes, sentence) => {
    writeFileSync(file("broken.safetensors"), bytes);
    expect(() => openModel(`sprig+${file("broken.safetensors")}`)).toThrow(sentence);
    expect(() => openModel(`sprig+${file("broken.safetensors")}`)).toThrow("broken.safetensors");
  });

  test("that is cut off is refused", () => {
    writePatchFile(file("whole.safetensors"), base, patchOf(change));
    writeFileSync(file("cut.safetensors"), readFileSync(file("whole.safetensors")).subarray(0, 700));
    expect(() => openModel(`sprig+${file("cut.safetensors")}`)).toThrow("cut.safetensors");
  });
});
