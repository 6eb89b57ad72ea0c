import { expect, test } from "vitest";
import { JobQueue } from "./job-queue.ts";

function queueOf(...asked: readonly string[]): JobQueue {
  const queue = new JobQueue();
  for (const id of asked) queue.add(id, "asked");
  return queue;
}

test("jobs take turns as they came, and what a person asked for goes before background checks", () => {
  const queue = new JobQueue();
  queue.add("check", "background");
  queue.add("a", "asked");
  queue.add("later check", "background");
  queue.add("b", "asked");
  expect(queue.ids).toEqual(["a", "b", "check", "later check"]);
  expect([queue.take(), queue.take(), queue.ids]).toEqual(["a", "b", ["check", "later check"]]);
});

test("a job that gave its turn away is the next of its kind", () => {
  const queue = queueOf("a");
  queue.add("check", "background");
  queue.add("yielded", "background", "first");
  expect(queue.ids).toEqual(["a", "yielded", "check"]);
});

test("a job is moved before another one, or to the end; one that is not there moves nothing", () => {
  const queue = queueOf("a", "b", "c");
  queue.move("c", "a");
  expect(queue.ids).toEqual(["c", "a", "b"]);
  queue.move("c", undefined);
  queue.move("d", "a");
  queue.move("b", "b");
  expect(queue.ids).toEqual(["a", "b", "c"]);
});

test("a moved background check stays where it was put", () => {
  const queue = queueOf("a", "b");
  queue.add("check", "background");
  queue.move("check", "b");
  expect(queue.ids).toEqual(["a", "check", "b"]);
});

test("a job that is taken out has no turn", () => {
  const queue = queueOf("a", "b");
  queue.remove("a");
  expect([queue.take(), queue.take()]).toEqual(["b", undefined]);
});
