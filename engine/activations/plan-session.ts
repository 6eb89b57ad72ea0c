// Generates under plans: every prompt is run once, then one token a step, with the keys and values of all earlier ones kept.
//
// It says what the logits are, not which token to take: whoever samples feeds back what was chosen, row by row.
import { append } from "../base/append.ts";
import { greatest } from "../base/greatest.ts";
import { assertInternal, EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { Site } from "../transformer/sites.ts";
import { runBlock } from "./block.ts";
import type { Executor } from "./executor.ts";
import { KeyValueCache } from "./key-value-cache.ts";
import { rowBudget } from "./chunk.ts";
import { Packing, type Reals, takeRows, zeros } from "./packing.ts";
import type { Plan } from "./plan.ts";
import type { Prompt } from "../task/prompt.ts";
import { checkPlan } from "./plan-checks.ts";
import { notesOn } from "./plan-notes.ts";
import { holdsAt, SiteView } from "./plan-places.ts";
import { type Fired, type Member, PlanRunner } from "./plan-runner.ts";
import { inBatches, type PlanOptions } from "./run-plan.ts";

export interface SessionOptions extends PlanOptions {
  /** The world of each plan that goes on; the others are run once, for the values taken from them. Default: 0. */
  readonly world?: number;
}

/** One text that grows. */
export interface SessionRow {
  /** Number of its plan. */
  readonly plan: number;
  /** Prompt and generated tokens. */
  readonly ids: readonly number[];
  /** How many of them were generated. */
  readonly generated: number;
}

/** A token for one row. */
export interface NextToken {
  readonly row: number;
  readonly id: number;
}

interface Row extends SessionRow {
  readonly ids: number[];
  generated: number;
  readonly runner: PlanRunner;
  readonly member: Member;
  /** Its place among the keys and values. */
  readonly slot: number;
}

/**
 * Changes act as in `runPlans` on the same tokens: those of step "prompt" on the prompt, "generated" from the first token that is
 * fed to `next` on, "every" on both. The first generated token is chosen at the prompt's last position, so what must
 * change that choice holds at the prompt's "end".
 */
export class PlanSession {
  private readonly rowsInside: Row[] = [];
  private readonly lastLogits: Reals[] = [];

  private constructor(
    private readonly executor: Executor,
    private readonly plans: readonly Plan[],
    private readonly cache: KeyValueCache,
    private readonly options: SessionOptions,
  ) {}

  /**
   * Runs the prompts of all plans together; plan p is row p.
   *
   * @throws EngineError "usage" before anything runs, with the place in the plan; "cancelled"
   */
  static async open(executor: Executor, plans: readonly Plan[], options: SessionOptions = {}): Promise<PlanSession> {
    const { resources, signal, world = 0 } = options;
    const { config } = executor.model;
    for (const plan of plans) {
      if (world >= plan.worlds.length) {
        throw new EngineError(
          "usage",
          say`There is no world ${world} to go on with; the plan has ${plan.worlds.length}, from 0.`,
        );
      }
      checkPlan(plan, executor.model, { resources, generating: [world] });
    }
    const session = new PlanSession(executor, plans, new KeyValueCache(config, executor.precision), options);
    for (const group of inBatches(plans, rowBudget(config), { areShared: true })) {
      const keep = { world: () => world, sites: ["k", "v"] } as const;
      const runner = new PlanRunner(executor, group, { resources, signal, keep });
      await runner.run();
      await session.begin(runner, group.length, world);
    }
    return session;
  }

  /** Rows of plans whose prompts were run. */
  private async begin(runner: PlanRunner, count: number, world: number): Promise<void> {
    const { executor, cache } = this;
    const { dModel, nLayers } = executor.model.config;
    const ends = zeros(executor.precision, count * dModel);
    for (let p = 0; p < count; p++) {
      const member = runner.members.find((one) => one.plan === p && one.world === world)!;
      const { ids, generated = 0 } = member.prompt;
      const slot = cache.open(ids.length, (layer, site, position) => runner.view(p, world, site, layer).read(position));
      this.rowsInside.push({ plan: this.rowsInside.length, ids: [...ids], generated, runner, member, slot });
      ends.set(runner.view(p, world, "residPost", nLayers - 1).read(ids.length - 1), p * dModel);
    }
    append(this.lastLogits, this.cut(await executor.logits(await executor.finalNorm(ends))));
  }

  get rows(): readonly SessionRow[] {
    return this.rowsInside;
  }

  /** "dVocab", at the last token of a row. */
  logits(row: number): Reals {
    return this.lastLogits[row];
  }

  /** How many tokens a row can still take before the model's context is full. */
  room(row: number): number {
    return this.executor.model.config.nContext - this.rowsInside[row].ids.length;
  }

  /** A further row that begins as this one stands now, for another continuation of it. @returns its number */
  fork(row: number): number {
    const own = this.rowsInside[row];
    const slot = this.cache.copy(own.slot);
    this.lastLogits.push(this.lastLogits[row]);
    return this.rowsInside.push({ ...own, ids: [...own.ids], slot }) - 1;
  }

  /**
   * Feeds one token to each of some rows; `logits` of these rows are new then.
   *
   * @throws EngineError "usage" where a row's context is full or there is no such token; "cancelled"
   */
  async next(tokens: readonly NextToken[]): Promise<void> {
    if (this.options.signal?.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
    this.checkTokens(tokens);
    const { executor, cache } = this;
    const { config } = executor.model;
    const rows = tokens.map(({ row }) => this.rowsInside[row]);
    cache.reserve(greatest(rows.map(({ ids }) => ids.length + 1)));
    const packing = new Packing(
      rows.map(({ ids, slot }) => ({ length: ids.length + 1, first: ids.length, prefixRow: cache.firstRow(slot) })),
    );
    tokens.forEach(({ id }, t) => {
      rows[t].ids.push(id);
      rows[t].generated++;
    });
    let stream = executor.embed(
      tokens.map(({ id }) => id),
      packing.positions,
    );
    for (let layer = 0; layer < config.nLayers; layer++) {
      stream = await runBlock(executor, layer, packing, stream, {
        prefix: cache.rows(layer),
        wanted: ["k", "v"],
        keep: (site, value) => this.remember(rows, layer, site, value),
        changed: this.changedSites(rows, layer),
        change: (site, value) => this.changed(rows, packing, layer, site, value),
      });
    }
    const logits = this.cut(await executor.logits(await executor.finalNorm(stream)));
    tokens.forEach(({ row }, t) => (this.lastLogits[row] = logits[t]));
  }

  /** What the changes of a plan did so far, on its prompt and on every row that goes on from it. */
  fired(plan: number): Fired[] {
    const { runner, member } = this.rowsInside[plan];
    return runner.firedOf(member.plan);
  }

  /** What may not have been meant, as the rows stand now. */
  notes(plan: number): Sentence[] {
    const { world = 0 } = this.options;
    const rows = this.rowsInside.filter((row) => row.plan === plan);
    const longest = rows.reduce((a, b) => (b.ids.length > a.ids.length ? b : a));
    const { worlds, changes } = this.plans[plan];
    const prompts = worlds.map((prompt, w) => (w === world ? promptOf(longest) : prompt));
    // Every token but the last was read to choose the next.
    const read = [{ world, site: "logits", at: "end" }] as const;
    return notesOn({ worlds: prompts, changes, read }, this.executor.model.config, this.fired(plan));
  }

  private checkTokens(tokens: readonly NextToken[]): void {
    assertInternal(new Set(tokens.map(({ row }) => row)).size === tokens.length, "two tokens for one row");
    const { config, name } = this.executor.model;
    for (const { row, id } of tokens) {
      if (!(Number.isInteger(id) && id >= 0 && id < config.dVocab)) {
        throw new EngineError("usage", say`There is no token ${id}; ${name} has ${config.dVocab}, from 0.`, { id });
      }
      if (this.room(row) > 0) continue;
      const { length } = this.rowsInside[row].ids;
      const sentence = say`The text has ${length} tokens and ${name} reads at most ${config.nContext}; it ends here.`;
      throw new EngineError("usage", sentence, { length, nContext: config.nContext });
    }
  }

  /** Sites of a layer at which some row's last token is changed. */
  private changedSites(rows: readonly Row[], layer: number): Site[] {
    return [...new Set(rows.flatMap((row) => due(row, layer).map(({ planned }) => planned.where.site)))];
  }

  private async changed(
    rows: readonly Row[],
    packing: Packing,
    layer: number,
    site: Site,
    value: Reals,
  ): Promise<Reals> {
    const copy = value.slice();
    for (const [run, row] of rows.entries()) {
      for (const placed of due(row, layer)) {
        if (placed.planned.where.site !== site) continue;
        const view = new SiteView(this.executor.model.config, site, copy, packing, run);
        await row.runner.apply(row.member, placed, [row.ids.length - 1], view);
      }
    }
    return copy;
  }

  private remember(rows: readonly Row[], layer: number, site: Site, value: Reals): void {
    assertInternal(site === "k" || site === "v", `${site} is not kept`);
    const width = value.length / rows.length;
    rows.forEach(({ slot, ids }, r) =>
      this.cache.set(slot, layer, site, ids.length - 1, value.subarray(r * width, (r + 1) * width)),
    );
  }

  private cut(logits: Reals): Reals[] {
    const { dVocab } = this.executor.model.config;
    return Array.from({ length: logits.length / dVocab }, (_, r) => takeRows(logits, dVocab, [r]));
  }
}

const promptOf = ({ ids, generated, member }: Row): Prompt => ({ ...member.prompt, ids, generated });

/** Changes of a layer that hold at a row's last token. */
const due = (row: Row, layer: number) =>
  row.member.changes.filter(({ planned: { where } }) => {
    return where.layer === layer && holdsAt(promptOf(row), where.at, where.step, row.ids.length - 1);
  });
