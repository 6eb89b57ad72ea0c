// The one opener of models: a model with its executor, and whatever else is opened beside it, given back together.
import { Executor } from "../activations/executor.ts";
import type { Execution } from "../choices/execution.ts";
import { openModel } from "../model/open.ts";

/** Says that a thing is given back with the model; returns it. */
export type Keep = <K extends { dispose(): unknown }>(thing: K) => K;

/** A model that stays open until `close`. @throws EngineError as `openModel` */
export class OpenedModel {
  readonly executor: Executor;
  private readonly kept: { dispose(): unknown }[] = [];

  constructor(name: string, execution?: Execution) {
    this.executor = new Executor(openModel(name), execution);
  }

  readonly keep: Keep = (thing) => {
    this.kept.push(thing);
    return thing;
  };

  /** Gives back what was kept, the last first, then the executor and the model. */
  async close(): Promise<void> {
    for (const thing of this.kept.splice(0).reverse()) await thing.dispose();
    await this.executor.dispose();
    this.executor.model.close();
  }
}

/**
 * Opens a model, does the work, and gives back what was opened, whatever happens.
 *
 * @throws EngineError as `openModel` and the work
 */
export async function withModel<T>(
  name: string,
  { execution }: { readonly execution?: Execution | undefined },
  work: (executor: Executor, keep: Keep) => Promise<T>,
): Promise<T> {
  const opened = new OpenedModel(name, execution);
  try {
    return await work(opened.executor, opened.keep);
  } finally {
    await opened.close();
  }
}
