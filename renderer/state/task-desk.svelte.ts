// The models and tasks to choose from, the task that is open, and what the chosen model makes of it.
import type {
  EngineApi,
  ModelEntry,
  OpenedTask,
  PreviewRequest,
  TaskEntry,
  TaskPreview,
  TaskSource,
  WireError,
} from "../../engine/contract.ts";
import { toWireError } from "../client/wire-failure.ts";
import type { Settings } from "./settings.svelte.ts";

export type Loaded<T> =
  | { readonly state: "none" }
  | { readonly state: "loading" }
  | { readonly state: "done"; readonly value: T }
  | { readonly state: "failed"; readonly error: WireError };

const NONE = { state: "none" } as const;

/** What became of a task that was to be opened; superseded: another was asked for meanwhile. */
type Opening = "opened" | "broken" | "superseded";

export class TaskDesk {
  models = $state.raw<Loaded<readonly ModelEntry[]>>(NONE);
  tasks = $state.raw<Loaded<readonly TaskEntry[]>>(NONE);
  /** Name that `--model` takes. */
  model = $state("sprig");
  task = $state.raw<OpenedTask | undefined>(undefined);
  /** The file that could not be opened, with its text where the page has it. */
  broken = $state.raw<{ readonly name: string; readonly text?: string; readonly error: WireError } | undefined>(
    undefined,
  );
  opening = $state<string | undefined>(undefined);
  preview = $state.raw<Loaded<TaskPreview>>(NONE);
  /** Why a model could not be added to the list. */
  refusedModel = $state.raw<WireError | undefined>(undefined);
  private readonly previews = new LastAsked();
  private readonly openings = new LastAsked();

  constructor(
    private readonly api: () => EngineApi,
    private readonly settings: Pick<Settings, "noteOpened" | "noteMissing">,
  ) {}

  get modelEntry(): ModelEntry | undefined {
    return this.models.state === "done" ? this.models.value.find(({ name }) => name === this.model) : undefined;
  }

  /** Lists that are there stay until the new ones have come. */
  async refresh(): Promise<void> {
    const isNews = <T>(now: Loaded<T>, next: Loaded<T>) => now.state !== "done" || next.state !== "loading";
    await Promise.all([
      load(
        () => this.api().listModels(),
        (models) => isNews(this.models, models) && (this.models = models),
      ),
      load(
        () => this.api().listTasks(),
        (tasks) => isNews(this.tasks, tasks) && (this.tasks = tasks),
      ),
    ]);
  }

  /** @returns whether the model is on the list now */
  async addModel(path: string): Promise<boolean> {
    this.refusedModel = undefined;
    try {
      await this.api().addModel(path);
    } catch (thrown) {
      this.refusedModel = toWireError(thrown);
      return false;
    }
    await this.refresh();
    return true;
  }

  async forgetModel(path: string): Promise<void> {
    await this.api().forgetModel(path);
    if (this.model === path) this.model = "sprig";
    await this.refresh();
  }

  /** Opens a task; of several that were asked for, the last is the one that opens, in whatever order they are answered. */
  async open(source: TaskSource): Promise<Opening> {
    let became: Opening = "superseded";
    await this.openings.load(
      () => this.api().openTask(source),
      (loaded) => (became = this.opened(source, loaded)),
    );
    return became;
  }

  /** Shows a task that is there already; one that is about to open stays closed. */
  show(task: OpenedTask): void {
    this.openings.forget();
    this.opening = undefined;
    this.task = task;
  }

  private opened(source: TaskSource, loaded: Loaded<OpenedTask>): Opening {
    const name = "file" in source ? source.file : source.name;
    this.opening = loaded.state === "loading" ? name : undefined;
    if (loaded.state === "done") {
      this.task = loaded.value;
      this.broken = undefined;
      this.settings.noteOpened(loaded.value.file, loaded.value.name);
      return "opened";
    }
    if (loaded.state === "failed") {
      const { error } = loaded;
      if (error.code === "missing-file") this.settings.noteMissing(name);
      this.broken = { name, error, ...("text" in source && { text: source.text }) };
      return "broken";
    }
    return "superseded";
  }

  /** Asks for the prompts and whether the model can do the task; the last question asked is the one that is answered. */
  async ask(choice: PreviewRequest): Promise<void> {
    await this.previews.load(
      () => this.api().preview(choice),
      (preview) => (this.preview = preview),
    );
  }
}

/** Runs a call and reports each state of it. */
export async function load<T>(call: () => Promise<T>, report: (loaded: Loaded<T>) => unknown): Promise<void> {
  report({ state: "loading" });
  try {
    report({ state: "done", value: await call() });
  } catch (thrown) {
    report({ state: "failed", error: toWireError(thrown) });
  }
}

/** Questions of one kind: only the last that was asked is answered, and what became of those before it is not told. */
export class LastAsked {
  private asked = 0;

  /** As if another had been asked. */
  forget(): void {
    this.asked++;
  }

  async load<T>(call: () => Promise<T>, report: (loaded: Loaded<T>) => unknown): Promise<void> {
    const asked = ++this.asked;
    await load(call, (loaded) => {
      if (asked === this.asked) report(loaded);
    });
  }
}
