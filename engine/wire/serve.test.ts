// A table of hostile messages: each is refused with a sentence, makes no call, and changes nothing that others share.
import type { Endpoint } from "comlink";
import { expect, test } from "vitest";
import type { EngineApi } from "../contract.ts";
import { leavesOf } from "../choices/option.ts";
import { VERB_NAMES, VERB_ROWS } from "../contract/verbs.ts";
import { ARGUMENTS, OF_A_VERB } from "./arguments.ts";
import { nearEnd } from "./listeners.ts";
import { serveEngine } from "./serve.ts";

type Name = keyof EngineApi;
const NAMES = Object.keys(ARGUMENTS) as Name[];

/** A line to an engine that writes down which calls are made. */
function line() {
  const made: string[] = [];
  const waiting = new Map<string, (reply: unknown) => void>();
  const calls = NAMES.map((name) => [name, () => Promise.resolve(void made.push(name))]);
  const { endpoint, deliver } = nearEnd((reply) => waiting.get((reply as { id: string }).id)?.(reply));
  serveEngine(Object.fromEntries(calls) as unknown as EngineApi, endpoint as Endpoint);
  let asked = 0;
  const send = (message: object) =>
    new Promise<unknown>((resolve) => {
      const id = `m${++asked}`;
      waiting.set(id, resolve);
      deliver({ id, ...message });
    });
  return { made, send, deliver };
}

const raw = (value: unknown) => ({ type: "RAW", value });
const call = (name: string, ...values: unknown[]) => ({ type: "APPLY", path: [name], argumentList: values.map(raw) });
const refused = (message: unknown) => ({
  type: "HANDLER",
  name: "throw",
  value: { isError: false, value: { code: "usage", message } },
});

test.each([
  ["arguments that are a number", { type: "APPLY", path: ["hello"], argumentList: 5 }],
  ["an argument that is null", { type: "APPLY", path: ["hello"], argumentList: [null] }],
  [
    "an unknown handler",
    { type: "APPLY", path: ["hello"], argumentList: [{ type: "HANDLER", name: "nope", value: 1 }] },
  ],
  ["a proxy", { type: "APPLY", path: ["hello"], argumentList: [{ type: "HANDLER", name: "proxy", value: {} }] }],
  ["a thrown error", { type: "APPLY", path: ["hello"], argumentList: [{ type: "HANDLER", name: "throw", value: {} }] }],
  ["no path", { type: "APPLY", path: null }],
  ["a path that is a text", { type: "APPLY", path: "hello" }],
  ["a path that is a number", { type: "GET", path: 5 }],
  ["a path of 200,000 names", { type: "GET", path: Array<string>(200_000).fill("constructor") }],
  ["a type that does not exist", { type: "ZZZ", path: ["hello"] }],
  ["GET", { type: "GET", path: ["hello"] }],
  ["ENDPOINT", { type: "ENDPOINT", path: [] }],
  ["a function out of a prototype", { type: "APPLY", path: ["constructor", "constructor"], argumentList: [raw("1")] }],
  ["CONSTRUCT", { type: "CONSTRUCT", path: ["hello", "constructor"], argumentList: [raw("return process.env")] }],
  ["SET of a prototype", { type: "SET", path: ["__proto__", "polluted"], value: raw("yes") }],
  ["SET of Object", { type: "SET", path: ["constructor", "prototype", "polluted"], value: raw("yes") }],
  ["SET of Object.entries", { type: "SET", path: ["constructor", "entries"], value: raw(5) }],
])("%s is refused, and reaches nothing", async (_what, message) => {
  const { made, send } = line();
  expect(await send(message)).toMatchObject(refused("Only calls of the engine's contract are answered here."));
  expect([made, ({} as { polluted?: unknown }).polluted, typeof Object.entries]).toEqual([[], undefined, "function"]);
});

test.each(["nope", "constructor", "__proto__", "toString", "hasOwnProperty"])("%s is no call", async (name) => {
  expect(await line().send(call(name))).toMatchObject(refused(`The engine has no call "${name}".`));
});

/** Values that no call takes as its first argument. */
const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  true,
  -1,
  Number.NaN,
  "",
  "x\0y",
  "x".repeat(20_000),
  [],
  {},
  JSON.parse('{"__proto__": {"polluted": "yes"}}'),
  { task: "t.yaml", model: "m", __proto__: null, threshold: 2 },
  new Map([["task", "t.yaml"]]),
  new Date(0),
  1n,
];

test("every call refuses every hostile argument with its place, and is not made", async () => {
  const { made, send } = line();
  for (const name of NAMES.filter((own) => ARGUMENTS[own].length > 0)) {
    const rest = ARGUMENTS[name].slice(1).map(() => "France");
    for (const value of HOSTILE) {
      const sentence: unknown = expect.stringMatching(new RegExp(`^argument 1 of ${name}(\\.| is| has)`));
      expect(await send(call(name, value, ...rest)), name).toMatchObject(refused(sentence));
    }
  }
  expect([made, ({} as { polluted?: unknown }).polluted]).toEqual([[], undefined]);
});

const TASK = { task: "tasks/ioi.yaml", model: "sprig" };

test.each<[Name, object, string]>([
  [
    "measure",
    { ...TASK, units: ["legs"], kept: [], split: "heldOut" },
    'argument 1 of measure.units.0 is "legs". Choose among head, mlp, neuron, feature, error.',
  ],
  ["preview", { ...TASK, journal: "/x" }, 'argument 1 of preview has no "journal"; correct the name or leave it out.'],
  [
    "preview",
    { ...TASK, examples: { discovery: 1e9 } },
    "argument 1 of preview.examples.discovery is 1000000000. Give a whole number from 1 to 100000.",
  ],
  [
    "measure",
    { ...TASK, units: ["head"], kept: ["legs"], split: "heldOut" },
    'argument 1 of measure.kept.0 is "legs".',
  ],
])("%s says what is wrong in %j", async (name, value, sentence) => {
  expect(await line().send(call(name, value))).toMatchObject(refused(expect.stringContaining(sentence)));
});

test.each(VERB_NAMES)("start and command refuse settings that %s does not have, and make no job", async (verb) => {
  const { made, send } = line();
  for (const name of OF_A_VERB) {
    const what = `argument 2 of ${name}`;
    const foreign = refused(expect.stringContaining(`${what} has no "legs"; correct the name or leave it out.`));
    expect(await send(call(name, verb, { legs: 4 }))).toMatchObject(foreign);
    for (const { path, schema } of leavesOf(VERB_ROWS[verb].settings)) {
      const wrong = path.reduceRight<unknown>((value, key) => ({ [key]: value }), new Date(0));
      const place = refused(expect.stringContaining([what, ...path].join(".")));
      expect(await send(call(name, verb, wrong)), path.join(".")).toMatchObject(place);
      expect(schema.safeParse(new Date(0)).success).toBe(false);
    }
    for (const value of HOSTILE.filter((own) => typeof own !== "object" || own === null || Array.isArray(own))) {
      expect(await send(call(name, verb, value))).toMatchObject(refused(expect.stringMatching(`^${what} is`)));
    }
  }
  expect(made).toEqual([]);
});

test("a setting out of its bounds is refused with both", async () => {
  expect(await line().send(call("start", "prune", { ...TASK, budget: -1 }))).toMatchObject(
    refused("argument 2 of start.budget is -1. Give a whole number from 0 to 1000000000."),
  );
});

test("a verb and a priority that there are not are refused; a priority may be left out", async () => {
  const { made, send } = line();
  const settings = { text: "a" };
  expect(await send(call("start", "dream", settings))).toMatchObject(
    refused(expect.stringContaining('argument 1 of start is "dream". Choose among')),
  );
  expect(await send(call("start", "lens", settings, "now"))).toMatchObject(
    refused('argument 3 of start is "now". Choose among asked, background.'),
  );
  for (const rest of [[], [undefined], ["background"]]) await send(call("start", "lens", settings, ...rest));
  expect(await send(call("start", "lens", settings, "asked", 4))).toMatchObject(
    refused("start takes 3 arguments, not 4."),
  );
  expect(made).toEqual(["start", "start", "start"]);
});

test("a call is made with what its schema names, and one of too many arguments is not", async () => {
  const { made, send } = line();
  expect(await send(call("preview", TASK))).toMatchObject({ type: "RAW" });
  expect(await send(call("hello", 1))).toMatchObject(refused("hello takes 0 arguments, not 1."));
  expect(made).toEqual(["preview"]);
});

test("a message without a name for its answer is passed over", async () => {
  const { made, send, deliver } = line();
  for (const message of [undefined, null, 5, "hello", [], { ...call("hello") }, { ...call("hello"), id: 7 }])
    deliver(message);
  await send(call("listTasks"));
  expect(made).toEqual(["listTasks"]);
});
