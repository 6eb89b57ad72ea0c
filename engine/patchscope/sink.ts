// Whether position 0 of a prompt is an attention sink: a state of great size that says nothing of the token there.
import { greatest } from "../base/greatest.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import type { PatchTarget } from "./target.ts";

/** A first state that many times as long as the others' median is a sink; words differ by a factor of two or three. */
const SINK_RATIO = 10;

/** Greatest ratio, over the points, of the norm at position 0 to the median norm elsewhere. @param beside a run with more than one token */
export function sinkRatio(run: PatchTarget, beside: PatchTarget): number {
  const others = beside.norms();
  return greatest(
    run.norms().map((norms, point) => {
      const sorted = others[point].slice(1).sort((a, b) => a - b);
      return sorted.length === 0 ? 0 : norms[0] / sorted[Math.floor(sorted.length / 2)];
    }),
  );
}

/** @throws EngineError "usage" with the ratio that was measured */
export function refuseSink(source: PatchTarget, target: PatchTarget): void {
  if (source.position !== 0) return;
  const ratio = sinkRatio(source, source.ids.length > 1 ? source : target);
  if (ratio < SINK_RATIO) return;
  throw new EngineError(
    "usage",
    say`Position 0 of the source is an attention sink: its state is up to ${ratio.toFixed(0)} times as long as those of other tokens and says nothing of its word. Put words before it, as in "Many people visit Brazil".`,
    { ratio },
  );
}
