// f on held-out examples along the way of a search: asked for by the user, one circuit after the other, kept as far as it came.
import type { RecordedFigures } from "../../engine/circuit/circuit-schema.ts";
import type { MeasureRequest, WireError } from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";

/** More circuits than these draw the same line. */
const mostPoints = 24;

export interface HeldOutPoint {
  readonly kept: number;
  readonly f: number;
}

export class HeldOutPath {
  /** The run that the points are of. */
  private of = $state.raw("");
  private known: readonly HeldOutPoint[] = $state.raw([]);
  measuring = $state(false);
  failure = $state.raw<WireError | undefined>(undefined);
  private asked = 0;

  constructor(private readonly measure: (request: MeasureRequest) => Promise<RecordedFigures>) {}

  pointsOf(run: string | undefined): readonly HeldOutPoint[] {
    return run === this.of ? this.known : [];
  }

  stop(): void {
    this.asked++;
    this.measuring = false;
  }

  /** @param circuits kept units of each, along the way; at most some are measured, the last always */
  async ask(
    run: string,
    choice: Omit<MeasureRequest, "kept" | "split">,
    circuits: readonly (readonly string[])[],
  ): Promise<void> {
    const asked = ++this.asked;
    if (this.of !== run) this.known = [];
    this.of = run;
    this.failure = undefined;
    this.measuring = true;
    try {
      for (const kept of spread(circuits)) {
        if (this.known.some((point) => point.kept === kept.length)) continue;
        const { faithfulness: f } = await this.measure({ ...choice, kept, split: "heldOut" });
        if (asked !== this.asked) return;
        this.known = [...this.known, { kept: kept.length, f }];
      }
    } catch (thrown) {
      // Another figure was asked for meanwhile; what is there stays, and asking again goes on.
      const error = toWireError(thrown);
      if (asked === this.asked && error.code !== "cancelled") this.failure = error;
    }
    if (asked === this.asked) this.measuring = false;
  }
}

/** The last, the first, and those between at even distances. */
function spread<T>(all: readonly T[]): readonly T[] {
  const count = Math.min(mostPoints, all.length);
  const places = Array.from({ length: count }, (_, i) => Math.round(((all.length - 1) * i) / Math.max(1, count - 1)));
  return [...new Set(places)].map((place) => all[place]!).reverse();
}
