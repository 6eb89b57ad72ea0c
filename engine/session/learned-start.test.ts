// Learned orders of the embedded model's heads on IOI, whose circuit is five heads.
import { expect, test } from "vitest";
import { LEARNED_ORDERS } from "../choices/lists.ts";
import { pruneSettingsOf } from "../circuit/settings-of-circuit.ts";
import { formatUnit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import { learnedOrder } from "./learned-start.ts";
import { withTask } from "./prepare.ts";
import { onlySearch, pruneTask } from "./prune-task.ts";

const asked = { task: "tasks/ioi.yaml", model: "sprig", examples: { discovery: 16, heldOut: 8 } } as const;
const circuit = ["a0.h6", "a1.h0", "a1.h1", "a1.h6", "a1.h7"];

test("a matryoshka order of the heads begins with the five of the circuit", async () => {
  const first = await withTask(asked, {}, async (prepared) => {
    const space = new UnitSpace(prepared.model.config, ["head"]);
    return (await learnedOrder(prepared, space, { method: "matryoshka", steps: 40 })).slice(0, 5);
  });
  expect(first.map(formatUnit).sort()).toEqual(circuit);
});

test.each(LEARNED_ORDERS)(
  "a search from %s ends with five heads, and its settings are read off its file",
  async (start) => {
    const choice = {
      ...asked,
      ...onlySearch,
      units: ["head"],
      start,
      maskSteps: 30,
      confidence: 0,
      orders: 1,
      swaps: 0,
    } as const;
    const { circuit: found } = await pruneTask(choice);
    expect([found.kept.heads!.length, found.search.oneMinimal]).toEqual([5, true]);
    const { maskSteps, maskTarget, without, ...again } = pruneSettingsOf(found);
    const target = start === "learned-masks" ? 8 : undefined;
    expect([again.start, maskSteps, maskTarget, without]).toEqual([start, 30, target, undefined]);
  },
);

test("what has to stay is in the circuit of a learned start, wherever the order puts it", async () => {
  const choice = { ...asked, ...onlySearch, units: ["head"], start: "learned-masks", maskSteps: 30 } as const;
  const { circuit: found } = await pruneTask({ ...choice, confidence: 0, orders: 1, swaps: 0, keep: ["a3.h0"] });
  expect(found.kept.heads).toContain("a3.h0");
});
