import { expect, test, vi } from "vitest";
import type { Executor } from "../activations/executor.ts";
import { withModel } from "./open-model.ts";

/** Does work that keeps two things; what was given back, in order. */
async function givenBack(work: () => Promise<void>): Promise<string[]> {
  const order: string[] = [];
  const thing = (name: string) => ({ dispose: () => void order.push(name) });
  await withModel("sprig", {}, async (executor: Executor, keep) => {
    const { dispose } = executor;
    vi.spyOn(executor, "dispose").mockImplementation(() => (order.push("executor"), dispose.call(executor)));
    const { close } = executor.model;
    vi.spyOn(executor.model, "close").mockImplementation(() => (order.push("model"), close.call(executor.model)));
    keep(thing("first"));
    keep(thing("second"));
    await work();
    order.push("work");
  }).catch((error: Error) => order.push(error.message));
  return order;
}

test("what the work keeps is given back behind it, the last first, then the executor and the model", async () => {
  expect(await givenBack(async () => {})).toEqual(["work", "second", "first", "executor", "model"]);
});

test("work that fails gives back as much, and its error is passed on", async () => {
  const fails = () => Promise.reject(new Error("No such place."));
  expect(await givenBack(fails)).toEqual(["second", "first", "executor", "model", "No such place."]);
});

test("a name that there is no model of is refused before any work", async () => {
  await expect(withModel("no/such-model", {}, () => Promise.reject(new Error("unreached")))).rejects.toMatchObject({
    code: "model-not-found",
  });
});
