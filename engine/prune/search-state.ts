// The circuit that a search stands at, and the runs from which its next trial resumes.
//
// A resumed search must get the same numbers to the bit, so the runs behind a state are made by a fixed sequence:
// from the first layer at every 32nd acceptance, and from the changed layer for each acceptance after it.
import type { UnitSet } from "../circuit/unit-set.ts";
import type { CircuitState, Evaluator, Trial } from "../evaluate/evaluator.ts";

const refreshEvery = 32;

export class SearchState {
  private live: CircuitState | undefined;
  private accepted: UnitSet[] = [];

  constructor(
    private readonly evaluator: Evaluator,
    private anchor: UnitSet,
  ) {}

  get kept(): UnitSet {
    return this.accepted.at(-1) ?? this.anchor;
  }

  /** A copy that goes its own way. */
  fork(): SearchState {
    const copy = new SearchState(this.evaluator, this.anchor);
    copy.accepted = [...this.accepted];
    copy.live = this.live;
    return copy;
  }

  /** The state with its runs, made again where they are not at hand. */
  async state(): Promise<CircuitState> {
    if (this.live) return this.live;
    let state = await this.evaluator.start(this.anchor);
    for (const kept of this.accepted) state = (await this.evaluator.change(state, kept)).state();
    this.live = state;
    return state;
  }

  async attempt(kept: UnitSet): Promise<Trial> {
    return this.evaluator.change(await this.state(), kept);
  }

  /** Moves on to a circuit; `trial` is absent where its outcome was recalled and not measured. */
  accept(kept: UnitSet, trial: Trial | undefined): void {
    this.live = trial?.state();
    this.accepted.push(kept);
    if (this.accepted.length < refreshEvery) return;
    this.anchor = kept;
    this.accepted = [];
    this.live = undefined;
  }
}
