// Looking into a model on a task: its prompts, whether it can do them, heatmaps of effects, attention, circuits measured anew.
//
// One task on one model is kept ready, and requests take turns at it; runs have executors of their own.
import type { Execution } from "../choices/execution.ts";
import { taskChoiceOf, type TaskChoice } from "../choices/task-choice.ts";
import { Packing, takeRows } from "../activations/packing.ts";
import { capture } from "../activations/capture.ts";
import { EngineError } from "../base/errors.ts";
import { tensor } from "../base/tensor.ts";
import type { RecordedFigures } from "../circuit/circuit-schema.ts";
import { type Head, parseUnit, type UnitKind } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import type {
  Attention,
  AttentionRequest,
  Heatmap,
  HeatmapRequest,
  MeasureRequest,
  NeuronsRequest,
  NeuronView,
  PromptPair,
  TaskPreview,
  TokenRow,
} from "../contract.ts";
import { Evaluator } from "../evaluate/evaluator.ts";
import { type Anchors, measureAnchors, measureFigures } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import type { Model } from "../model/model.ts";
import { activationPatching } from "../score/activation-patching.ts";
import { attentionOn } from "../reading/attention-stats.ts";
import { OneHead } from "../score/one-head.ts";
import { figuresRecord } from "../session/circuit-record.ts";
import { neuronsNamed, neuronViews } from "../session/neuron-views.ts";
import { prepare, type Prepared } from "../session/prepare.ts";
import { FrozenNorm } from "../readout/frozen-norm.ts";
import { byLogit } from "../session/written-tokens.ts";
import type { Example } from "../task/example.ts";

/** Examples that an evaluator holds ready, with their anchors. */
interface Ready {
  readonly evaluator: Evaluator;
  readonly anchors: Anchors;
}

/** A heatmap needs no more examples than this to show where the effects are. */
const heatmapExamples = 32;

export class Inspection {
  private turn: Promise<unknown> = Promise.resolve();
  private open: { readonly key: string; readonly prepared: Prepared; readonly ready: Map<string, Ready> } | undefined;

  constructor(private readonly execution: Execution) {}

  preview(choice: TaskChoice): Promise<TaskPreview> {
    return this.inTurn(choice, async (prepared, ready) => {
      const { discovery, heldOut, model, notes } = prepared;
      const { ends } = (await this.ready(prepared, ready, ["head", "mlp"], "discovery")).anchors;
      return {
        prompts: [...discovery, ...heldOut].map((example) => pairOf(example, model)),
        counts: { discovery: discovery.length, heldOut: heldOut.length },
        full: ends.full,
        empty: ends.empty,
        accuracy: ends.accuracy,
        notes,
      };
    });
  }

  measure(request: MeasureRequest): Promise<RecordedFigures> {
    return this.inTurn(request, async (prepared, ready) => {
      const { evaluator, anchors } = await this.ready(prepared, ready, request.units, request.split);
      const kept = evaluator.space.setOf(request.kept.map((id) => unitOf(id)));
      return figuresRecord(await measureFigures(evaluator, anchors, kept, prepared.criterion, prepared.seed));
    });
  }

  heatmap(request: HeatmapRequest): Promise<Heatmap> {
    return this.inTurn(request, async ({ executor, discovery, ablation, task }) => {
      const { effect, normalised, clean, corrupt, positions } = await activationPatching(
        executor,
        discovery.slice(0, heatmapExamples),
        {
          direction: request.direction,
          site: request.site,
          by: request.by,
          ablation,
          metric: task.metric,
        },
      );
      const none = tensor(effect.axes, effect.shape);
      return { effect, normalised: normalised ?? none, clean, corrupt, positions: positions?.map(String) };
    });
  }

  attention(request: AttentionRequest): Promise<Attention> {
    return this.inTurn(request, async (prepared) => {
      const { model, executor, discovery, heldOut } = prepared;
      const example = [...discovery, ...heldOut].find(({ index }) => index === request.example);
      if (!example) throw new EngineError("usage", `There is no example ${request.example} in this task.`);
      const head = headOf(request.head);
      const pattern = await attentionOn(executor, [example.clean.ids, example.corrupt.ids]);
      const length = example.clean.ids.length;
      const matrix = (run: number) =>
        tensor(
          "query key",
          [length, length],
          Float32Array.from({ length: length ** 2 }, (_, i) => pattern(head)(run, Math.floor(i / length), i % length)),
        );
      const { clean, corrupt, positions } = pairOf(example, model);
      const [cleanPattern, corruptPattern] = [matrix(0), matrix(1)];
      return { clean, corrupt, positions, cleanPattern, corruptPattern, ...(await written(prepared, head, example)) };
    });
  }

  neurons(request: NeuronsRequest): Promise<readonly NeuronView[]> {
    return this.inTurn(request, (prepared) => neuronViews(prepared, neuronsNamed(prepared.model, request.neurons)));
  }

  async dispose(): Promise<void> {
    await this.turn;
    await this.close();
  }

  /** After the requests before it, on the task and model that it names. */
  private inTurn<T>(
    choice: TaskChoice,
    work: (prepared: Prepared, ready: Map<string, Ready>) => Promise<T>,
  ): Promise<T> {
    const mine = this.turn.then(async () => {
      const { prepared, ready } = await this.opened(choice);
      return work(prepared, ready);
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async opened(choice: TaskChoice) {
    const settings = taskChoiceOf(choice);
    const key = JSON.stringify(settings);
    if (this.open?.key !== key) {
      await this.close();
      this.open = { key, prepared: prepare(settings, { execution: this.execution }), ready: new Map() };
    }
    return this.open;
  }

  private async close(): Promise<void> {
    const { open } = this;
    this.open = undefined;
    if (!open) return;
    await open.prepared.executor.dispose();
    open.prepared.model.close();
  }

  private async ready(
    { executor, discovery, heldOut, task, ablation, model }: Prepared,
    ready: Map<string, Ready>,
    units: readonly UnitKind[],
    split: "discovery" | "heldOut",
  ): Promise<Ready> {
    const key = `${[...units].sort().join()}/${split}`;
    const known = ready.get(key);
    if (known) return known;
    const space = new UnitSpace(model.config, units);
    const examples = split === "discovery" ? discovery : heldOut;
    const evaluator = await Evaluator.create(executor, examples, { metric: task.metric, ablation, space });
    const made = { evaluator, anchors: await measureAnchors(evaluator, metricUnit[task.metric]) };
    ready.set(key, made);
    return made;
  }
}

function unitOf(id: string) {
  const unit = parseUnit(id);
  if (unit) return unit;
  throw new EngineError("usage", `"${id}" is no unit; units look like a3.h1, m2 or m2.n17.`);
}

function headOf(id: string): Head {
  const unit = unitOf(id);
  if (unit.kind === "head") return unit;
  throw new EngineError("usage", `"${id}" is no head; heads look like a3.h1.`);
}

function pairOf({ index, split, clean, corrupt, answers, wrongAnswers, positions }: Example, model: Model): PromptPair {
  const text = (id: number) => model.tokenizer.token(id);
  const row = ({ ids }: { readonly ids: readonly number[] }): TokenRow => ({ ids, tokens: ids.map(text) });
  return {
    index,
    split,
    clean: row(clean),
    corrupt: row(corrupt),
    answers: answers.map(text),
    wrongAnswers: wrongAnswers.map(text),
    positions,
  };
}

/** What the head's writing at the last clean token adds to the logits, through the final norm as it stands there. */
async function written({ executor, model }: Prepared, head: Head, example: Example) {
  const { dModel, dHead, nHeads } = model.config;
  const packing = Packing.ofLengths([example.clean.ids.length]);
  const embedded = executor.embed([...example.clean.ids], packing.positions);
  const { residual, at } = await capture(executor, packing, embedded, { sites: ["z"], layers: [head.layer] });
  const stream = takeRows(residual, dModel, packing.endRows);
  const z = takeRows(at.z![head.layer], nHeads * dHead, packing.endRows);
  const own = OneHead.of(executor, [head]).get(`a${head.layer}.h${head.head}`)!;
  const result = own.result(z.slice(head.head * dHead, (head.head + 1) * dHead));
  await own.dispose();
  return byLogit({ executor, model }, new FrozenNorm(model, stream).through(result));
}
