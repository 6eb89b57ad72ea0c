// Looking into a model on a task: its prompts, whether it can do them, heatmaps of effects, attention, circuits measured anew.
//
// One task on one model is kept ready, and requests take turns at it; runs have executors of their own. What a client asks for
// takes the place of what it asked for before and has not been told yet, and ends with the client.
import type { Execution } from "../choices/execution.ts";
import type { TaskChoice } from "../choices/task-choice.ts";
import { taskChoiceOf } from "../choices/task-choice-of.ts";
import { Packing, takeRows } from "../activations/packing.ts";
import { capture } from "../activations/capture.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { inTurns } from "../base/in-turns.ts";
import { tensor } from "../base/tensor.ts";
import type { RecordedFigures } from "../circuit/circuit-schema.ts";
import { type Head, parseUnit, type UnitKind } from "../circuit/unit.ts";
import { UnitSpace } from "../circuit/unit-set.ts";
import type {
  Attention,
  AttentionRequest,
  EngineApi,
  Heatmap,
  HeatmapRequest,
  MeasureRequest,
  PreviewRequest,
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
import { requireLaid } from "../session/laid-dictionaries.ts";
import { type LaidChoice, type OpenedTask, openTask, type Prepared } from "../session/prepare.ts";
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

/** Enough to say whether a model can do a task at all; a task must open at once. */
const triedAtFirst = 16;

/** What a client looks at: one neuron and a list of them stand beside each other, all else in one place. */
type Look = "preview" | "measure" | "heatmap" | "attention" | "neuron" | "neurons";

export type Looks = Pick<EngineApi, "preview" | "measure" | "heatmap" | "attention" | "neurons">;

/** What a look is made on. */
interface Opened extends OpenedTask {
  readonly ready: Map<string, Ready>;
}

type InTurn = <T>(
  look: Look,
  choice: TaskChoice & LaidChoice,
  work: (opened: Opened, signal: AbortSignal) => Promise<T>,
) => Promise<T>;

export class Inspection {
  private turn: Promise<unknown> = Promise.resolve();
  private open: (Opened & { readonly key: string }) | undefined;

  constructor(private readonly execution: Execution) {}

  /**
   * The looks of one client.
   *
   * @param gone fires when the client is no longer there
   * @throws EngineError "cancelled", each of them, once the client asks for another of the same kind or is gone
   */
  forClient(gone?: AbortSignal): Looks {
    const underWay = new Map<Look, AbortController>();
    gone?.addEventListener("abort", () => underWay.forEach((controller) => controller.abort()), { once: true });
    const inTurn: InTurn = async (look, choice, work) => {
      underWay.get(look)?.abort();
      const controller = new AbortController();
      if (gone?.aborted) controller.abort();
      underWay.set(look, controller);
      try {
        return await this.inTurn(controller.signal, choice, work);
      } finally {
        if (underWay.get(look) === controller) underWay.delete(look);
      }
    };
    return {
      preview: (request) => inTurn("preview", request, (opened, signal) => this.preview(opened, request, signal)),
      measure: (request) => inTurn("measure", request, (opened) => this.measure(opened, request)),
      heatmap: (request) => inTurn("heatmap", request, ({ prepared }) => heatmapOf(prepared, request)),
      attention: (request) => inTurn("attention", request, ({ prepared }) => attentionOf(prepared, request)),
      neurons: (request) =>
        inTurn(request.neurons.length === 1 ? "neuron" : "neurons", request, ({ prepared }) =>
          neuronViews(prepared, neuronsNamed(prepared.model, request.neurons)),
        ),
    };
  }

  async dispose(): Promise<void> {
    await this.turn;
    await this.close();
  }

  /** After the looks before it, on the task and model that it names. */
  private inTurn<T>(
    signal: AbortSignal,
    choice: TaskChoice & LaidChoice,
    work: (opened: Opened, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const mine = this.turn.then(async () => {
      if (signal.aborted) throw new EngineError("cancelled", say`Stopped on request.`);
      const opened = await this.opened(choice, signal);
      return opened.prepared.executor.until(signal, () => work(opened, signal));
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async preview(
    { prepared, ready }: Opened,
    { tried: wanted = triedAtFirst }: PreviewRequest,
    signal: AbortSignal,
  ): Promise<TaskPreview> {
    const { discovery, heldOut, model, notes } = prepared;
    const tried = Math.min(wanted, discovery.length);
    const { ends } = (await this.ready(prepared, ready, ["head", "mlp"], "discovery", tried)).anchors;
    return {
      prompts: await inTurns(pairsOf([...discovery, ...heldOut], model), signal),
      counts: { discovery: discovery.length, heldOut: heldOut.length },
      tried,
      full: ends.full,
      empty: ends.empty,
      accuracy: ends.accuracy,
      notes,
    };
  }

  private async measure({ prepared, ready }: Opened, request: MeasureRequest): Promise<RecordedFigures> {
    requireLaid(request);
    const { evaluator, anchors } = await this.ready(prepared, ready, request.units, request.split);
    const kept = evaluator.space.setOf(request.kept.map((id) => unitOf(id)));
    return figuresRecord(await measureFigures(evaluator, anchors, kept, prepared.criterion, prepared.seed));
  }

  private async opened(choice: TaskChoice & LaidChoice, signal: AbortSignal) {
    const settings = { ...taskChoiceOf(choice), dictionary: choice.dictionary };
    const key = JSON.stringify(settings);
    if (this.open?.key !== key) {
      await this.close();
      const opened = await openTask(settings, { execution: this.execution }, signal);
      this.open = { ...opened, key, ready: new Map() };
    }
    return this.open;
  }

  private async close(): Promise<void> {
    const { open } = this;
    this.open = undefined;
    await open?.close();
  }

  private async ready(
    { executor, discovery, heldOut, task, ablation, sizes, laid }: Prepared,
    ready: Map<string, Ready>,
    units: readonly UnitKind[],
    split: "discovery" | "heldOut",
    most = Infinity,
  ): Promise<Ready> {
    const all = split === "discovery" ? discovery : heldOut;
    const examples = all.slice(0, most);
    const key = `${[...units].sort().join()}/${split}/${examples.length}`;
    const known = ready.get(key);
    if (known) return known;
    const space = new UnitSpace(sizes, units);
    const evaluator = await Evaluator.create(executor, examples, {
      metric: task.metric,
      ablation,
      space,
      spliced: laid.spliced,
    });
    const made = { evaluator, anchors: await measureAnchors(evaluator, metricUnit[task.metric]) };
    ready.set(key, made);
    return made;
  }
}

async function heatmapOf(
  { executor, discovery, ablation, task }: Prepared,
  { direction, site, by }: HeatmapRequest,
): Promise<Heatmap> {
  const { effect, normalised, clean, corrupt, positions } = await activationPatching(
    executor,
    discovery.slice(0, heatmapExamples),
    { direction, site, by, ablation, metric: task.metric },
  );
  const none = tensor(effect.axes, effect.shape);
  return { effect, normalised: normalised ?? none, clean, corrupt, positions: positions?.map(String) };
}

async function attentionOf(prepared: Prepared, request: AttentionRequest): Promise<Attention> {
  const { model, executor, discovery, heldOut } = prepared;
  const example = [...discovery, ...heldOut].find(({ index }) => index === request.example);
  if (!example) throw new EngineError("usage", say`There is no example ${request.example} in this task.`);
  const head = headOf(request.head);
  const pattern = (await attentionOn(executor, [example.clean.ids, example.corrupt.ids]))(head);
  const length = example.clean.ids.length;
  const matrix = (run: number) =>
    tensor(
      "query key",
      [length, length],
      Float32Array.from({ length: length ** 2 }, (_, i) => pattern(run, Math.floor(i / length), i % length)),
    );
  const { clean, corrupt, positions } = pairOf(example, model);
  const [cleanPattern, corruptPattern] = [matrix(0), matrix(1)];
  return { clean, corrupt, positions, cleanPattern, corruptPattern, ...(await written(prepared, head, example)) };
}

function unitOf(id: string) {
  const unit = parseUnit(id);
  if (unit) return unit;
  throw new EngineError("usage", say`"${id}" is no unit; units look like a3.h1, m2 or m2.n17.`);
}

function headOf(id: string): Head {
  const unit = unitOf(id);
  if (unit.kind === "head") return unit;
  throw new EngineError("usage", say`"${id}" is no head; heads look like a3.h1.`);
}

function* pairsOf(examples: readonly Example[], model: Model): Generator<void, PromptPair[]> {
  const pairs: PromptPair[] = [];
  for (const example of examples) {
    pairs.push(pairOf(example, model));
    yield;
  }
  return pairs;
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
