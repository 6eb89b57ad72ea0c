// Examples on which the model and the empty circuit do not differ: nothing that was searched is lost for them.
import { expect, test } from "vitest";
import { UnitSpace } from "../circuit/unit-set.ts";
import { measureAnchors } from "../evaluate/report.ts";
import { noLedger } from "../prune/journal.ts";
import type { Example } from "../task/example.ts";
import { judgeHeldOut } from "./judge.ts";
import { onFreshOf, separatedOn } from "./on-examples.ts";
import { withTask } from "./prepare.ts";
import { withForecasts } from "./search-forecasts.ts";
import { taskEvaluators } from "./task-evaluators.ts";
import { validateCircuit } from "./validate-circuit.ts";

const asked = { task: "tasks/ioi.yaml", model: "sprig", examples: { discovery: 8, heldOut: 64, validation: 8 } };

/** With the clean prompt in the corrupt one's place, so that an ablation changes nothing. */
const uncorrupted = (examples: readonly Example[]) => examples.map((each) => ({ ...each, corrupt: each.clean }));

test("validation, fresh and held-out examples of no use leave the search's own circuit, without figures there", async () => {
  await withTask(asked, { validate: true }, async (given) => {
    const { validation, fresh, heldOut } = given;
    const prepared = { ...given, validation: uncorrupted(validation), fresh: uncorrupted(fresh), heldOut: uncorrupted(heldOut) }; // prettier-ignore
    const space = new UnitSpace(prepared.sizes, ["head"]);
    const evaluatorOn = taskEvaluators(prepared, space, undefined);
    const evaluator = await evaluatorOn(prepared.discovery);
    const onDiscovery = { evaluator, anchors: await measureAnchors(evaluator, "logits") };
    const kept = space.full();
    const searched = { kept, trajectory: [], oneMinimal: true, effects: new Map(), estimates: new Map() };
    const none = () => undefined;
    const progress = { heldOut: none, random: none, completeness: none, minimality: none };
    await withForecasts({ ...prepared, metric: prepared.task.metric }, async (forecasts) => {
      const options = { confidence: 0.9, barred: [], forecasts, ledger: noLedger };
      expect(await separatedOn(evaluatorOn, prepared.heldOut)).toBeUndefined();
      expect(await validateCircuit(evaluatorOn, prepared, onDiscovery, searched, options)).toBeUndefined();
      expect(await onFreshOf(evaluatorOn, prepared)).toBeUndefined();
    });
    const judged = await judgeHeldOut(evaluatorOn, prepared, kept, { random: 2, parts: true }, progress);
    expect(judged).toEqual({ heldOut: undefined, random: undefined, completeness: undefined, minimality: undefined, errors: undefined }); // prettier-ignore
  });
});

test("where the first held-out examples do not tell the model from nothing and all of them do, random circuits are measured on all", async () => {
  await withTask(asked, { validate: true }, async (given) => {
    const heldOut = [...uncorrupted(given.heldOut.slice(0, 32)), ...given.heldOut.slice(32)];
    const prepared = { ...given, heldOut };
    const space = new UnitSpace(prepared.sizes, ["head"]);
    const evaluatorOn = taskEvaluators(prepared, space, undefined);
    const none = () => undefined;
    const progress = { heldOut: none, random: none, completeness: none, minimality: none };
    const { random } = await judgeHeldOut(evaluatorOn, prepared, space.full(), { random: 2, parts: false }, progress);
    expect(random?.examples).toBe(64);
  });
});

test("with fewer than half as many fresh prompts as discovery has there are no fresh examples", async () => {
  const more = { ...asked, examples: { ...asked.examples, discovery: 16 } };
  await withTask(more, { validate: true }, async (prepared) => {
    const evaluatorOn = taskEvaluators(prepared, new UnitSpace(prepared.sizes, ["head"]), undefined);
    const found = async (count: number) =>
      (await onFreshOf(evaluatorOn, { ...prepared, fresh: prepared.fresh.slice(0, count) }))?.evaluator.examples.length;
    expect([await found(7), await found(8), await found(16)]).toEqual([undefined, 8, 16]);
  });
});
