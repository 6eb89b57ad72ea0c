// Answers a client at the other end of a line: the calls of the contract, by their own names, with arguments that were checked.
//
// The client speaks Comlink; of its messages only the call of a function is answered, so that nothing can be set or reached into.
import type { Endpoint } from "comlink";
import { z } from "zod";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { checked } from "../choices/checked.ts";
import type { EngineApi } from "../contract.ts";
import { VERB_ROWS, type VerbName } from "../contract/verbs.ts";
import { ARGUMENTS, OF_A_VERB } from "./arguments.ts";
import { wireError } from "./wire-error.ts";

/** Comlink's call of a function; every argument as plain data. */
const CALL = z.object({
  type: z.literal("APPLY"),
  path: z.tuple([z.string().max(100)]),
  argumentList: z.array(z.object({ type: z.literal("RAW"), value: z.unknown() })).max(10),
});

/** Comlink sends it when a client's proxy is gone; nothing is kept for it here. */
const RELEASED = z.object({ type: z.literal("RELEASE") });

const ID = z.object({ id: z.string().min(1).max(200) });

/** Errors are answered as plain data: Comlink would drop their code and place. */
export function serveEngine(api: EngineApi, endpoint: Endpoint): void {
  const hear = (event: Event) => {
    void answer(api, (event as MessageEvent).data, (reply) => endpoint.postMessage(reply));
  };
  endpoint.addEventListener("message", hear);
  endpoint.start?.();
}

async function answer(api: EngineApi, message: unknown, post: (reply: object) => void): Promise<void> {
  const asked = ID.safeParse(message);
  // Whoever does not say what the answer belongs to cannot be answered.
  if (!asked.success) return;
  const { id } = asked.data;
  const fail = (error: unknown) => post({ id, type: "HANDLER", name: "throw", value: thrown(error) });
  try {
    post({ id, type: "RAW", value: await called(api, message) });
  } catch (error) {
    try {
      fail(error);
    } catch {
      // The line is gone, and with it whoever waits for the answer.
    }
  }
}

const thrown = (error: unknown) => ({ isError: false, value: wireError(error) });

/** @throws EngineError "usage" for what is no call of the contract; as the call */
async function called(api: EngineApi, message: unknown): Promise<unknown> {
  if (RELEASED.safeParse(message).success) return undefined;
  const call = CALL.safeParse(message);
  if (!call.success) throw new EngineError("usage", say`Only calls of the engine's contract are answered here.`);
  const [name] = call.data.path;
  if (!isCall(name)) throw new EngineError("usage", say`The engine has no call "${name}".`);
  const values = call.data.argumentList.map(({ value }) => value);
  const schemas: readonly z.ZodType[] = ARGUMENTS[name];
  const needed = schemas.findLastIndex((schema) => !schema.safeParse(undefined).success) + 1;
  if (values.length > schemas.length || values.length < needed) {
    throw new EngineError("usage", say`${name} takes ${schemas.length} arguments, not ${values.length}.`);
  }
  const what = (i: number) => say`argument ${i + 1} of ${name}`;
  const args: unknown[] = schemas.map((schema, i) => checked(schema, values[i], what(i)));
  if (OF_A_VERB.some((own) => own === name))
    args[1] = checked(VERB_ROWS[args[0] as VerbName].settings, args[1], what(1));
  return (api[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
}

function isCall(name: string): name is keyof typeof ARGUMENTS {
  return Object.hasOwn(ARGUMENTS, name);
}
