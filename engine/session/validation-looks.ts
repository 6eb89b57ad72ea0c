// Looks at circuits: whether one holds on the discovery examples, and how surely on others, judged by the validation examples.
import { assertInternal } from "../base/errors.ts";
import type { UnitSet } from "../circuit/unit-set.ts";
import { criterionConfidence } from "../evaluate/confidence.ts";
import { mean } from "../evaluate/evaluator.ts";
import { faithfulness, firstHalfHolds, secondHalfHolds } from "../evaluate/faithfulness.ts";
import { type Ledger, recallOf } from "../prune/journal.ts";
import type { OnExamples } from "./on-examples.ts";
import type { Prepared } from "./prepare.ts";

export interface LookOptions {
  readonly confidence: number;
  readonly ledger: Ledger;
  /** At the beginning, and after each circuit that was looked at, of as many as there may be. */
  readonly onLook?: (looks: number, atMost: number) => void;
}

/** A circuit is sought by tests up to twice the size of the search's, or of so many units more. */
export const mostPutBack = ({ size }: UnitSet): number => Math.max(8, size);

/** Circuits that were looked at; what is known of one is not measured again. */
export class Looks {
  private readonly known: { readonly kept: UnitSet; readonly confidence: number }[] = [];

  constructor(
    private readonly discovery: OnExamples,
    private readonly validation: OnExamples,
    private readonly prepared: Pick<Prepared, "criterion" | "seed">,
    private readonly options: LookOptions,
  ) {}

  get count(): number {
    return this.known.length;
  }

  /** On the discovery examples, and with the probability asked for on others. */
  async holds(kept: UnitSet): Promise<boolean> {
    return (await this.onDiscovery(kept)).holds && (await this.look(kept)) >= this.options.confidence;
  }

  /** Of a circuit that was looked at. */
  confidenceOf(kept: UnitSet): number {
    const look = this.known.find((one) => one.kept.equals(kept));
    assertInternal(look, "a circuit that nobody looked at");
    return look.confidence;
  }

  /** Confidence on validation examples. */
  async look(kept: UnitSet): Promise<number> {
    const known = this.known.find((one) => one.kept.equals(kept));
    if (known) return known.confidence;
    const { ledger, onLook } = this.options;
    const recalled = recallOf(ledger, "confidence")?.holds;
    const confidence = recalled ?? (await this.measure(kept));
    if (recalled === undefined) ledger.record({ kind: "confidence", holds: confidence });
    this.known.push({ kept, confidence });
    onLook?.(this.count, Math.max(this.count, 1 + mostPutBack(this.known[0].kept)));
    return confidence;
  }

  private async measure(kept: UnitSet): Promise<number> {
    const { evaluator, anchors } = this.validation;
    const { criterion, seed } = this.prepared;
    return criterionConfidence(await evaluator.measure(kept), anchors, criterion, { seed, of: evaluator.prompts });
  }

  async onDiscovery(kept: UnitSet) {
    const { evaluator, anchors } = this.discovery;
    const { criterion } = this.prepared;
    const measured = await evaluator.measure(kept);
    const metric = mean(measured.metric);
    const f = faithfulness(metric, anchors.ends.full, anchors.ends.empty);
    const second = mean(criterion.second === "accuracy" ? measured.correct : measured.kl);
    const holds = firstHalfHolds(criterion, f) && secondHalfHolds(criterion, second, anchors.ends);
    return { metric, faithfulness: f, holds };
  }
}
