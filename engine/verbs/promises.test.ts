// What every verb promises, held on those that measure quickly: its result is plain data, its stages are those that it names, its
// headline has the values of its code, its tables are whole, and the same settings give the same result.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { plainJson, readPlainJson } from "../base/plain-json.ts";
import { formatCircuit } from "../circuit/circuit-file.ts";
import type { Circuit } from "../circuit/circuit-schema.ts";
import { type CellVerb, type SettingsOf, VERB_ROWS, type VerbName } from "../contract/verbs.ts";
import { onlySearch, pruneTask } from "../session/prune-task.ts";
import { VERBS } from "./table.ts";
import type { Verb } from "./verb.ts";

const ioi = { task: "tasks/ioi.yaml", examples: { discovery: 4, heldOut: 4 } } as const;

const folder = mkdtempSync(join(tmpdir(), "secateur-verbs-"));
const { circuit: found } = await pruneTask({
  ...ioi,
  model: "sprig",
  units: ["head"],
  confidence: 0,
  orders: 1,
  swaps: 0,
  ...onlySearch,
});
const circuit = written("heads", found);
const search = {
  ...found.search,
  units: ["neuron" as const],
  alwaysKept: ["head" as const, "mlp" as const],
  trajectory: [],
};
const ofNeurons = written("neurons", { ...found, search, kept: { neurons: { m0: [3, 17], m2: [9] } }, nodes: [] });

function written(name: string, content: Circuit): string {
  const file = join(folder, `${name}.circuit.json`);
  writeFileSync(file, formatCircuit(content));
  return file;
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const corpus = join(folder, "corpus.txt");
const names = ["Mary", "John", "Susan", "Frank", "Diana", "Jack"];
writeFileSync(corpus, names.flatMap((a) => names.map((b) => `When ${a} and ${b} went to the store`)).join("\n"));

const relation = "tasks/relations/noun-plural.json";

const CASES: readonly (readonly [CellVerb, object, string])[] = [
  ["patch", { ...ioi, site: "residPre", by: "position" }, "layer position effect normalised"],
  ["score", { ...ioi, positions: ["S2", "END"] }, "unit score at S2 at END"],
  ["score", { ...ioi, edges: true, method: "information-flow" }, "edge score"],
  [
    "evaluate",
    { ...ioi, circuit, random: 3 },
    "examples model empty circuit f low high accuracy KL criterion f in the file",
  ],
  [
    "relation",
    { files: [relation], layers: [1], seeds: 2 },
    "relation estimator known layer β rank mean low high seen unseen embedding majority nearest bias logit lens translation shuffled others edit",
  ],
  ["fit-lens", { kind: "tuned", corpus, steps: 2, rows: 8 }, "state logit lens tuned lens"],
  [
    "neurons",
    { task: ioi.task, circuit: ofNeurons, top: 5 },
    "neuron effect estimate strongest at value mean raises lowers",
  ],
];

/** @returns what came, and the stages of which it told */
async function done(name: CellVerb, asked: object) {
  const verb = VERBS[name] as unknown as Verb<VerbName>;
  const settings = VERB_ROWS[name].settings.parse(asked) as SettingsOf<VerbName>;
  const told: { readonly stage: string; readonly done: number; readonly total: number }[] = [];
  const result = await verb.run(settings, {
    execution: { threads: 1 },
    signal: new AbortController().signal,
    report: (stage, done, total) => told.push({ stage, done, total }),
    part: () => undefined,
    note: () => undefined,
    folder,
    ledger: { file: join(folder, "ledger.jsonl"), goOn: false },
  });
  return { verb, settings, result, told };
}

test.each(CASES)("%s", async (name, asked, columns) => {
  const { verb, settings, result, told } = await done(name, asked);
  expect(readPlainJson(plainJson(result), name)).toEqual(result);
  expect((await done(name, asked)).result).toEqual(result);

  const stages = verb.stages(settings).map((stage) => stage.name);
  expect([...new Set(told.map(({ stage }) => stage))]).toEqual(stages);
  expect(told.every(({ done, total }) => done <= total)).toBe(true);
  expect(told.at(-1)!.done).toBe(told.at(-1)!.total);

  const headlines: Readonly<Record<string, readonly string[]>> = VERB_ROWS[name].headlines;
  const { code, values } = verb.headline(result);
  expect(Object.keys(values).sort()).toEqual([...headlines[code]!].sort());
  const [first, ...others] = verb.tables(result, settings);
  expect(first.columns.join(" ")).toBe(columns);
  for (const { columns, rows } of [first, ...others]) {
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => row.length !== columns.length)).toEqual([]);
  }
  expect(verb.about(settings, result)).toMatchObject({ n: expect.any(Number) as number });
});

test("the strongest of the effects stands in the headline", async () => {
  const { result, settings } = await done("patch", { ...ioi, site: "z", by: "head" });
  const patch = VERBS.patch;
  const [table] = patch.tables(result as never, settings as never);
  const effects = table.rows.map(([layer, head, effect]) => ({ place: `${layer}.${head}`, effect: effect as number }));
  const strongest = effects.reduce((most, one) => (Math.abs(one.effect) > Math.abs(most.effect) ? one : most));
  expect(effects).toHaveLength(32);
  expect(patch.headline(result as never)).toEqual({ code: "patch", values: strongest, split: "discovery" });
});
