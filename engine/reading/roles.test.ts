import { afterAll, beforeAll, expect, test } from "vitest";
import { Executor } from "../activations/executor.ts";
import { formatUnit, type Head, headUnit } from "../circuit/unit.ts";
import { openModel } from "../model/open.ts";
import { expandTask } from "../task/expand.ts";
import type { Example } from "../task/example.ts";
import { loadTask } from "../task/load.ts";
import { attentionOn, diagonalAttention, namedAttention, repeatedSequences } from "./attention-stats.ts";
import { headRoles } from "./roles.ts";

const model = openModel("sprig");
const executor = new Executor(model, { threads: 1 });
let examples: readonly Example[];
beforeAll(() => {
  const options = { examples: { discovery: 8, heldOut: 1 } };
  examples = expandTask(loadTask("tasks/ioi.yaml"), model.tokenizer, options).examples.slice(0, 8);
});
afterAll(async () => {
  await executor.dispose();
  model.close();
});
const everyHead = Array.from({ length: 32 }, (_, i): Head => headUnit(Math.floor(i / 8), i % 8));

test("attention of a head adds up to one over the positions that it may read (1e-5)", async () => {
  const attentionOf = await attentionOn(
    executor,
    examples.map(({ clean }) => clean.ids),
  );
  for (const head of everyHead) {
    const { END } = examples[0].positions;
    let sum = 0;
    for (let key = 0; key <= END; key++) sum += attentionOf(head)(0, END, key);
    expect(sum).toBeCloseTo(1, 5);
  }
});

test("named attention leaves out pairs whose key comes later, and says so where none is left", () => {
  const example = { ...examples[0], positions: { END: 3, IO: 5, S2: 2 } };
  const attention = (_: number, query: number, key: number) => query * 10 + key;
  expect(namedAttention(attention, [example], "END", "S2")).toBe(32);
  expect(namedAttention(attention, [example], "END", "IO")).toBeUndefined();
  expect(namedAttention(attention, [example], "END", "absent")).toBeUndefined();
});

test("a diagonal is read in the second sequence only", () => {
  const sequences = { prompts: [[0, 1, 2, 1, 2]], start: 1, length: 2 };
  const seen: [number, number][] = [];
  diagonalAttention(
    (_, query, key) => {
      seen.push([query, key]);
      return 1;
    },
    sequences,
    2,
  );
  expect(seen).toEqual([
    [3, 1],
    [4, 2],
  ]);
});

test("repeated sequences hold every token twice, a fixed distance apart", () => {
  const { prompts, start, length } = repeatedSequences(executor, 1);
  for (const ids of prompts) {
    expect(ids.slice(start, start + length)).toEqual(ids.slice(start + length));
    expect(new Set(ids.slice(start)).size).toBe(length);
  }
});

test("the direct effects of all heads, the rest of the stream aside, have the metric's sign where names are moved", async () => {
  const roles = await headRoles(executor, examples, everyHead, { metric: "logit-difference", edges: [], seed: 1 });
  expect([...roles.keys()]).toEqual(everyHead.map(formatUnit));
  const movers = [...roles.values()].filter(({ name }) => name === "name mover");
  for (const { evidence, score } of movers) {
    expect(evidence["direct effect"]).toBeGreaterThan(0);
    expect(score).toBeGreaterThanOrEqual(0.3);
  }
});

test("a head that looks at the subject is S-inhibition only with evidence of steering later queries", async () => {
  const options = { metric: "logit-difference", seed: 1 } as const;
  const alone = await headRoles(executor, examples, everyHead, { ...options, edges: [] });
  const looker = [...alone].find(([, { name }]) => name === "subject attention");
  expect(looker).toBeDefined();
  const [source] = looker!;
  const edges = [{ source, target: "a3.h7", input: "q", weight: -1 }] as const;
  const steering = await headRoles(executor, examples, everyHead, { ...options, edges });
  expect(steering.get(source)?.name).toBe("S-inhibition");
  expect(steering.get(source)?.evidence["effect through later queries"]).toBe(-1);
});
