// Looks into fitted relations: what a map says of a subject, and an edit with it. One model is kept ready; looks take turns at it.
import type { Executor } from "../activations/executor.ts";
import type { Execution } from "../choices/execution.ts";
import type { RelationApplication, RelationEdit } from "../contract/relations.ts";
import { readRelation } from "../relation/relation-file.ts";
import { applyRelation, editRelation, type OpenRelation, requireFittedOn } from "../session/fit-relation-task.ts";
import { OpenedModel } from "../session/open-model.ts";

export class Relations {
  private turn: Promise<unknown> = Promise.resolve();
  private open: { readonly name: string; readonly opened: OpenedModel } | undefined;

  constructor(private readonly execution: Execution) {}

  /** @param file `*.relation.json` */
  apply(file: string, subject: string): Promise<RelationApplication> {
    return this.inTurn(file, (executor, relation) => applyRelation(executor, relation, subject));
  }

  edit(file: string, subject: string, object: string): Promise<RelationEdit> {
    return this.inTurn(file, (executor, relation) => editRelation(executor, relation, subject, object));
  }

  /** After the looks before it, on the model that the relation was fitted on. */
  private inTurn<T>(path: string, work: (executor: Executor, relation: OpenRelation) => Promise<T>): Promise<T> {
    const mine = this.turn.then(async () => {
      const relation = readRelation(path);
      const executor = await this.executor(relation.file.model.source);
      requireFittedOn(relation.file, executor.model, path);
      return work(executor, relation);
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async executor(name: string): Promise<Executor> {
    if (this.open?.name === name) return this.open.opened.executor;
    const before = this.open;
    this.open = undefined;
    await before?.opened.close();
    const opened = new OpenedModel(name, this.execution);
    this.open = { name, opened };
    return opened.executor;
  }
}
