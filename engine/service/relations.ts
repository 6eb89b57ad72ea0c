// Relations as the workbench asks for them: fitted one at a time, kept with their maps, applied and used to edit.
import type { Execution } from "../choices/execution.ts";
import { Executor } from "../activations/executor.ts";
import type { RelationApplication, RelationChoice, RelationEdit, RelationFit } from "../contract.ts";
import { openModel } from "../model/open.ts";
import { applyRelation, editRelation, relateTask, type RelationOutcome } from "../session/fit-relation-task.ts";
import { readAside } from "../session/read-aside.ts";
import type { EventLog } from "./event-log.ts";
import { WorkQueue } from "./work-queue.ts";

export class Relations {
  private turn: Promise<unknown> = Promise.resolve();
  private open: { readonly name: string; readonly executor: Executor } | undefined;
  private controller = new AbortController();
  /** By choice. */
  private readonly fits = new Map<string, RelationOutcome>();

  constructor(
    private readonly log: EventLog,
    private readonly execution: Execution,
    private readonly queue = new WorkQueue(),
  ) {}

  fit(choice: RelationChoice): Promise<RelationFit> {
    return this.inTurn(choice, async (executor) => {
      const { fitted, content, notes } = await this.fitted(choice, executor);
      const { record, controls } = fitted;
      return { figures: record, controls, sweeps: content.sweeps, subjects: content.subjects, notes };
    });
  }

  stop(): void {
    this.controller.abort();
  }

  apply(choice: RelationChoice, subject: string): Promise<RelationApplication> {
    return this.inTurn(choice, async (executor) =>
      applyRelation(executor, await this.stored(choice, executor), subject),
    );
  }

  edit(choice: RelationChoice, subject: string, object: string): Promise<RelationEdit> {
    return this.inTurn(choice, async (executor) =>
      editRelation(executor, await this.stored(choice, executor), subject, object),
    );
  }

  private async stored(choice: RelationChoice, executor: Executor) {
    const { content, fitted } = await this.fitted(choice, executor);
    return { file: content, map: fitted.map };
  }

  private async fitted(choice: RelationChoice, executor: Executor): Promise<RelationOutcome> {
    const { task, model, estimator, samples, seeds } = choice;
    const key = JSON.stringify([task, model, estimator, samples, seeds]);
    const known = this.fits.get(key);
    if (known) return known;
    this.controller = new AbortController();
    const settings = { estimators: [estimator], samples, seeds, template: 1, given: {} };
    const { signal } = this.controller;
    const onProgress = (done: number, total: number) => this.log.add({ type: "relation", task, done, total });
    const [made] = await this.queue.run(signal, async () =>
      relateTask(executor, await readAside("relation", task, signal), settings, { signal, onProgress }),
    );
    this.fits.set(key, made);
    return made;
  }

  /** After the requests before it, on the model that it names. */
  private inTurn<T>(choice: RelationChoice, work: (executor: Executor) => Promise<T>): Promise<T> {
    const mine = this.turn.then(async () => work(await this.executor(choice.model)));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async executor(name: string): Promise<Executor> {
    if (this.open?.name === name) return this.open.executor;
    const before = this.open;
    this.open = undefined;
    if (before) {
      await before.executor.dispose();
      before.executor.model.close();
    }
    const executor = new Executor(openModel(name), this.execution);
    this.open = { name, executor };
    return executor;
  }
}
