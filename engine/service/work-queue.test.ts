import { expect, test } from "vitest";
import { WorkQueue } from "./work-queue.ts";

const never = () => new AbortController().signal;

/** Work that ends when it is told to, and notes when it begins. */
function pieces(queue: WorkQueue) {
  const begun: string[] = [];
  const ask = (name: string, signal = never()) => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const done = queue.run(signal, async () => {
      begun.push(name);
      await ended;
      return name;
    });
    return { done, end };
  };
  return { begun, ask };
}

test("one piece runs at a time, the others in the order in which they were asked for", async () => {
  const { begun, ask } = pieces(new WorkQueue());
  const [a, b, c] = [ask("a"), ask("b"), ask("c")];
  a.end();
  expect(await a.done).toBe("a");
  b.end();
  await b.done;
  c.end();
  await c.done;
  expect(begun).toEqual(["a", "b", "c"]);
});

test("work that is asked for as soon as a turn is given does not come before it", async () => {
  const queue = new WorkQueue();
  const { begun, ask } = pieces(queue);
  const [a, b] = [ask("a"), ask("b")];
  a.end();
  await a.done;
  const c = ask("c");
  expect(queue.isBusy).toBe(true);
  b.end();
  await b.done;
  c.end();
  await c.done;
  expect([begun, queue.isBusy]).toEqual([["a", "b", "c"], false]);
});

test("work that is stopped while it waits never begins, and nobody waits for it", async () => {
  const { begun, ask } = pieces(new WorkQueue());
  const controller = new AbortController();
  const [a, b, c] = [ask("a"), ask("b", controller.signal), ask("c")];
  controller.abort();
  await expect(b.done).rejects.toMatchObject({ code: "cancelled" });
  a.end();
  await a.done;
  c.end();
  await c.done;
  expect(begun).toEqual(["a", "c"]);
});

test("work that fails gives its turn on", async () => {
  const queue = new WorkQueue();
  const failed = queue.run(never(), () => Promise.reject(new Error("broken")));
  const after = queue.run(never(), () => Promise.resolve("after"));
  await expect(failed).rejects.toThrow("broken");
  expect([await after, queue.isBusy]).toEqual(["after", false]);
});
