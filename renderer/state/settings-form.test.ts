import { expect, test } from "vitest";
import { VERB_ROWS, type VerbName } from "../../engine/contract/verbs.ts";
import { INSTRUMENTS, TABS } from "./instruments.ts";
import { SettingsForm } from "./settings-form.svelte.ts";

const bar = { model: "m", task: "t.yaml" };

test("a form has a field for every setting that the bar does not name, with what stands where nothing is written", () => {
  const { fields } = new SettingsForm("score");
  expect(fields.map(({ name, kind, otherwise }) => [name, kind, otherwise])).toEqual([
    ["seed", "text", "the task's own"],
    ["examples.discovery", "text", "the task's own"],
    ["examples.heldOut", "text", "the task's own"],
    ["examples.validation", "text", "128, or as many as there are, where a search asks for them; else 0"],
    ["corruption", "text", "the task's own"],
    ["bos", "choice", "the task's own"],
    ["ablation", "choice", "the task's own"],
    ["reference", "choice", "the task's own"],
    ["perPosition", "choice", "the task's own"],
    ["method", "choice", "attribution"],
    ["steps", "text", "5"],
    ["edges", "flag", "false"],
    ["positions", "text", ""],
  ]);
});

test("what nobody wrote is left out, and what was written is asked for as its value", () => {
  const form = new SettingsForm("score");
  form.texts["examples.discovery"] = "8";
  form.texts.positions = "S2, 3";
  form.flags.edges = true;
  expect(form.asked(bar)).toEqual({
    ...bar,
    examples: { discovery: 8 },
    edges: true,
    positions: ["S2", 3],
  });
});

test("a word that is no value of its setting, and one that is missing, are told beside their fields, and nothing is asked", () => {
  const form = new SettingsForm("fit-lens");
  form.texts.steps = "many";
  expect(form.asked(bar)).toBe(undefined);
  expect(Object.keys(form.wrong)).toEqual(["kind", "corpus", "steps"]);
  Object.assign(form.texts, { steps: "3", kind: "tuned", corpus: "c.txt" });
  expect(form.asked(bar)).toEqual({ model: "m", kind: "tuned", corpus: "c.txt", steps: 3 });
  expect(form.wrong).toEqual({});
});

test("a form that took settings over asks for the same, and forgets what was written before", () => {
  const asked = { model: "m", kind: "jacobian", corpus: "c.txt", texts: 9, skip: 0, bos: "never" } as const;
  const form = new SettingsForm("fit-lens");
  form.texts.out = "other.safetensors";
  const settings = VERB_ROWS["fit-lens"].settings.parse(asked);
  form.take(settings);
  expect(form.asked(bar)).toEqual(settings);
});

test("the verb of every instrument with a plain pane has a form that can ask for it", () => {
  const plain = TABS.flatMap((tab): VerbName[] => [INSTRUMENTS[tab].plain ?? []].flat());
  expect(plain.length).toBeGreaterThan(0);
  for (const verb of plain) expect(new SettingsForm(verb).fields.length).toBeGreaterThan(0);
});

test("a yes or no of which neither is the rule is a choice, and says either", () => {
  const form = new SettingsForm("evaluate");
  const { kind, choices } = form.fields.find(({ name }) => name === "perPosition")!;
  expect([kind, choices]).toEqual(["choice", ["yes", "no"]]);
  form.texts.circuit = "c.json";
  expect(form.asked(bar)).not.toHaveProperty("perPosition");
  form.texts.perPosition = "no";
  expect(form.asked(bar)).toMatchObject({ perPosition: false });
});
