// One executor a model and process of tests: to open SmolLM2 and to build its first programs takes five seconds of the processor, and
// what a run leaves behind are programs, which change no value.
import { Executor } from "../../engine/activations/executor.ts";
import { openModel } from "../../engine/model/open.ts";

const opened = new Map<string, Executor>();

/** Open until the process ends: nobody disposes of it. */
export function executorOf(model: string): Executor {
  const executor = opened.get(model) ?? new Executor(openModel(model));
  opened.set(model, executor);
  return executor;
}
