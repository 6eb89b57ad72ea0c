import { describe, expect, test } from "vitest";
import { GATED } from "../../test/random-model.ts";
import { engineDictionary, randomDictionaries } from "../../test/random-plan.ts";
import type { Plan, PlannedChange } from "./plan.ts";
import { checkPlan, parsePlan, planHash } from "./plan-checks.ts";

const model = { name: "tiny", config: GATED };
const ids = [3, 1, 4, 1, 5];
const [[, plain]] = [...randomDictionaries(GATED)].filter(([name]) => name.endsWith(" 16"));
const resources = { dictionaries: new Map([["d", engineDictionary(plain)]]) };

const good: Plan = {
  worlds: [{ ids, positions: { S: 2, both: [1, 3] } }, { ids: [...ids, 9] }],
  changes: [],
  read: [{ world: 0, site: "logits", at: "end" }],
};
const withChange = (where: object, change: object, world = 0): Plan => {
  const whole = { site: "residPost", layer: 0, at: "all", ...where };
  const planned = { world, where: whole, change: "op" in change ? change : { op: "set", to: "zero", ...change } };
  return { ...good, changes: [planned as PlannedChange] };
};

describe("checkPlan() refuses, with the place and what there is:", () => {
  test.each([
    [withChange({ layer: 3 }, {}), "changes[0].where.layer: there is no layer 3; tiny has layers 0 to 2."],
    [
      withChange({ site: "z", units: [4] }, {}),
      "changes[0].where.units: there is no head 4 at z; a layer of tiny has heads 0 to 3.",
    ],
    [
      withChange({ site: "k", units: [2] }, {}),
      "changes[0].where.units: there is no key-value head 2 at k; a layer of tiny has key-value heads 0 to 1.",
    ],
    [
      withChange({ site: "hidden", units: [12] }, {}),
      "changes[0].where.units: there is no neuron 12 at hidden; a layer of tiny has neurons 0 to 11.",
    ],
    [withChange({ at: 5 }, {}), "changes[0].where.at: world 0 has no position 5; it has positions 0 to 4."],
    [
      withChange({ at: "S2" }, {}),
      'changes[0].where.at: world 0 has no position called "S2"; it names S, both. Write one of these, "all", "end" or an index.',
    ],
    [
      withChange({ at: "S" }, {}, 1),
      'changes[0].where.at: world 1 has no position called "S"; it names none. Write one of these, "all", "end" or an index.',
    ],
    [withChange({}, {}, 2), "changes[0].world: there is no world 2; the plan has 2 worlds, from 0."],
    [
      withChange({}, { op: "add", what: { vector: [1, 2] }, scale: 1 }),
      "changes[0].change.vector: is 2 numbers wide and what it meets is 16 wide; both must be of one width.",
    ],
    [
      withChange({ site: "z", units: [1, 2] }, { to: { rows: [[1], [2]] } }),
      "changes[0].change.rows[0]: is 1 numbers wide and what it meets is 12 wide; both must be of one width.",
    ],
    [
      withChange({ at: [0, 1, 2] }, { to: { rows: [Array(16).fill(1), Array(16).fill(2)] } }),
      "changes[0].change: gives 2 rows for 3 positions; give one for each, or one for all.",
    ],
    [
      withChange({}, { to: { world: 1 } }),
      "changes[0].change: gives 6 rows of world 1 for 5 positions; give one for each, or one for all.",
    ],
    [
      withChange({}, { to: { world: 1, site: "hidden", at: 0 } }),
      "changes[0].change: is 12 numbers wide and what it meets is 16 wide; both must be of one width.",
    ],
    [
      withChange({}, { op: "project", basis: [Array(16).fill(0)], keep: "outside" }),
      "changes[0].change.basis: Vector 0 of a basis is zero, so it is no direction. Leave it out.",
    ],
    [
      withChange({}, { op: "project", basis: [Array(16).fill(1), Array(16).fill(2)], keep: "outside" }),
      "changes[0].change.basis: Vector 1 of a basis is a sum of multiples of those before it, so it is no direction. Leave it out.",
    ],
    [
      withChange({ site: "hidden" }, { op: "through", dictionary: "d", edits: [], error: "kept" }),
      "changes[0].change.dictionary: is 16 numbers wide and what it meets is 12 wide; both must be of one width.",
    ],
    [
      withChange({}, { op: "through", dictionary: "d", edits: [{ feature: 5, op: "set", by: 1 }], error: "kept" }),
      "changes[0].change.edits[0].feature: there is no feature 5; the dictionary has features 0 to 4.",
    ],
    [
      withChange({}, { op: "through", dictionary: "e", edits: [], error: "kept" }),
      "The dictionary e that the plan names was not handed over with it.",
    ],
    [
      withChange({ at: 2, step: "generated" }, {}, 0),
      undefined, // Nothing was generated yet: a note, not a fault.
    ],
    [
      { ...withChange({ at: 2, step: "generated" }, {}), worlds: [{ ids, generated: 1 }] },
      'changes[0].where: touches nothing: no position 2 is of step "generated"; generated tokens begin at 4.',
    ],
    [{ ...good, worlds: [{ ids: [99] }] }, "worlds[0].ids[0]: there is no token 99; tiny has 20, from 0."],
    [
      { ...good, worlds: [{ ids: Array<number>(33).fill(1) }] },
      "worlds[0].ids: the prompt has 33 tokens and tiny reads at most 32; shorten it.",
    ],
    [
      { ...good, worlds: [{ ids, positions: { end: 1 } }] },
      'worlds[0].positions: "end" has a meaning of its own; give the position another name.',
    ],
    [
      { ...good, worlds: [{ ids, positions: { S: 7 } }] },
      "worlds[0].positions.S: is 7; the prompt has positions 0 to 4.",
    ],
    [
      { ...good, read: [{ world: 0, site: "logits", at: 9 }] },
      "read[0].at: world 0 has no position 9; it has positions 0 to 4.",
    ],
    [
      { ...good, read: [{ world: 0, site: "z", layer: 7, at: "all" }] },
      "read[0].layer: there is no layer 7; tiny has layers 0 to 2.",
    ],
    [
      withChange({ layer: 1 }, { to: { world: 0, layer: 2 } }),
      "changes: the worlds wait for one another: world 0 needs residPost of layer 2 of world 0 for its residPost of layer 1. Take such values from a further world with the same prompt and without these changes.",
    ],
  ] as const)("%#", (plan, sentence) => {
    const check = () => checkPlan(plan as Plan, model, { resources });
    if (sentence === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: "usage", message: sentence }));
  });

  test("two worlds that take from each other what the other has not made yet", () => {
    const take = (world: number, of: number) =>
      ({ world, where: { site: "z", layer: 1, at: 0 }, change: { op: "set", to: { world: of, at: 0 } } }) as const;
    const plan = { ...good, changes: [take(0, 1), take(1, 0)] };
    expect(() => checkPlan(plan, model)).toThrow(
      "the worlds wait for one another: world 0 needs z of layer 1 of world 1 for its z of layer 1; world 1 needs z of layer 1 of world 0 for its z of layer 1.",
    );
  });
});

describe("parsePlan()", () => {
  test.each([
    [
      {
        ...good,
        changes: [{ world: 0, where: { site: "resid", layer: 0, at: "all" }, change: { op: "set", to: "zero" } }],
      },
      'changes[0].where.site: is "resid"; write "residPre" or "q"',
    ],
    [{ ...good, worlds: [] }, "worlds: is a list of 0; write at least 1 entries."],
    [{ worlds: [{ ids }], read: [] }, "changes: missing; write a list."],
  ])("%#", (data, sentence) => {
    expect(() => parsePlan(data)).toThrow(sentence);
  });

  test("a plan that was written and read is the same, with the same hash whatever the order of its fields", () => {
    const plan = withChange({ at: "both", units: [1] }, { op: "add", what: { vector: [1.5] }, scale: -2 });
    const { read, changes, worlds } = parsePlan(JSON.parse(JSON.stringify(plan)));
    expect({ read, changes, worlds }).toEqual(plan);
    expect(planHash({ read, changes, worlds })).toBe(planHash(plan));
    expect(planHash({ ...plan, read: [] })).not.toBe(planHash(plan));
  });
});
