// Measures the circuit of a file on a task: the figures of `results`, with any model that the circuit fits.
import { kindOf } from "../activations/ablation-kinds.ts";
import type { EvaluateSettings } from "../choices/evaluate.ts";
import type { Execution } from "../choices/execution.ts";
import type { TaskChoice } from "../choices/task-choice.ts";
import { EngineError } from "../base/errors.ts";
import { say } from "../base/sentence.ts";
import { ablationWords } from "../circuit/ablation-words.ts";
import type { Circuit, CircuitResults } from "../circuit/circuit-schema.ts";
import type { Evaluation } from "../contract/statistics.ts";
import { keptOf } from "../circuit/kept.ts";
import { taskSettingsOf } from "../circuit/settings-of-circuit.ts";
import { faithfulness } from "../evaluate/faithfulness.ts";
import { measureAnchors, measureFigures } from "../evaluate/report.ts";
import { metricUnit } from "../metric/metric.ts";
import { readText } from "../task/source.ts";
import { baselinesRecord, figuresRecord, modelRecord, resultNotes, taskRecord } from "./circuit-record.ts";
import { type CircuitSource, sourceNotes, unitsIn } from "./circuit-source.ts";
import { defaultRandom, type JudgeChoice, judgeHeldOut } from "./judge.ts";
import { separatedOn } from "./on-examples.ts";
import { type LaidChoice, withTask, type Prepared } from "./prepare.ts";
import { recordedDictionaries, recordedModel } from "./recorded-model.ts";
import type { Stage } from "./prune-task.ts";
import { searchedNotes } from "./searched-on.ts";
import { taskEvaluators } from "./task-evaluators.ts";

/** What is measured, apart from the circuit itself. */
export type EvaluateChoice = Omit<EvaluateSettings, "circuit">;

export interface EvaluateOptions {
  /** Measures on this one of the task's templates alone. */
  readonly template?: string;
  readonly execution?: Execution;
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: Stage | "discovery", done: number, total: number) => void;
}

/**
 * Where the file was made with this very task file, its ablation, seed, numbers of examples and criterion are the
 * defaults, so that its own figures come out again; otherwise the task's are.
 *
 * @throws EngineError for a task or model that cannot be read or that do not fit the circuit; "degenerate-task";
 *   "cancelled"
 */
export async function evaluateCircuit(
  source: CircuitSource,
  { random = defaultRandom, parts, ...settings }: EvaluateChoice,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const own = source.form === "own" ? source.circuit : undefined;
  return withTask(evaluatedWith(source, settings), options, async (prepared) => {
    prepared.constants?.within({ onStep: (done, total) => options.onStage?.("constants", done, total) });
    const results = await measure(prepared, source, { random, parts: parts ?? true }, options);
    const { model } = prepared;
    const sameWeights = own === undefined || own.model.sha256 === model.sha256;
    const otherWeights = say`${source.file} was found in other weights than those of ${model.name}.`;
    return {
      model: modelRecord(prepared),
      task: taskRecord(prepared),
      criterion: prepared.criterion,
      kept: keptOf(unitsIn(source, model)),
      results,
      foundWith: own && ablationWords(own.task.ablation),
      recorded: own !== undefined && sameWeights && isSameRun(own, prepared) ? own.results : undefined,
      notes: [
        ...prepared.notes,
        ...sourceNotes(source),
        ...(own ? searchedNotes(own, prepared) : []),
        ...(sameWeights ? [] : [otherWeights]),
      ],
    };
  });
}

/** What decides the figures: what the user gives, then what the circuit was found with where the task is its own. */
export function evaluatedWith(source: CircuitSource, settings: EvaluateChoice): TaskChoice & LaidChoice {
  const own = source.form === "own" ? source.circuit : undefined;
  const isOwnTask = own !== undefined && own.task.sha256 === readText(settings.task).sha256;
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const base = isOwnTask ? taskSettingsOf(own) : undefined;
  const examples = { ...base?.examples, ...settings.examples };
  const model = modelOf(settings, source);
  return {
    ...base,
    ...given,
    examples,
    task: settings.task,
    model,
    dictionary: own && recordedDictionaries(own, source.file),
  };
}

async function measure(
  prepared: Prepared,
  source: CircuitSource,
  choice: JudgeChoice,
  { signal, onStage = () => undefined }: EvaluateOptions,
): Promise<CircuitResults> {
  const { task, criterion, seed } = prepared;
  const kept = unitsIn(source, prepared.model);
  const evaluatorOn = taskEvaluators(prepared, kept.space, signal);
  onStage("discovery", 0, 1);
  const evaluator = await evaluatorOn(prepared.discovery);
  const anchors = await measureAnchors(evaluator, metricUnit[task.metric]);
  const discovery = await measureFigures(evaluator, anchors, kept, criterion, seed);
  const complement = await evaluator.metric(kept.complement());
  onStage("discovery", 1, 1);
  const onValidation = prepared.validation.length > 0 ? await separatedOn(evaluatorOn, prepared.validation) : undefined;
  const validation =
    onValidation && (await measureFigures(onValidation.evaluator, onValidation.anchors, kept, criterion, seed));
  const { full, empty } = anchors.ends;
  const judged = await judgeHeldOut(evaluatorOn, prepared, kept, choice, {
    heldOut: (done, total) => onStage("held-out", done, total),
    random: (done, total) => onStage("random", done, total),
    completeness: (done, total) => onStage("completeness", done, total),
    minimality: (done, total) => onStage("minimality", done, total),
  });
  return {
    discovery: figuresRecord(discovery),
    ...(validation && { validation: figuresRecord(validation) }),
    ...(judged.heldOut && { heldOut: figuresRecord(judged.heldOut) }),
    ...baselinesRecord(judged),
    complement: { metric: complement, faithfulness: faithfulness(complement, full, empty) },
    notes: resultNotes({ discovery, ...judged, prepared }, undefined),
  };
}

function modelOf({ model }: EvaluateChoice, source: CircuitSource): string {
  if (model !== undefined) return model;
  if (source.form === "own") return recordedModel(source.circuit, source.file);
  throw new EngineError(
    "usage",
    say`${source.file}: a graph of EAP-IG does not say which model it is of; give the model.`,
    {
      place: { file: source.file },
    },
  );
}

function isSameRun({ task, search }: Circuit, prepared: Prepared): boolean {
  const { discovery, heldOut, validation, seed, ablation, criterion, corruption } = prepared;
  return (
    task.sha256 === prepared.task.sha256 &&
    task.seed === seed &&
    task.examples.discovery === discovery.length &&
    task.examples.heldOut === heldOut.length &&
    task.examples.validation === validation.length &&
    task.corruption === corruption &&
    task.ablation.kind === ablation.kind &&
    (task.bos ?? prepared.task.bos) === prepared.bos &&
    task.ablation.reference === kindOf(ablation).origin(ablation, discovery.length) &&
    search.criterion === criterion.name &&
    search.threshold === criterion.threshold
  );
}
