import { expect, test } from "vitest";
import { type Edge, formatEdge, parseEdge } from "../circuit/edge.ts";
import type { JournalEntry, Ledger } from "./journal.ts";
import { pruneEdges } from "./edge-search.ts";
import type { Trial } from "./removal.ts";

/** Two layers of two heads; a0.h0 → a1.h1 → logits does the task, all else is noise. */
const NEEDED = ["input->a0.h0<v>", "a0.h0->a1.h1<k>", "input->a1.h1<q>", "a1.h1->logits"];
const NOISE = [
  "input->m0",
  "m0->logits",
  "input->a0.h1<v>",
  "a0.h1->logits",
  "input->a1.h0<q>",
  "a1.h0->logits",
  "input->logits",
  "a0.h0->logits",
];
const START = [...NEEDED, ...NOISE].map((name) => parseEdge(name)!);

function measure(kept: readonly Edge[]) {
  const names = new Set(kept.map(formatEdge));
  const share = NEEDED.filter((name) => names.has(name)).length / NEEDED.length;
  return Promise.resolve({ holds: share === 1, faithfulness: share });
}

const start = { edges: START, faithfulness: 1 };
const search = { measure, strength: (edge: Edge) => Number(NEEDED.includes(formatEdge(edge))) };
const names = (edges: readonly Edge[]) => edges.map(formatEdge).sort();

test("what is left is what the criterion needs, and every edge of it was tested on the final circuit", async () => {
  const { edges, oneMinimal, tested, trajectory } = await pruneEdges(start, search);
  expect({ edges: names(edges), oneMinimal, tested }).toEqual({
    edges: [...NEEDED].sort(),
    oneMinimal: true,
    tested: 1,
  });
  expect(trajectory[0]).toEqual({ kept: START.length, faithfulness: 1 });
  expect(trajectory.at(-1)).toEqual({ kept: NEEDED.length, faithfulness: 1 });
});

test("a wrong estimate costs trials and changes nothing else", async () => {
  const right = await pruneEdges(start, search);
  const wrong = await pruneEdges(start, { ...search, strength: (edge) => -search.strength(edge) });
  expect(names(wrong.edges)).toEqual(names(right.edges));
});

test("a budget ends the search; what is left holds, and how much of it was tested is said", async () => {
  const { edges, trials, oneMinimal, tested } = await pruneEdges(start, { ...search, budget: 3 });
  expect((await measure(edges)).holds).toBe(true);
  expect(trials).toBe(3);
  expect({ oneMinimal, tested }).toEqual({ oneMinimal: false, tested: 0 });
});

test("a search that was cut short goes on from its journal to the same circuit without measuring again", async () => {
  const whole: Trial[] = [];
  const expected = await pruneEdges(start, { ...search, onTrial: (trial) => whole.push(trial) });
  const entries: JournalEntry[] = [];
  const recording: Ledger = { recall: () => undefined, record: (entry) => entries.push(entry) };
  await pruneEdges(start, { ...search, budget: 5, ledger: recording });
  const replayed = [...entries];
  let measured = 0;
  const counted = (kept: readonly Edge[]) => {
    measured++;
    return measure(kept);
  };
  const ledger: Ledger = { recall: () => replayed.shift(), record: () => undefined };
  expect(await pruneEdges(start, { ...search, measure: counted, ledger })).toEqual(expected);
  expect(measured).toBe(expected.trials - 5);
});

test("the journal of another search is refused", async () => {
  const entry = {
    kind: "trial",
    removed: ["m1->m2"],
    added: [],
    metric: 1,
    second: null,
    accepted: true,
    from: 1,
  } as const;
  const ledger: Ledger = { recall: () => entry, record: () => undefined };
  await expect(pruneEdges(start, { ...search, ledger })).rejects.toMatchObject({ code: "invalid-file" });
});
