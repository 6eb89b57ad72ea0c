import { expect, test } from "vitest";
import { exampleCircuit } from "../../test/example-circuit.ts";
import { formatSession, type SavedSession } from "./session-file.ts";
import { parseSession } from "./session-reading.ts";
import { FIRST_VIEW } from "./view.ts";

const request = { task: "tasks/ioi.yaml", model: "sprig", units: ["head"] as const };
const saved: SavedSession = {
  task: undefined,
  request,
  record: {
    id: "ioi-1",
    request,
    state: "finished",
    startedAt: "2026-11-24T10:00:00.000Z",
    steps: [{ step: 1, removed: ["a0.h1"], faithfulness: 0.99, second: 1, accepted: true, kept: 3, order: 0, pass: 1 }],
    circuit: exampleCircuit(),
  },
  relations: [
    {
      choice: { task: "tasks/relations/x.json", model: "sprig", estimator: "ridge", samples: 8, seeds: 2 },
      fit: {
        file: "x.relation.json",
        figures: {
          relation: "x",
          estimator: "ridge",
          samples: 8,
          logitLens: 0,
          translation: 0,
          shuffled: { mean: 0 },
          layer: 1,
          beta: 1,
          rank: 4,
          known: 30,
          faithfulness: { mean: 0.5, interval: [0.25, 0.75] },
          seenObject: null,
          unseenObject: 0.5,
          majority: 0,
          causality: { mean: 0.25, baselines: { subject: 0, object: 0, embedding: 0 } },
        },
        controls: { embedding: null, nearest: 0, biasOnly: 0, shuffledSubjects: 0 },
        editRank: 4,
        sweeps: { layers: [{ layer: 1, beta: 1, validation: 0.5 }] },
        subjects: [{ subject: "dog", object: "dogs", split: "test", model: " dogs", map: " cats", rank: 2 }],
        notes: [],
      },
    },
  ],
  edges: {
    subject: { task: "ioi", model: "sprig" },
    plan: { task: "tasks/ioi.yaml", model: "sprig", order: "magnitude", selection: "top-n", prune: true, budget: 9 },
    circuits: {
      model: { nLayers: 1, nHeads: 1, parallelBlocks: false, dModel: 4 },
      examples: { discovery: 8, heldOut: 4 },
      found: [
        {
          method: "attribution",
          scores: Float64Array.of(-0.1, 0.25, -1, 0, -2, 0, -4, 0),
          points: [{ fraction: 0.5, edges: 2, faithfulness: 0.75, heldOut: 0.5, holds: true }],
          areas: { cpr: 0.1, cmd: 0.2, logCpr: 0.3, logCmd: 0.4 },
          smallest: [0, 6],
          pruned: {
            edges: [6],
            from: 2,
            trials: 3,
            faithfulness: 0.95,
            tested: 1,
            heldOut: { faithfulness: 0.9, interval: [0.8, 1] },
          },
          seconds: 1,
        },
      ],
      notes: [],
    },
  },
  view: { ...FIRST_VIEW, pinned: ["a1.h1"], selection: { kind: "node", id: "a1.h1" }, step: 1 },
};

test("what is written is read back the same", () => {
  expect(parseSession(formatSession(saved), "x.secateur")).toEqual(saved);
});

test("a file of a newer version is refused, with its version", () => {
  const newer = formatSession(saved).replace('"version": 1', '"version": 7');
  expect(parseSession(newer, "x.secateur")).toEqual({ because: "newer", version: 7 });
});

test.each([
  ["no JSON", "hello", { because: "not-json" }],
  ["a circuit file", JSON.stringify(exampleCircuit()), { because: "not-a-session" }],
  ["null", "null", { because: "not-a-session" }],
  [
    "a record without steps",
    JSON.stringify({ format: "secateur.session", version: 1, record: { ...saved.record, steps: 1 }, view: FIRST_VIEW }),
    { because: "broken", path: "record.steps" },
  ],
  [
    "a relation by no estimator there is",
    formatSession(saved).replace('"ridge"', '"guess"'),
    { because: "broken", path: "relations.0.choice.estimator" },
  ],
  [
    "edges of another model",
    formatSession(saved).replace('"nLayers": 1,', '"nLayers": 2,'),
    { because: "broken", path: "edges.circuits.found.0" },
  ],
  [
    "a broken circuit",
    formatSession(saved).replace('"secateur.circuit"', '"other"'),
    { because: "broken", path: "record.circuit" },
  ],
])("%s is refused with the place", (_what, text, refusal) => {
  expect(parseSession(text, "x.secateur")).toEqual(refusal);
});

test("a view that makes no sense does not cost the work in the file", () => {
  const text = JSON.stringify({ ...JSON.parse(formatSession(saved)), view: { tab: "moon" } });
  expect((parseSession(text, "x.secateur") as SavedSession).view).toEqual(FIRST_VIEW);
});

test("a session of before, without a choice of what is drawn and how it is weighed, opens with the first of each", () => {
  const edges = { ...FIRST_VIEW.edges, weighed: undefined };
  const view = { ...FIRST_VIEW, tab: "nodes", drawn: undefined, edges };
  const text = JSON.stringify({ ...JSON.parse(formatSession(saved)), view });
  expect((parseSession(text, "x.secateur") as SavedSession).view).toEqual({ ...FIRST_VIEW, tab: "nodes" });
});

test("one field that is not known leaves all the others as they were", () => {
  const edges = { ...FIRST_VIEW.edges, most: 7, weighed: "by the moon" };
  const view = { ...FIRST_VIEW, tab: "nodes", selection: { kind: "star" }, pinned: ["a0.h0"], step: 3, edges };
  const text = JSON.stringify({ ...JSON.parse(formatSession(saved)), view });
  expect((parseSession(text, "x.secateur") as SavedSession).view).toEqual({
    ...FIRST_VIEW,
    tab: "nodes",
    pinned: ["a0.h0"],
    step: 3,
    edges: { ...FIRST_VIEW.edges, most: 7 },
  });
});
