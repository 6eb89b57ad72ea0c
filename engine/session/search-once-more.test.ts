// The second search of the embedded model's heads: every circuit on its way is as sure as was asked for, on examples of its own.
import { expect, test } from "vitest";
import { type UnitSet, UnitSpace } from "../circuit/unit-set.ts";
import { criterionConfidence } from "../evaluate/confidence.ts";
import { type JournalEntry, noLedger } from "../prune/journal.ts";
import { separatedOn } from "./on-examples.ts";
import { withTask } from "./prepare.ts";
import { withForecasts } from "./search-forecasts.ts";
import { type OnceMore, searchOnceMore } from "./search-once-more.ts";
import { taskEvaluators } from "./task-evaluators.ts";

const asked = {
  task: "tasks/ioi.yaml",
  model: "sprig",
  seed: 2,
  examples: { discovery: 16, heldOut: 0, validation: 64 },
};

interface Asked extends Partial<Pick<OnceMore, "ledger" | "held" | "onRemoved">> {
  /** Where the first search ended (default: where it began). */
  readonly end?: (full: UnitSet) => UnitSet;
}

async function circuitsFrom({ ledger = noLedger, end = (full) => full, ...options }: Asked = {}) {
  return withTask(asked, { validate: true }, async (prepared) => {
    const space = new UnitSpace(prepared.sizes, ["head"]);
    const evaluatorOn = taskEvaluators(prepared, space, undefined);
    const full = space.full();
    const effects = new Map(full.ids().map((id) => [id, 1]));
    const searched = {
      kept: end(full),
      trajectory: [],
      oneMinimal: false,
      effects,
      estimates: new Map<string, number>(),
    };
    const onFresh = (await separatedOn(evaluatorOn, prepared.fresh))!;
    const circuits = await withForecasts({ ...prepared, metric: prepared.task.metric }, (forecasts) =>
      searchOnceMore(onFresh, prepared, searched, { from: [full], confidence: 0.9, forecasts, ledger, ...options }),
    );
    const { evaluator, anchors } = onFresh;
    const draws = { seed: 2, count: 32 };
    const sure = await Promise.all(
      circuits.map(async (kept) =>
        criterionConfidence(await evaluator.measure(kept), anchors, prepared.criterion, draws),
      ),
    );
    return { ids: circuits.map((kept) => kept.ids()), sizes: circuits.map(({ size }) => size), sure };
  });
}

test("from the full model it goes down to few heads, and holds all the way in draws as large as those of validation", async () => {
  const { sizes, sure } = await circuitsFrom();
  expect(sizes[0]).toBeLessThan(9);
  expect(sizes.at(-1)).toBe(32);
  expect(sure.every((share) => share >= 0.9)).toBe(true);
});

test("what has to stay stays, though nothing needs it", async () => {
  const [own, forced] = [await circuitsFrom(), await circuitsFrom({ held: { keep: ["a3.h0"] } })];
  expect([own.ids[0].includes("a3.h0"), forced.ids[0].includes("a3.h0")]).toEqual([false, true]);
});

test("a run that was stopped on the way goes on to the same circuits, and measures again nothing that it has", async () => {
  const whole: JournalEntry[] = [];
  const { ids } = await circuitsFrom({
    ledger: { recall: () => undefined, record: (entry) => whole.push(entry) },
  });
  const known = whole.slice(0, Math.floor(whole.length / 2));
  const after: JournalEntry[] = [];
  const resumed = await circuitsFrom({
    ledger: { recall: () => known.shift(), record: (entry) => after.push(entry) },
  });
  expect(resumed.ids).toEqual(ids);
  expect(after).toEqual(whole.slice(Math.floor(whole.length / 2)));
});

test("it tells how many units went, of those that would bring it down to the first search's end", async () => {
  const told: (readonly [number, number])[] = [];
  const { sizes } = await circuitsFrom({
    end: (full) => full.without(full.units().slice(8)),
    onRemoved: (gone, atMost) => told.push([gone, atMost]),
  });
  const gone = told.map(([count]) => count);
  expect(told[0]).toEqual([0, 24]);
  expect(told.every(([, atMost]) => atMost === 24)).toBe(true);
  expect(gone).toEqual([...gone].sort((a, b) => a - b));
  expect(gone.at(-1)).toBe(Math.min(24, 32 - sizes[0]));
});
