// What a client may ask of the engine, and what it hears back: plain data only, so that it crosses any wire.
//
// Calls return promises; progress is a log of events that a client pulls, from any number on, so that one that
// reconnects misses nothing. Tensors are fetched by call and never pushed.
import type { ErrorCode, Place } from "./base/errors.ts";
import type { Note, Spoken } from "./base/sentence.ts";
import type { Tensor } from "./base/tensor.ts";
import type { AblationKind, BosChoice, CriterionName, UnitKind } from "./choices/lists.ts";
import type { PruneSettings } from "./choices/prune.ts";
import type { Table } from "./choices/result-table.ts";
import type { TaskChoice } from "./choices/task-choice.ts";
import type { DirectionMethod, VectorEnding } from "./choices/vector.ts";
import type { Circuit, RecordedFigures } from "./circuit/circuit-schema.ts";
import type { JobEvent, JobState, JobSummary, Priority, ResultSummary, StoredResult } from "./contract/jobs.ts";
import type { RunStep } from "./contract/prune.ts";
import type { RelationApplication, RelationEdit } from "./contract/relations.ts";
import type { AskedOf, VerbName } from "./contract/verbs.ts";

/** Raised when a client of the day before would misread an answer. */
export const PROTOCOL = 4;

export interface Hello {
  readonly protocol: number;
  readonly secateur: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly platform: string;
  readonly threads: number;
  /** Where the engine runs: the machine's name, and whether somebody started it there over SSH. */
  readonly machine: { readonly name: string; readonly overSsh: boolean };
  /** Differs after a restart: numbers of events begin again. */
  readonly instance: string;
}

export interface ModelEntry {
  /** What `--model` takes. */
  readonly name: string;
  readonly where: "embedded" | "fetched" | "hub-cache" | "folder" | "not-fetched";
  readonly family?: string;
  readonly nLayers?: number;
  readonly nHeads?: number;
  /** Hidden neurons per MLP. */
  readonly dMlp?: number;
  readonly bytes?: number;
  readonly precision?: string;
  readonly ready: boolean;
  /** Why it is not ready, and what to do. */
  readonly reason?: string;
}

export interface TaskEntry {
  readonly file: string;
  readonly name: string;
  readonly title: { readonly en: string; readonly zh?: string };
  /** What it asks of a model, in a sentence or two. */
  readonly description?: string;
  readonly kind: "contrast" | "relation";
}

/** A task file by its path where the engine runs, or its text where only the client has it. */
export type TaskSource = { readonly file: string } | { readonly name: string; readonly text: string };

/** A task file that can be named again: one given by its text is kept by the engine. */
export interface OpenedTask extends TaskEntry {
  readonly text: string;
  readonly description: string;
  readonly metric: string;
  readonly threshold: number;
  readonly criterion: CriterionName;
  readonly ablation: AblationKind;
  readonly corruptions: readonly string[];
  readonly bos: BosChoice;
  readonly examples: { readonly discovery: number; readonly heldOut: number };
  readonly seed: number;
  readonly notes: readonly Note[];
}

export interface TokenRow {
  readonly ids: readonly number[];
  /** As they stand in the text, spaces included. */
  readonly tokens: readonly string[];
}

export interface PromptPair {
  readonly index: number;
  readonly split: "discovery" | "validation" | "heldOut";
  readonly clean: TokenRow;
  readonly corrupt: TokenRow;
  readonly answers: readonly string[];
  readonly wrongAnswers: readonly string[];
  /** Named position → token index. */
  readonly positions: Readonly<Record<string, number>>;
}

export interface PreviewRequest extends TaskChoice {
  /** Discovery examples that the model is tried on at most; a few, unless more are asked for. */
  readonly tried?: number | undefined;
}

/** The prompts of a task on a model, and whether the model can do it at all. */
export interface TaskPreview {
  readonly prompts: readonly PromptPair[];
  readonly counts: { readonly discovery: number; readonly heldOut: number };
  /** The first so many discovery examples were tried. */
  readonly tried: number;
  /** Means over those that were tried. */
  readonly full: number;
  readonly empty: number;
  readonly accuracy: number;
  readonly notes: readonly Note[];
}

export interface RunSummary {
  readonly id: string;
  readonly request: PruneSettings;
  readonly state: JobState;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly kept?: number;
  readonly faithfulness?: number;
  readonly failure?: WireError;
}

/** A run as far as it got; the circuit once it is finished. */
export interface RunRecord extends RunSummary {
  readonly steps: readonly RunStep[];
  readonly circuit?: Circuit;
}

/** A pass over a model with some units ablated. */
export interface MeasureRequest extends TaskChoice {
  /** Of which features and errors are, where these are among the units. */
  readonly dictionary?: readonly string[] | undefined;
  readonly units: readonly UnitKind[];
  /** Ids of the kept units of the searched kinds. */
  readonly kept: readonly string[];
  readonly split: "discovery" | "heldOut";
}

export const SITES = ["z", "residPre", "attnOut", "mlpOut"] as const;

export interface HeatmapRequest extends TaskChoice {
  readonly site: (typeof SITES)[number];
  readonly by: "head" | "layer" | "position";
  readonly direction: "noising" | "denoising";
}

export interface Heatmap {
  /** Change of the metric, ablated − present. */
  readonly effect: Tensor;
  /** The same over m(full) − m(empty). */
  readonly normalised: Tensor;
  readonly clean: number;
  readonly corrupt: number;
  /** Words for the entries of the last axis, where positions have names. */
  readonly positions?: readonly string[];
}

export interface AttentionRequest extends TaskChoice {
  /** Such as "a1.h4". */
  readonly head: string;
  /** Index of an example of the preview. */
  readonly example: number;
}

/** Attention of one head on one pair of prompts; it promotes and suppresses by what it writes at the last clean position. */
export interface Attention extends LikelyDirection {
  readonly clean: TokenRow;
  readonly corrupt: TokenRow;
  readonly positions: Readonly<Record<string, number>>;
  /** "query key", rows sum to one. */
  readonly cleanPattern: Tensor<"query key">;
  readonly corruptPattern: Tensor<"query key">;
}

/** What a direction of the stream raises and lowers most, logits. */
export interface LikelyDirection {
  readonly promoted: readonly { readonly token: string; readonly logit: number }[];
  readonly suppressed: readonly { readonly token: string; readonly logit: number }[];
}

export interface NeuronsRequest extends TaskChoice {
  /** Such as "m2.n17". */
  readonly neurons: readonly string[];
}

/** A hidden neuron on the clean prompts of a task. */
export interface NeuronView extends LikelyDirection {
  /** Where its activation is greatest in size, strongest first; the last token is the one at which it is read. */
  readonly strongest: readonly {
    readonly example: number;
    readonly position: number;
    readonly tokens: readonly string[];
    readonly value: number;
  }[];
  /** Activation over all tokens. */
  readonly mean: number;
}

export interface VectorRequest {
  /** A file, or files joined by + and -. */
  readonly vector: string;
  readonly model: string;
}

/** A direction without its numbers, which stay with the engine. */
export interface OpenedDirections {
  readonly method: DirectionMethod;
  /** That it is known at; -1 is the embedding. */
  readonly layers: readonly number[];
  /** The one that its file names to act at. */
  readonly layer: number | undefined;
  readonly notes: readonly Note[];
}

export interface LabelRequest {
  /** The folder of a dictionary, or its file of weights. */
  readonly dictionary: string;
  readonly feature: number;
  readonly label: string;
}

export interface VectorFileBytes {
  readonly bytes: Uint8Array;
  /** What the form cannot say. */
  readonly notes: readonly Note[];
}

/** What goes wrong beside what a user can act on: a mistake of the program, no engine at the other end, one of another version. */
export const WIRE_CODES = ["internal", "engine-lost", "protocol"] as const;

/** An error on the wire: the sentence, its code and its place. */
export interface WireError {
  readonly code: ErrorCode | (typeof WIRE_CODES)[number];
  readonly message: string;
  /** The message, to be said in other languages; what is not the engine's own has none. */
  readonly said?: Spoken;
  readonly place?: Place;
  /** Every problem of a file, where it has several. */
  readonly problems?: readonly { readonly place: Place; readonly sentence: Spoken }[];
}

export type EngineEvent = { readonly seq: number } &
  /** Bytes of a model that is being fetched. */
  (
    | { readonly type: "download"; readonly model: string; readonly done: number; readonly total: number }
    | JobEvent
    /** Older events than those that follow are gone: what they told must be asked for again. */
    | { readonly type: "missed" }
  );

export interface EngineApi {
  hello(): Promise<Hello>;
  listModels(): Promise<readonly ModelEntry[]>;
  /** Puts a folder or .gguf file of the engine's machine on the list of models, where it can be opened. */
  addModel(path: string): Promise<void>;
  /** Takes it off the list; its files stay. */
  forgetModel(path: string): Promise<void>;
  /** Fetches a model from the Hugging Face Hub into its cache, from where it broke off, and checks what came. */
  fetchModel(name: string): Promise<void>;
  /** Ends the fetch that is under way, whose call is then rejected. */
  stopFetch(): Promise<void>;
  listTasks(): Promise<readonly TaskEntry[]>;
  /** @throws every problem of the file, with places */
  openTask(source: TaskSource): Promise<OpenedTask>;
  /** The prompts, and how the model does on some of them: a few passes, so that a task opens at once on a large model too. */
  preview(request: PreviewRequest): Promise<TaskPreview>;
  /** Pruning runs, also those of the command line, each as far as it got. */
  listRuns(): Promise<readonly RunSummary[]>;
  openRun(id: string): Promise<RunRecord>;
  /** Keeps a text of the page's as a file of the engine's, so that settings can name it. @returns its path */
  keep(source: { readonly name: string; readonly text: string }): Promise<string>;
  /** Contrast sets that ship: what directions are made from. */
  listContrastSets(): Promise<readonly Pick<TaskEntry, "file" | "name" | "title">[]>;
  /** What a file of directions, or a sum of files, holds. */
  openVector(request: VectorRequest): Promise<OpenedDirections>;
  /** A file of directions, or a sum of files, as the bytes of a file of another form. */
  vectorFile(request: VectorRequest & { readonly ending: VectorEnding }): Promise<VectorFileBytes>;
  /** Keeps what a person calls a feature beside the dictionary; "" takes it away. @returns the labels that there are then */
  labelFeature(request: LabelRequest): Promise<readonly { readonly feature: number; readonly label: string }[]>;
  /** Reads and checks a circuit file. */
  openCircuit(source: TaskSource): Promise<Circuit>;
  measure(request: MeasureRequest): Promise<RecordedFigures>;
  heatmap(request: HeatmapRequest): Promise<Heatmap>;
  attention(request: AttentionRequest): Promise<Attention>;
  /** One view a neuron, in their order. */
  neurons(request: NeuronsRequest): Promise<readonly NeuronView[]>;
  /** Reads and checks a relation file. @throws every problem of the file, with places */
  openRelation(source: TaskSource): Promise<TaskEntry>;
  /** What the map of a fitted relation says about any subject, beside the model. @param file as the fit names it */
  applyRelation(file: string, subject: string): Promise<RelationApplication>;
  /** Moves the subject's state so that the map gives the object, and lets the model answer. */
  editRelation(file: string, subject: string, object: string): Promise<RelationEdit>;
  /**
   * Asks for a job, which takes its turn.
   *
   * @param priority "asked" where it is left out
   * @returns the job's id, which its result has too; the rest comes as events
   */
  start<Name extends VerbName>(verb: Name, settings: AskedOf<Name>, priority?: Priority): Promise<string>;
  /** Ends a job after the piece of work that is under way; one that waits is taken out. */
  stop(id: string): Promise<void>;
  /** Holds a job back: one that waits, and one that is under way where its verb can go on from the middle. */
  pause(id: string): Promise<void>;
  /** Goes on with what was paused, stopped or broken off, in its turn; also with what an earlier engine began. */
  resume(id: string): Promise<void>;
  /** Puts a waiting job before another one, or behind all. */
  move(id: string, before: string | null): Promise<void>;
  /** Those under way, then those that wait, in the order of their turns, then those that have ended, the last one first. */
  jobs(): Promise<readonly JobSummary[]>;
  /** What a job has told so far, from a place on; older pieces than the first that is given are gone. */
  parts(id: string, from: number): Promise<{ readonly from: number; readonly parts: readonly unknown[] }>;
  results(): Promise<readonly ResultSummary[]>;
  /** @throws for one that is not finished, is damaged, or is of another version */
  result(id: string): Promise<StoredResult>;
  /** A finished result as tables, as the command line prints them. @throws as `result` does */
  tables(id: string): Promise<readonly Table[]>;
  rename(id: string, name: string): Promise<void>;
  note(id: string, note: string): Promise<void>;
  pin(id: string, pinned: boolean): Promise<void>;
  /** Moves a result to where it can be had back for thirty days. */
  deleteResult(id: string): Promise<void>;
  /** What one job of a sweep has found, as a result of its own verb; of a job that is not done an error. */
  sweepJob(sweep: { readonly file: string; readonly store?: string | undefined }, id: string): Promise<StoredResult>;
  restoreResult(id: string): Promise<void>;
  /** The command line that does the same. */
  command<Name extends VerbName>(verb: Name, settings: AskedOf<Name>): Promise<string>;
  /** Events with numbers above `after`: at once where there are any, else when the next one comes or after some seconds (then none). */
  events(after: number): Promise<readonly EngineEvent[]>;
}
