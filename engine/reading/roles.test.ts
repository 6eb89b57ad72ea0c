import { afterAll, beforeAll, expect, test } from "vitest";
import { Executor } from "../activations/executor.ts";
import { formatUnit, type Head, headUnit } from "../circuit/unit.ts";
import { dot, plainRun } from "../../test/plain-transformer.ts";
import { openModel } from "../model/open.ts";
import { expandTask } from "../task/expand.ts";
import type { Example } from "../task/example.ts";
import { loadTask } from "../task/load.ts";
import type { ContrastTask } from "../task/task.ts";
import { attentionOn, diagonalAttention, namedAttention, repeatedSequences } from "./attention-stats.ts";
import { evidenceNames, headRoles, roleNames } from "./roles.ts";

const model = openModel("sprig");
const executor = new Executor(model, { threads: 1 });
const task = loadTask("tasks/ioi.yaml") as ContrastTask;
const { roles: rules } = task;
let examples: readonly Example[];
beforeAll(() => {
  const options = { examples: { discovery: 8, heldOut: 1 } };
  examples = expandTask(task, model.tokenizer, options).examples.slice(0, 8);
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

// Oracle: a plain transformer in float64 loops; what a head writes at END goes alone through the final norm of the whole stream.
test("the direct effect of every head is what its own writing adds to the metric (1e-3), and names the name movers", async () => {
  const roles = await headRoles(executor, examples, everyHead, {
    metric: "logit-difference",
    rules,
    edges: [],
    seed: 1,
  });
  expect([...roles.keys()]).toEqual(everyHead.map(formatUnit));
  const plain = plainDirectEffects();
  for (const [id, { evidence }] of roles) {
    expect(Math.abs(evidence["direct effect"] - plain.get(id)!), id).toBeLessThan(1e-3);
  }
  // The circuit of the model's card.
  const circuit = ["a0.h6", "a1.h0", "a1.h1", "a1.h6", "a1.h7"];
  const mover = "name mover";
  expect(circuit.map((id) => roles.get(id)!.name)).toEqual(["subject attention", mover, mover, mover, mover]);
  for (const id of circuit.slice(1)) expect(plain.get(id), id).toBeGreaterThan(0.5);
  const movers = [...roles].filter(([, { name }]) => name.endsWith(mover));
  for (const [id, { name }] of movers) expect(name, id).toBe(plain.get(id)! > 0 ? mover : `negative ${mover}`);
});

function plainDirectEffects(): Map<string, number> {
  const { config } = model;
  const { gain } = model.finalNorm();
  const biases = Array.from({ length: config.nLayers }, (_, layer) => model.layer(layer).b_O!);
  const effects = new Map<string, number>();
  for (const { clean, answers, wrongAnswers } of examples) {
    const written = [...plainRun(model, clean.ids).writes].map(([id, rows]) => [id, rows.at(-1)!] as const);
    const stream = centred(
      written[0][1].map((_, i) => sum([...written.map(([, row]) => row[i]), ...biases.map((b) => b[i])])),
    );
    const scale = Math.sqrt(dot(stream, stream) / stream.length + config.norm.epsilon);
    const [right, wrong] = [answers, wrongAnswers].map(([id]) => model.unembedRows([id]));
    for (const [id, row] of written) {
      const added = sum(centred(row).map((x, i) => (x / scale) * gain[i] * (right[i] - wrong[i])));
      effects.set(id, (effects.get(id) ?? 0) + added / examples.length);
    }
  }
  return effects;
}

const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);

/** sprig's norms take the mean out. */
function centred(row: readonly number[]): number[] {
  const middle = sum(row) / row.length;
  return row.map((x) => x - middle);
}

test("a head that looks at the subject is S-inhibition only with evidence of steering later queries", async () => {
  const options = { metric: "logit-difference", rules, seed: 1 } as const;
  const alone = await headRoles(executor, examples, everyHead, { ...options, edges: [] });
  const looker = [...alone].find(([, { name }]) => name === "subject attention");
  expect(looker).toBeDefined();
  const [source] = looker!;
  const edges = [{ source, target: "a3.h7", input: "q", weight: -1 }] as const;
  const steering = await headRoles(executor, examples, everyHead, { ...options, edges });
  expect(steering.get(source)?.name).toBe("S-inhibition");
  expect(steering.get(source)?.evidence["effect through later queries"]).toBe(-1);
});

test("a task without rules has the roles of repeated tokens alone, and copies every token but the last", async () => {
  const names = new Set([...roleNames(rules)]);
  const own = await headRoles(executor, examples, everyHead, {
    metric: "logit-difference",
    rules: [],
    edges: [],
    seed: 1,
  });
  const found = [...new Set([...own.values()].map(({ name }) => name))];
  expect(found.filter((name) => !roleNames([]).includes(name))).toEqual([]);
  expect(roleNames([])).toEqual(["induction", "duplicate token", "previous token", "other"]);
  expect(roleNames([]).filter((name) => !names.has(name))).toEqual([]);
});

test("heads that write for the answers may have any name: what steers them is evidence under it", () => {
  const named = evidenceNames([{ from: "END", to: "X", role: "object mover", writes: "for" }]);
  expect(named).toContain("effect through object movers' queries");
  expect(named).toContain("change of their attention END→X");
});
