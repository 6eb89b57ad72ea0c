// A task on a model, ready to measure: examples split, executor made, the task's own settings with the user's over them.
import { type Note, say, sayList } from "../base/sentence.ts";
import type { Ablation, AblationChoice } from "../activations/ablation.ts";
import type { Executor } from "../activations/executor.ts";
import { EngineError } from "../base/errors.ts";
import { inTurns } from "../base/in-turns.ts";
import type { Execution } from "../choices/execution.ts";
import { ABLATION_KINDS, ABLATIONS, type BosChoice } from "../choices/lists.ts";
import type { TaskChoice } from "../choices/task-choice.ts";
import type { UnitSizes } from "../circuit/unit.ts";
import type { Criterion } from "../evaluate/faithfulness.ts";
import type { Model } from "../model/model.ts";
import { OptimalConstants } from "../score/optimal-constants.ts";
import type { Example } from "../task/example.ts";
import { expanding } from "../task/expand.ts";
import type { ContrastTask } from "../task/task.ts";
import { type LaidDictionaries, layDictionaries } from "./laid-dictionaries.ts";
import { OpenedModel } from "./open-model.ts";
import { readAside } from "./read-aside.ts";

export interface Prepared {
  readonly task: ContrastTask;
  readonly model: Model;
  readonly executor: Executor;
  readonly discovery: readonly Example[];
  readonly heldOut: readonly Example[];
  /** Set aside where a search asks for it: what says how far it may go. */
  readonly validation: readonly Example[];
  /** Set aside with them: what units are chosen by that come back; none of listed prompts. */
  readonly fresh: readonly Example[];
  readonly ablation: Ablation;
  /** Of optimal ablation; learned on the discovery examples when they are first asked for. */
  readonly constants: OptimalConstants | undefined;
  readonly criterion: Criterion;
  readonly seed: number;
  /** The corruption asked for; undefined for the task's default. */
  readonly corruption: string | undefined;
  /** Whether prompts begin with the beginning-of-text token. */
  readonly bos: BosChoice;
  /** Dictionaries whose features and errors are units. */
  readonly laid: LaidDictionaries;
  /** Of the model, with these dictionaries. */
  readonly sizes: UnitSizes;
  /** What the user should know about the examples. */
  readonly notes: readonly Note[];
}

/** Of settings that may lay dictionaries on the model. */
export interface LaidChoice {
  readonly dictionary?: readonly string[] | undefined;
}

export interface PrepareOptions {
  readonly execution?: Execution;
  /** Sets examples aside for validation though nobody says how many. */
  readonly validate?: boolean;
  /** Takes prompts of this one of the task's templates alone. */
  readonly template?: string;
  readonly signal?: AbortSignal;
}

/** Opens a task on a model, does the work, and gives back what was opened, whatever happens. @throws EngineError as `openTask` */
export async function withTask<T>(
  settings: TaskChoice & LaidChoice,
  options: PrepareOptions,
  use: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  const { prepared, close } = await openTask(settings, options, options.signal);
  try {
    return await use(prepared);
  } finally {
    await close();
  }
}

/** A task on a model that stays open until `close`. */
export interface OpenedTask {
  readonly prepared: Prepared;
  readonly close: () => Promise<void>;
}

/**
 * @param signal of the preparation alone; what is prepared outlives it
 * @throws EngineError for a task or model that cannot be read, or that do not fit each other; "cancelled"
 */
export async function openTask(
  settings: TaskChoice & LaidChoice,
  options: PrepareOptions,
  signal?: AbortSignal,
): Promise<OpenedTask> {
  const task = await readAside("contrast", settings.task, signal);
  const opened = new OpenedModel(settings.model, options.execution);
  const close = () => opened.close();
  try {
    return { prepared: await inTurns(preparing(opened, task, settings, options), signal), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Gives the process its turn while examples are made. */
function* preparing(
  { executor, keep }: OpenedModel,
  task: ContrastTask,
  settings: TaskChoice & LaidChoice,
  options: PrepareOptions,
): Generator<void, Prepared> {
  const { model } = executor;
  const seed = settings.seed ?? task.seed;
  const { examples, fresh, notes } = yield* expanding(task, model.tokenizer, {
    examples: settings.examples,
    validate: options.validate,
    fresh: options.validate,
    seed,
    corruption: settings.corruption,
    template: options.template,
    bos: settings.bos,
  });
  const partOf = (split: Example["split"]) => examples.filter((example) => example.split === split);
  checkContext([...examples, ...fresh], model, task.file);
  const choice = ablationOf(settings, task);
  const laid = keep(layDictionaries(executor, settings.dictionary ?? []));
  requireConstants(choice, laid);
  const discovery = partOf("discovery");
  const constants = new OptimalConstants(executor, discovery, { seed, signal: options.signal });
  return {
    task,
    model,
    executor,
    discovery,
    heldOut: partOf("heldOut"),
    validation: partOf("validation"),
    fresh,
    ...readyAblation(choice, constants),
    criterion: criterionOf(settings, task, examples),
    seed,
    corruption: settings.corruption,
    bos: settings.bos ?? task.bos,
    laid,
    sizes: laid.records.length === 0 ? model.config : { ...model.config, dictionaries: laid.records },
    notes,
  };
}

function requireConstants({ kind }: AblationChoice, { records }: LaidDictionaries): void {
  if (kind !== "optimal" || records.length === 0) return;
  const others = ABLATION_KINDS.filter((other) => other !== kind);
  throw new EngineError(
    "usage",
    say`There are no learned constants for features and errors of dictionaries; choose --ablation ${sayList(others, " or ")}.`,
  );
}

/** Right answers decide the second half of a criterion; where several tokens are right, the whole distribution does. */
function criterionOf(settings: TaskChoice, task: ContrastTask, examples: readonly Example[]): Criterion {
  const second = examples.every((example) => example.answers.length === 1) ? "accuracy" : "kl";
  return { name: settings.criterion ?? task.criterion, threshold: settings.threshold ?? task.threshold, second };
}

/** The user's ablation, else the task's. @throws EngineError "usage" for a reference that the kind has not */
export function ablationOf(
  settings: Pick<TaskChoice, "ablation" | "reference" | "perPosition">,
  task: ContrastTask,
): AblationChoice {
  const kind = settings.ablation ?? task.ablation.kind;
  const same = kind === task.ablation.kind;
  const { references } = ABLATIONS[kind];
  const { reference = same ? task.ablation.reference : references[0] } = settings;
  if (settings.reference !== undefined && !references.includes(reference)) {
    throw new EngineError(
      "usage",
      say`The reference "${reference}" is none of ${kind} ablation; choose ${sayList(references, " or ")}.`,
    );
  }
  return { kind, reference, perPosition: settings.perPosition ?? (same && task.ablation.perPosition) };
}

function readyAblation(
  { kind, ...choice }: AblationChoice,
  constants: OptimalConstants,
): Pick<Prepared, "ablation" | "constants"> {
  if (kind === "optimal") return { ablation: { ...choice, kind, constants }, constants };
  return { ablation: { ...choice, kind }, constants: undefined };
}

function checkContext(examples: readonly Example[], model: Model, file: string): void {
  const { nContext } = model.config;
  const long = examples.find((example) => example.clean.ids.length > nContext);
  if (!long) return;
  throw new EngineError(
    "invalid-task",
    say`${file}: example ${long.index} has ${long.clean.ids.length} tokens, ${model.name} reads ${nContext} at most. Shorten the prompt or choose another model.`,
    { place: { file } },
  );
}
