import { expect, test } from "vitest";
import type { EngineApi, OpenedTask, TaskSource } from "../../engine/contract.ts";
import { CallFailure } from "../client/wire-failure.ts";
import { TaskDesk } from "./task-desk.svelte.ts";

const task = (file: string) => ({ file, name: file }) as unknown as OpenedTask;

/** A desk whose engine answers when it is told to, by the file that was asked for. */
function deskAnswered() {
  const answers = new Map<string, { give(task: OpenedTask): void; refuse(thrown: unknown): void }>();
  const noted: string[] = [];
  const api = {
    openTask: (source: TaskSource) =>
      new Promise<OpenedTask>((give, refuse) => answers.set("file" in source ? source.file : "", { give, refuse })),
  } as Partial<EngineApi>;
  const desk = new TaskDesk(() => api as EngineApi, {
    noteOpened: (file) => noted.push(`opened ${file}`),
    noteMissing: (file) => noted.push(`missing ${file}`),
  });
  return { desk, noted, answer: (file: string) => answers.get(file)! };
}

test("a task is opening until it is open", async () => {
  const { desk, noted, answer } = deskAnswered();
  const became = desk.open({ file: "a.yaml" });
  expect([desk.opening, desk.task]).toEqual(["a.yaml", undefined]);
  answer("a.yaml").give(task("a.yaml"));
  expect(await became).toBe("opened");
  expect([desk.opening, desk.task, noted]).toEqual([undefined, task("a.yaml"), ["opened a.yaml"]]);
});

test("of two tasks the last one asked for opens, whichever is answered first", async () => {
  const { desk, noted, answer } = deskAnswered();
  const first = desk.open({ file: "a.yaml" });
  const second = desk.open({ file: "b.yaml" });
  answer("b.yaml").give(task("b.yaml"));
  answer("a.yaml").give(task("a.yaml"));
  expect([await first, await second]).toEqual(["superseded", "opened"]);
  expect([desk.task, noted]).toEqual([task("b.yaml"), ["opened b.yaml"]]);
});

test("what cannot be opened leaves the task that was there, and says what was wrong", async () => {
  const { desk, noted, answer } = deskAnswered();
  desk.show(task("a.yaml"));
  const became = desk.open({ file: "gone.yaml" });
  const error = { code: "missing-file" as const, message: "There is no file gone.yaml." };
  answer("gone.yaml").refuse(new CallFailure(error));
  expect(await became).toBe("broken");
  expect([desk.opening, desk.task, noted]).toEqual([undefined, task("a.yaml"), ["missing gone.yaml"]]);
  expect(desk.broken).toEqual({ name: "gone.yaml", error });
});

test("a task that a session brings is not replaced by one that was about to open", async () => {
  const { desk, answer } = deskAnswered();
  const became = desk.open({ file: "a.yaml" });
  desk.show(task("session.yaml"));
  answer("a.yaml").give(task("a.yaml"));
  expect([await became, desk.task, desk.opening]).toEqual(["superseded", task("session.yaml"), undefined]);
});
