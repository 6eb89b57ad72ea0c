// Knowledge neurons and value edits against PyTorch (test/reference/memory says how it was made): the five neurons the same,
// attribution to 3e-5, coefficients to 1e-4, log-probabilities after edits to 1e-3, ranks up to 10 the same, others to 2e-3.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runPlans } from "../../engine/activations/run-plan.ts";
import { editSettings } from "../../engine/choices/edit.ts";
import { generateSettings } from "../../engine/choices/generate.ts";
import { editPatch, knowledgeNeurons, type ValueEdit } from "../../engine/memory/value-edit.ts";
import { OverlaidModel } from "../../engine/model/overlay.ts";
import { editTask } from "../../engine/session/edit-task.ts";
import { generateTask } from "../../engine/session/generate-task.ts";
import { logSumExp } from "../../engine/readout/distribution.ts";
import { rankOf } from "../../engine/readout/ranking.ts";
import { executorOf } from "./opened.ts";

type Row = readonly [rankOld: number, rankNew: number, logpOld: number, logpNew: number, top: number];
interface Fact {
  readonly ids: readonly (readonly number[])[];
  readonly t: number;
  readonly t_new: number;
  readonly neurons: readonly (readonly [number, number, number, number])[];
  readonly after: Readonly<Record<string, { readonly rows: readonly Row[] }>>;
}

const EDITS: Readonly<Record<string, ValueEdit>> = {
  "identity 0,0": { kind: "rewrite", signed: false, away: 0, towards: 0 },
  "literal 1,1": { kind: "rewrite", signed: false, away: 1, towards: 1 },
  "literal 1,8": { kind: "rewrite", signed: false, away: 1, towards: 8 },
  "signed 1,2": { kind: "rewrite", signed: true, away: 1, towards: 2 },
  erase: { kind: "erase" },
};

describe("facts of the embedded model", () => {
  const executor = executorOf("sprig");
  const { model } = executor;
  const file = new URL("../reference/memory/sprig.json", import.meta.url);
  const { facts } = JSON.parse(readFileSync(file, "utf8")) as { readonly facts: readonly Fact[] };

  test.each([0, 1])("have PyTorch's knowledge neurons, and follow edits as there (fact %i)", async (index) => {
    const { ids, t, t_new, neurons, after } = facts[index];
    const found = await knowledgeNeurons(executor, ids, t, 5);
    expect(found.map(({ layer, neuron }) => [layer, neuron])).toEqual(neurons.map(([layer, neuron]) => [layer, neuron]));
    found.forEach(({ attribution, coefficient }, i) => {
      expect(Math.abs(attribution - neurons[i][2])).toBeLessThan(3e-5);
      expect(Math.abs(coefficient - neurons[i][3])).toBeLessThan(1e-4);
    });
    for (const [name, edit] of Object.entries(EDITS)) {
      const overlaid = new OverlaidModel(model, editPatch(model, found, edit, [t, t_new]));
      const changed = executor.overlaid(overlaid);
      const plans = ids.map((prompt) => ({
        worlds: [{ ids: prompt }],
        changes: [],
        read: [{ world: 0, site: "logits", at: "end" } as const],
      }));
      const outcomes = await runPlans(changed, plans);
      outcomes.forEach(({ read }, p) => {
        const [rankOld, rankNew, logpOld, logpNew] = after[name].rows[p];
        const logits = read[0].rows[0];
        const total = logSumExp(logits);
        expect(Math.abs(logits[t] - total - logpOld)).toBeLessThan(1e-3);
        expect(Math.abs(logits[t_new] - total - logpNew)).toBeLessThan(1e-3);
        for (const [token, rank] of [
          [t, rankOld],
          [t_new, rankNew],
        ]) {
          expect(Math.abs(rankOf(logits, token) - rank)).toBeLessThanOrEqual(rank <= 10 ? 0 : 2e-3 * rank + 1);
        }
      });
      await changed.dispose();
    }
  });
});

describe("an edit of facts", () => {
  test("is judged beside random neurons, and written as a patch that gives the new answer again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "edit-"));
    const patch = join(folder, "france.safetensors");
    const settings = editSettings.parse({ facts: "tasks/facts/capitals.yaml", towards: 2, limit: 2, patch });
    const { facts, success } = await editTask(settings);
    expect(success.null.draws).toHaveLength(20);
    expect(facts.map(({ heldOut, othersKept }) => ({ ...heldOut, othersKept }))).toEqual([
      { changed: true, success: true, othersKept: 1 },
      { changed: true, success: true, othersKept: 1 },
    ]);
    const text = generateSettings.parse({ model: `sprig+${patch}`, text: "The capital of France is", maxTokens: 1 });
    expect((await generateTask(text)).samples[0].text).toBe(" Rome");
    writeFileSync(join(folder, "bad.yaml"), "kind: facts\nname: a\nfacts: [{ old: a }]");
    await expect(editTask({ ...settings, facts: join(folder, "bad.yaml") })).rejects.toThrow(':3:9: "facts[1].new" is missing');
    rmSync(folder, { recursive: true });
  });
});
