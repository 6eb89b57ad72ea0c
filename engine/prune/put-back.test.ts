// Units put back against the margins of every circuit of one unit more, each run from its first layer.
import { afterAll, expect, test } from "vitest";
import { PLAIN, randomExamples, randomModel } from "../../test/random-model.ts";
import { Executor } from "../activations/executor.ts";
import { formatUnit, parseUnit } from "../circuit/unit.ts";
import { type UnitSet, UnitSpace } from "../circuit/unit-set.ts";
import { criterionMargin } from "../evaluate/confidence.ts";
import { Evaluator } from "../evaluate/evaluator.ts";
import { measureAnchors } from "../evaluate/report.ts";
import { UnitForecast } from "../score/unit-forecast.ts";
import type { Example } from "../task/example.ts";
import { type JournalEntry, type Ledger, noLedger } from "./journal.ts";
import { putBack, type PutBackRequest } from "./put-back.ts";

const metric = "logit-difference" as const;
const ablation = { kind: "resample", reference: "paired", perPosition: false } as const;
const criterion = { name: "match", threshold: 0.9, second: "kl" } as const;
const seed = 1;
const executor = new Executor(randomModel(PLAIN, 9), { threads: 1, precision: "float64" });
const space = new UnitSpace(PLAIN, ["head", "mlp"]);
const discovery = await preferred(randomExamples(PLAIN, [6, 8, 6, 7, 8, 6, 7, 6], 9));
const evaluator = await Evaluator.create(executor, discovery, { metric, ablation, space });
const anchors = await measureAnchors(evaluator, "logits");
const forecasts = await UnitForecast.over({ executor, discovery, metric, ablation });
afterAll(async () => {
  await forecasts.dispose();
  await executor.dispose();
});

/** With the answers that the model prefers to what it makes of the corrupt prompt, so that there is a task. */
async function preferred(examples: readonly Example[]): Promise<Example[]> {
  const first = await Evaluator.create(executor, examples, { metric, ablation, space });
  const [full, empty] = [await first.measure(space.full()), await first.measure(space.empty())];
  return examples.map((example, e) =>
    full.metric[e] > empty.metric[e]
      ? example
      : { ...example, answers: example.wrongAnswers, wrongAnswers: example.answers },
  );
}

// Few units are gone, so that all of them are tried.
const gone = ["a0.h1", "a0.h3", "m0", "a1.h0", "a1.h2"];
const end = space.full().without(gone.map((id) => parseUnit(id)!));

interface Asked {
  readonly barred?: readonly string[];
  readonly ledger?: Ledger;
  readonly foresee?: PutBackRequest["foresee"];
}

async function steps({ barred = [], ledger = noLedger, foresee = forecasts.putBack.bind(forecasts) }: Asked = {}) {
  const request = { evaluator, anchors, criterion, metric, seed };
  const found: string[] = [];
  for await (const { kept, added } of putBack(end, { ...request, barred: new Set(barred), foresee, ledger })) {
    found.push(added);
    expect(kept.ids()).toEqual(end.with(found.map((id) => parseUnit(id)!)).ids());
  }
  return found;
}

const marginOf = async (kept: UnitSet) => criterionMargin(await evaluator.measure(kept), anchors, criterion, { seed });

// Oracle: all circuits of one unit more, measured from the first layer, in float64.
async function surestOfAll(barred: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  let kept = end;
  for (;;) {
    let [best, greatest] = [kept, await marginOf(kept)];
    for (const unit of kept.complement().units()) {
      if (barred.includes(formatUnit(unit))) continue;
      const margin = await marginOf(kept.with([unit]));
      if (margin > greatest) [best, greatest] = [kept.with([unit]), margin];
    }
    if (best === kept) return found;
    found.push(...best.minus(kept).ids());
    kept = best;
  }
}

test("each unit that comes back makes the criterion surest of all, and the last is the last that makes it surer", async () => {
  const expected = await surestOfAll([]);
  expect(await steps()).toEqual(expected);
  expect(expected.length).toBeGreaterThan(1);
});

test("where a forecast of the circuit before names nothing that helps, it is made anew before the end, after a stop too", async () => {
  const whole = await surestOfAll([]);
  const made: UnitSet[] = [];
  const foresee: PutBackRequest["foresee"] = async (kept, metrics) => {
    made.push(kept);
    const [own, answer] = await forecasts.putBack(kept, metrics);
    return [new Map([...own].filter(([id]) => !kept.equals(end) || id === whole[0])), answer];
  };
  const entries: JournalEntry[] = [];
  expect(await steps({ foresee, ledger: { recall: () => undefined, record: (entry) => entries.push(entry) } })).toEqual(whole); // prettier-ignore
  expect(made[1].ids()).toEqual(end.with([parseUnit(whole[0])!]).ids());
  const known = entries.slice(0, 2);
  expect(known).toEqual([whole[0], null].map((added) => ({ kind: "put-back", added })));
  const recorded: JournalEntry[] = [];
  const ledger = { recall: () => known.shift(), record: (entry: JournalEntry) => recorded.push(entry) };
  expect(await steps({ foresee, ledger })).toEqual(whole);
  expect(recorded).toEqual(entries.slice(2));
});

test("what must stay away does not come back", async () => {
  const [first] = await surestOfAll([]);
  const found = await steps({ barred: [first] });
  expect(found).toEqual(await surestOfAll([first]));
  expect(found).not.toContain(first);
});

test("what a journal has is not measured again, and goes on to the same units", async () => {
  const entries: JournalEntry[] = [];
  const whole = await steps({ ledger: { recall: () => undefined, record: (entry) => entries.push(entry) } });
  // Nothing helps by the forecast of a circuit before, and then by its own.
  expect(entries).toEqual([...whole, null, null].map((added) => ({ kind: "put-back", added })));
  for (const recalled of [1, entries.length - 1, entries.length]) {
    const [known, recorded]: JournalEntry[][] = [entries.slice(0, recalled), []];
    const ledger = { recall: () => known.shift(), record: (entry: JournalEntry) => recorded.push(entry) };
    expect(await steps({ ledger })).toEqual(whole);
    expect(recorded).toEqual(entries.slice(recalled));
  }
});
