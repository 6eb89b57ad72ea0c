import { expect, test } from "vitest";
import type { EngineApi, EngineEvent } from "../../engine/contract.ts";
import { CallFailure } from "../client/wire-failure.ts";
import { DownloadDesk } from "./download-desk.svelte.ts";

function desk(ending: Promise<void>) {
  const asked: string[] = [];
  const api = {
    fetchModel: (name: string) => (asked.push(name), ending),
    stopFetch: () => (asked.push("stop"), Promise.resolve()),
  } as unknown as EngineApi;
  const made = new DownloadDesk(
    () => api,
    () => (asked.push("arrived"), Promise.resolve()),
  );
  return { made, asked };
}
const bytes = (model: string, done: number): EngineEvent => ({ seq: 1, type: "download", model, done, total: 10 });

test("a model is asked for by its name, watched, and listed once it is whole", async () => {
  let end: () => void = () => undefined;
  const { made, asked } = desk(new Promise<void>((resolve) => (end = resolve)));
  made.name = " EleutherAI/pythia-70m ";
  const fetched = made.fetch();
  made.note([bytes("another", 9), bytes("EleutherAI/pythia-70m", 3)]);
  expect([made.fetching, made.progress]).toEqual(["EleutherAI/pythia-70m", { done: 3, total: 10 }]);
  end();
  await fetched;
  expect([made.fetching, made.name, asked]).toEqual([undefined, "", ["EleutherAI/pythia-70m", "arrived"]]);
});

test("a failure is shown and the name stays; a stop is no failure", async () => {
  const failed = desk(Promise.reject(new CallFailure({ code: "download", message: "No such model." })));
  failed.made.name = "nobody/nothing";
  await failed.made.fetch();
  expect([failed.made.failure?.message, failed.made.name]).toEqual(["No such model.", "nobody/nothing"]);
  const stopped = desk(Promise.reject(new CallFailure({ code: "cancelled", message: "Stopped." })));
  stopped.made.name = "nobody/nothing";
  await stopped.made.fetch();
  expect([stopped.made.failure, stopped.made.name]).toEqual([undefined, "nobody/nothing"]);
});
