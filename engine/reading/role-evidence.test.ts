import { afterAll, describe, expect, test } from "vitest";
import { plantedHeads, plantedModel, plantedTask } from "../../test/planted-model.ts";
import { plainRun } from "../../test/plain-transformer.ts";
import { PLAIN, randomExamples, randomModel } from "../../test/random-model.ts";
import type { Ablation } from "../activations/ablation.ts";
import { Executor } from "../activations/executor.ts";
import { type Head, headUnit, parseUnit } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import type { Model } from "../model/model.ts";
import type { Example } from "../task/example.ts";
import { loadTask } from "../task/load.ts";
import type { ContrastTask } from "../task/task.ts";
import { measureConnections } from "../score/connections.ts";
import { repeatedSequences } from "./attention-stats.ts";
import { copyScores } from "./copy-score.ts";
import { moverQueryEffects } from "./mover-queries.ts";
import { OneHead } from "../score/one-head.ts";
import { headRoles, type Role } from "./roles.ts";

const model = plantedModel();
const executor = new Executor(model, { threads: 1 });
afterAll(() => executor.dispose());
const examples = plantedTask().slice(0, 8);
const ablation: Ablation = { kind: "resample", reference: "paired", perPosition: true };
const metric = "logit-difference" as const;
const rules = (loadTask("tasks/ioi.yaml") as ContrastTask).roles;
const space = new UnitSpace(model.config, ["head", "mlp"]);
const planted = space.setOf([...plantedHeads, "m0"].map((id) => parseUnit(id)!));
const everyHead = Array.from({ length: 16 }, (_, i): Head => headUnit(Math.floor(i / 4), i % 4));

async function withHeads<T>(heads: readonly Head[], use: (heads: Map<string, OneHead>) => Promise<T>): Promise<T> {
  const programs = OneHead.of(executor, heads);
  try {
    return await use(programs);
  } finally {
    for (const program of programs.values()) await program.dispose();
  }
}

const rounded = ({ name, score, evidence }: Role) => ({
  name,
  score: Number(score.toFixed(3)),
  evidence: Object.fromEntries(Object.entries(evidence).map(([measure, value]) => [measure, Number(value.toFixed(3))])),
});

describe("roles on the planted model", () => {
  test("every head that was planted has its role", async () => {
    const kept = space.full();
    const { edges } = await measureConnections(executor, examples, kept, { metric, ablation, maxEdges: 500 });
    const roles = await headRoles(executor, examples, everyHead, {
      metric,
      rules,
      edges,
      seed: 1,
      circuit: { kept, ablation },
    });
    const names = ["a0.h1", "a0.h2", "a1.h1", "a1.h2", "a2.h3"].map((id) => [id, roles.get(id)!.name]);
    expect(Object.fromEntries(names)).toEqual({
      "a0.h1": "duplicate token",
      "a0.h2": "previous token",
      "a1.h1": "induction",
      "a1.h2": "S-inhibition",
      "a2.h3": "name mover",
    });
    expect(roles.get("a3.h2")!.name).toBe("negative name mover");
  });

  test("in the planted circuit the evidence is what was worked out on paper (1e-3)", async () => {
    const heads = plantedHeads.map((id) => parseUnit(id) as Head);
    const { edges } = await measureConnections(executor, examples, planted, { metric, ablation });
    const circuit = { kept: planted, ablation };
    const roles = await headRoles(executor, examples, heads, { metric, rules, edges, seed: 1, circuit });
    // The movers' attention falls from all on IO to a third; the metric from 8 to −8/3.
    expect(rounded(roles.get("a1.h2")!)).toMatchObject({
      name: "S-inhibition",
      score: 1,
      evidence: {
        "attention END→S2": 1,
        "effect through name movers' queries": -10.667,
        "change of their attention END→IO": -0.667,
      },
    });
    expect(rounded(roles.get("a2.h3")!)).toMatchObject({
      name: "name mover",
      score: 1,
      evidence: { "attention END→IO": 1, "direct effect": 8, "copy score": 1 },
    });
  });

  test("copy scores: movers copy, the negative head suppresses, others write no name where they look at one", async () => {
    const scores = await withHeads(everyHead, (heads) => copyScores(executor, examples, heads, ["IO", "S1", "S2"]));
    expect(scores.get("a2.h3")).toEqual({ copies: 1, suppresses: 0 });
    expect(scores.get("a3.h0")).toEqual({ copies: 1, suppresses: 0 });
    expect(scores.get("a3.h2")).toEqual({ copies: 0, suppresses: 1 });
    expect(scores.get("a0.h1")).toEqual({ copies: 0, suppresses: 0 });
    expect(scores.get("a1.h2")).toEqual({ copies: 0, suppresses: 0 });
  });
});

describe("effects on the name movers' queries", () => {
  const movers = [headUnit(2, 3)];

  test("are the edge into the query where there is one mover (1e-5)", async () => {
    const { edges } = await measureConnections(executor, examples, planted, { metric, ablation });
    const heads = plantedHeads.map((id) => parseUnit(id) as Head);
    const effects = await withHeads(heads, (programs) =>
      moverQueryEffects(executor, examples, movers, {
        metric,
        ablation,
        kept: planted,
        heads: programs,
        targets: ["IO"],
      }),
    );
    expect([...effects.keys()]).toEqual(["a0.h1", "a1.h2"]);
    for (const [id, effect] of effects) {
      const edge = edges.find(({ source, target, input }) => source === id && target === "a2.h3" && input === "q")!;
      expect(Math.abs(effect.metric - edge.weight)).toBeLessThanOrEqual(1e-5);
    }
  });

  test("are 0 where the corrupt prompt is the clean one (1e-6)", async () => {
    const same = examples.map((example) => ({ ...example, corrupt: example.clean }));
    const heads = plantedHeads.map((id) => parseUnit(id) as Head);
    const effects = await withHeads(heads, (programs) =>
      moverQueryEffects(executor, same, movers, { metric, ablation, kept: planted, heads: programs, targets: ["IO"] }),
    );
    for (const { metric: effect, attention } of effects.values()) {
      expect(Math.abs(effect)).toBeLessThanOrEqual(1e-6);
      expect(Math.abs(attention)).toBeLessThanOrEqual(1e-6);
    }
  });
});

/** The logit difference of the plain transformer, and what the embedding, MLPs and biases have in it, means over examples. */
function plainShares(random: Model, prompts: readonly Example[]): { whole: number; others: number } {
  const { dModel, nLayers, norm } = random.config;
  const { gain, bias } = random.finalNorm();
  const b_U = random.unembedBias()!;
  let [whole, others] = [0, 0];
  for (const { clean, answers, wrongAnswers } of prompts) {
    const [answer, wrong] = [answers[0], wrongAnswers[0]];
    const { writes, logits } = plainRun(random, clean.ids);
    const last = clean.ids.length - 1;
    const rows = random.unembedRows([answer, wrong]);
    const direction = Array.from(gain, (g, i) => (rows[i] - rows[dModel + i]) * g);
    const stream = new Array<number>(dModel).fill(0);
    const rest = new Array<number>(dModel).fill(0);
    for (const [id, write] of writes) {
      write[last].forEach((x, i) => (stream[i] += x));
      if (!id.startsWith("a")) write[last].forEach((x, i) => (rest[i] += x));
    }
    for (let layer = 0; layer < nLayers; layer++) {
      random.layer(layer).b_O?.forEach((x, i) => {
        stream[i] += x;
        rest[i] += x;
      });
    }
    const centred = (row: readonly number[]) => row.map((x) => x - row.reduce((sum, y) => sum + y, 0) / dModel);
    const scale = Math.sqrt(centred(stream).reduce((sum, x) => sum + x * x, 0) / dModel + norm.epsilon);
    const share = centred(rest).reduce((sum, x, i) => sum + (x * direction[i]) / scale, 0);
    const constant = bias!.reduce((sum, x, i) => sum + x * (rows[i] - rows[dModel + i]), 0) + b_U[answer] - b_U[wrong];
    whole += (logits[answer] - logits[wrong]) / prompts.length;
    others += (share + constant) / prompts.length;
  }
  return { whole, others };
}

describe("the direct effect of a head", () => {
  test("and of everything else at the last position add up to the logit difference (1e-4)", async () => {
    const random = randomModel(PLAIN, 3);
    const runner = new Executor(random, { threads: 1 });
    const prompts = randomExamples(PLAIN, [5, 7], 3);
    const heads = Array.from({ length: 12 }, (_, i): Head => headUnit(Math.floor(i / 4), i % 4));
    const roles = await headRoles(runner, prompts, heads, { metric, rules, edges: [], seed: 1 });
    const direct = [...roles.values()].reduce((sum, { evidence }) => sum + evidence["direct effect"], 0);
    const { whole, others } = plainShares(random, prompts);
    expect(Math.abs(direct + others - whole)).toBeLessThanOrEqual(1e-4);
    await runner.dispose();
  });
});

test("repeated sequences of a vocabulary smaller than they are long still end", () => {
  const { prompts, start, length } = repeatedSequences(new Executor(randomModel(PLAIN, 1)), 1);
  expect(length).toBe(10);
  for (const ids of prompts) expect(new Set(ids.slice(start)).size).toBe(10);
});
