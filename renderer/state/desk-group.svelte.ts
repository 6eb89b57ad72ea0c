// Several jobs of one verb that were asked for together, each with a desk: they take their turns, and are stopped together.
import type { AskedOf, VerbName } from "../../engine/contract/verbs.ts";
import type { StoredResult } from "../../engine/contract/jobs.ts";
import type { EngineEvent, WireError } from "../../engine/contract.ts";
import { Desk, type DeskApi } from "./desk.svelte.ts";

export class DeskGroup<Name extends VerbName> {
  /** In the order in which they were asked for. */
  desks = $state.raw<readonly Desk<Name>[]>([]);
  private stopping = false;

  /** @param arrived hears of every result */
  constructor(
    private readonly api: () => DeskApi,
    private readonly verb: Name,
    private readonly arrived: (stored: StoredResult<Name>) => void,
  ) {}

  get active(): boolean {
    return this.desks.some(({ active }) => active);
  }

  /** The one that works, else the next. */
  get current(): Desk<Name> | undefined {
    return (
      this.desks.find(({ job, active }) => active && job?.state === "running") ??
      this.desks.find(({ active }) => active)
    );
  }

  /** Of the first that failed. */
  get error(): WireError | undefined {
    return this.desks.find(({ error }) => error)?.error;
  }

  /** Asks for all of them, in the place of those before; after a refusal for no more. */
  async start(asked: readonly AskedOf<Name>[]): Promise<void> {
    this.stopping = false;
    this.desks = asked.map(() => new Desk(this.api, this.verb, this.arrived));
    for (const [i, desk] of this.desks.entries()) {
      if (this.stopping || (await desk.start(asked[i])) === undefined) return;
    }
  }

  /** The waiting ones first, so that none of them begins. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const desk of [...this.desks].reverse()) if (desk.active) await desk.stop();
  }

  note(events: readonly EngineEvent[]): void {
    for (const desk of this.desks) desk.note(events);
  }

  async catchUp(): Promise<void> {
    await Promise.all(this.desks.map((desk) => desk.catchUp()));
  }
}
