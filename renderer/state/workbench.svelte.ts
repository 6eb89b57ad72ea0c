// The workbench's whole state: connection, task, runs, view; and what the user can do to them.
import { without } from "../../engine/base/without.ts";
import type { PruneSettings } from "../../engine/choices/prune.ts";
import { taskChoiceOf } from "../../engine/choices/task-choice-of.ts";
import type { EdgeMethod } from "../../engine/choices/lists.ts";
import { pruneSettingsOf } from "../../engine/circuit/settings-of-circuit.ts";
import type { Circuit, CircuitNode, RecordedFigures } from "../../engine/circuit/circuit-schema.ts";
import type {
  Attention,
  EngineApi,
  Heatmap,
  HeatmapRequest,
  NeuronView,
  OpenedTask,
  RunRecord,
  TaskPreview,
  WireError,
} from "../../engine/contract.ts";
import type { VerbName } from "../../engine/contract/verbs.ts";
import type { UnitSizes } from "../../engine/circuit/unit.ts";
import type { Host, PickedFile } from "../client/host.ts";
import { type DrawnNode, drawnNodes, nodesOfEdges } from "../graph/drawn.ts";
import { toWireError } from "../client/wire-failure.ts";
import { AttentionForm } from "./attention-form.svelte.ts";
import { compare, type Comparison } from "./comparison.ts";
import { Desk } from "./desk.svelte.ts";
import { DownloadDesk } from "./download-desk.svelte.ts";
import { DrawnConnections } from "./drawn-connections.svelte.ts";
import { EdgeDesk, type EdgeSubject } from "./edge-desk.svelte.ts";
import { EngineLink } from "./engine-link.svelte.ts";
import { FeaturesForm } from "./features-form.svelte.ts";
import { fileNamed } from "./file-named.ts";
import { HeldOutPath } from "./held-out-path.svelte.ts";
import { JobTray } from "./job-tray.svelte.ts";
import { Kept } from "./kept.ts";
import { keptWith, searchedUnits } from "./kept-units.ts";
import { LensForm } from "./lens-form.svelte.ts";
import { NeuronForm } from "./neuron-form.svelte.ts";
import { PatchscopeForm, type PointedToken } from "./patchscope-form.svelte.ts";
import { EditForm, MemoriesForm, TwoHopForm } from "./read-forms.svelte.ts";
import { RelationDesk } from "./relation-desk.svelte.ts";
import { RunDesk } from "./run-desk.svelte.ts";
import { RunForm } from "./run-form.svelte.ts";
import { formatSession, SESSION_ENDING, type SessionRefusal } from "./session-file.ts";
import type { SettingsForm } from "./settings-form.svelte.ts";
import type { Settings } from "./settings.svelte.ts";
import { SteerForm } from "./steer-form.svelte.ts";
import { StatisticsDesk, type StatisticsSubject } from "./statistics-desk.svelte.ts";
import { circuitAt } from "./taken-circuit.ts";
import { SweepForm } from "./sweep-form.svelte.ts";
import { TextForm } from "./text-form.svelte.ts";
import { LastAsked, type Loaded, load, TaskDesk } from "./task-desk.svelte.ts";
import type { TimelineStep } from "./timeline.ts";
import { type Edits, FIRST_VIEW, NO_EDITS, type View } from "./view.ts";
import { ViewState } from "./view-state.svelte.ts";

/** What the page shows before the engine has answered: a run that was recorded. */
export interface RecordedExample {
  readonly task: OpenedTask;
  readonly preview: TaskPreview;
  readonly record: RunRecord;
}

export type FileRefusal = SessionRefusal | { readonly because: "failed"; readonly error: WireError };

export interface EditedFigures {
  readonly discovery: RecordedFigures;
  readonly heldOut: RecordedFigures | undefined;
}

export class Workbench {
  readonly link: EngineLink;
  readonly tasks: TaskDesk;
  readonly runs: RunDesk;
  readonly relations: RelationDesk;
  readonly downloads: DownloadDesk;
  readonly statistics: StatisticsDesk;
  readonly edgeDesk: EdgeDesk;
  readonly connections: DrawnConnections;
  /** All jobs and results of the engine. */
  readonly tray: JobTray;
  private readonly desks = new Map<string, Desk<VerbName>>();
  private readonly settingsForms = new Map<VerbName, SettingsForm>();
  readonly lensForm = new LensForm();
  readonly patchscopeForm = new PatchscopeForm();
  readonly twoHopForm = new TwoHopForm();
  readonly memoriesForm = new MemoriesForm();
  readonly editForm = new EditForm();
  readonly textForm = new TextForm();
  readonly featuresForm = new FeaturesForm();
  readonly steerForm = new SteerForm();
  readonly neuronForm = new NeuronForm();
  readonly sweepForm = new SweepForm();
  readonly heldOutPath = new HeldOutPath((request) => this.link.api.measure(request));
  readonly form = new RunForm();
  readonly view = new ViewState(FIRST_VIEW);
  /** Figures with the user's edits, once they were asked for. */
  measured = $state.raw<Loaded<EditedFigures>>({ state: "none" });
  heatmap = $state.raw<Loaded<Heatmap>>({ state: "none" });
  heatmapKind = $state.raw<Pick<HeatmapRequest, "site" | "by" | "direction">>({
    site: "z",
    by: "head",
    direction: "noising",
  });
  attention = $state.raw<Loaded<Attention>>({ state: "none" });
  /** Of which example, and which side of it. */
  readonly attentionForm = new AttentionForm();
  private readonly attentions = new Kept<Attention>(64);
  neuron = $state.raw<Loaded<NeuronView>>({ state: "none" });
  /** Of several neurons by id, and the run that they are of. */
  neuronViews = $state.raw<{ readonly of: string; readonly views: Loaded<ReadonlyMap<string, NeuronView>> }>({
    of: "",
    views: { state: "none" },
  });
  compared = $state.raw<Loaded<RunRecord>>({ state: "none" });
  /** File that could be opened neither as session nor as circuit. */
  refused = $state.raw<{ readonly name: string; readonly refusal: FileRefusal } | undefined>(undefined);
  /** Whether what is shown was recorded with the program, not run here. */
  isExample = $state(true);
  readonly circuit = $derived.by(() => this.runs.shown?.circuit);
  /** Node id to what the circuit file says of it. */
  readonly nodes = $derived.by(
    (): ReadonlyMap<string, CircuitNode> => new Map(this.circuit?.nodes.map((node) => [node.id, node])),
  );
  readonly searched = $derived.by((): readonly string[] => {
    const { sizes } = this;
    const units = this.runs.shown?.request.units;
    return sizes && units ? searchedUnits(sizes, units) : [];
  });
  /** Index into the timeline of the step that is shown; −1 where there is none. */
  readonly step = $derived.by(() => {
    const last = this.runs.timeline.length - 1;
    // Two circuits are compared as their searches left them.
    if (this.view.current.comparedWith !== null) return last;
    return Math.min(this.view.current.step ?? last, last);
  });
  readonly removed = $derived.by(() => this.runs.history.after(this.step));
  readonly kept = $derived.by(() => keptWith(this.searched, this.removed, this.view.current.edits));
  readonly comparison = $derived.by((): Comparison | undefined => {
    const other = this.compared.state === "done" ? this.compared.value.circuit : undefined;
    if (!this.circuit || !other) return undefined;
    try {
      return compare(this.circuit, other);
    } catch {
      return undefined;
    }
  });

  /** What the graph shows, on the page and in exported drawings. */
  readonly drawnNodes = $derived.by((): readonly DrawnNode[] => {
    const { edgeCircuit, scoresShownRun } = this.connections;
    const { pinned } = this.view.current;
    if (edgeCircuit) {
      return nodesOfEdges(edgeCircuit.edges, pinned, (id) => (scoresShownRun ? this.roleOf(id) : undefined));
    }
    return drawnNodes({
      circuit: this.circuit?.nodes.map(({ id }) => id) ?? [],
      searched: this.searched,
      kept: this.kept,
      removedNow: this.comparison ? [] : (this.shownStep?.removed ?? []),
      ablated: this.view.current.edits.ablated,
      pinned,
      sides: this.comparison?.sides,
      roleOf: (id) => this.roleOf(id),
    });
  });
  private readonly looks = {
    measure: new LastAsked(),
    heatmap: new LastAsked(),
    attention: new LastAsked(),
    neuron: new LastAsked(),
    neurons: new LastAsked(),
  };
  /** File that was opened from outside before there was an engine. */
  private handed: PickedFile | undefined;

  constructor(
    readonly host: Host,
    readonly settings: Settings,
    example: RecordedExample,
  ) {
    this.link = new EngineLink(host, {
      ready: (_hello, anew) => void this.catchUp(anew),
      missed: () => void this.catchUp(true),
      events: (events) => {
        this.runs.apply(events);
        this.relations.note(events);
        this.downloads.note(events);
        this.statistics.note(events);
        this.edgeDesk.note(events);
        this.tray.note(events);
        for (const desk of this.desks.values()) desk.note(events);
      },
    });
    const api = () => this.link.api;
    this.tasks = new TaskDesk(api, settings);
    this.runs = new RunDesk(api);
    this.relations = new RelationDesk(api, this.tasks);
    this.downloads = new DownloadDesk(api, () => this.tasks.refresh());
    this.statistics = new StatisticsDesk(api, (run, change) => this.runs.attach(run, change));
    this.edgeDesk = new EdgeDesk(api);
    this.tray = new JobTray(api);
    this.connections = new DrawnConnections({
      view: () => this.view.current,
      circuit: () => this.circuit,
      subject: () => this.subject,
      desk: this.edgeDesk,
    });
    this.tasks.show(example.task);
    this.tasks.preview = { state: "done", value: example.preview };
    this.form.follow(example.task);
    this.runs.show(example.record);
  }

  /** The desk of a verb, the same for whoever asks. @param place another desk of it, beside the first */
  desk<Name extends VerbName>(verb: Name, place = ""): Desk<Name> {
    const key = `${verb}/${place}`;
    const known = this.desks.get(key);
    if (known) return known as unknown as Desk<Name>;
    const desk = new Desk(() => this.link.api, verb);
    this.desks.set(key, desk as unknown as Desk<VerbName>);
    return desk;
  }

  /** The form of a verb whose pane is made from its schema. @param Form brought by who asks, since the schemas come with it */
  settingsForm<Name extends VerbName>(verb: Name, Form: typeof SettingsForm): SettingsForm<Name> {
    const known = this.settingsForms.get(verb);
    if (known) return known as unknown as SettingsForm<Name>;
    const form = new Form(verb);
    this.settingsForms.set(verb, form as unknown as SettingsForm);
    return form;
  }

  /** Has the model go on with a prompt. */
  goOnWith(text: string): void {
    this.textForm.mode = "text";
    this.textForm.text = text;
    this.show({ tab: "text" });
  }

  /** Reads a prompt with the lens. */
  readWithLens(text: string): void {
    this.lensForm.source = "text";
    this.lensForm.text = text;
    this.show({ tab: "lens" });
  }

  /** Opens the page of a hidden neuron. @param prompts whether a study of it is of the open task's prompts */
  studyNeuron(id: string, prompts = false): void {
    if (prompts) this.neuronForm.kind = "task";
    this.neuronForm.open(id);
    this.show({ tab: "neurons" });
  }

  /** Shows which words a hidden neuron writes. @param id such as "m3.n12" */
  lookUpMemory(id: string): void {
    this.memoriesForm.wanted = id;
    this.show({ tab: "memories" });
  }

  /** Puts the state at one token into another one's place, before the layers that are named. */
  patchInto(
    source: PointedToken & { readonly layer: number },
    target?: PointedToken & { readonly layer?: number },
  ): void {
    const { patchscopeForm: form } = this;
    form.view = "grid";
    form.pointAtSource(source);
    form.from = String(source.layer);
    form.into = target?.layer === undefined ? "" : String(target.layer);
    if (target) form.pointAtTarget(target);
    this.show({ tab: "patchscope" });
  }

  /** Sizes of the model of the shown run; undefined while the model is not known. */
  get sizes(): UnitSizes | undefined {
    if (this.circuit) return this.circuit.model;
    const name = this.runs.shown?.request.model;
    const models = this.tasks.models;
    const entry = models.state === "done" ? models.value.find((model) => model.name === name) : undefined;
    if (entry?.nLayers === undefined || entry.nHeads === undefined || entry.dMlp === undefined) return undefined;
    return { nLayers: entry.nLayers, nHeads: entry.nHeads, dMlp: entry.dMlp };
  }

  /** Sizes of the model whose circuit the graph shows. */
  get drawnSizes(): UnitSizes | undefined {
    const { measured } = this.edgeDesk;
    return this.connections.edgeCircuit && measured ? { ...measured.circuits.model, dMlp: 0 } : this.sizes;
  }

  /** Task and model of the shown circuit. */
  get subject(): EdgeSubject | undefined {
    const run = this.runs.shown;
    return this.circuit && run && { task: this.circuit.task.name, model: run.request.model };
  }

  /** Whether what is shown is what the search ended at, and so what effects, roles and connections were measured on. */
  get isAtEnd(): boolean {
    return this.step === this.runs.timeline.length - 1;
  }

  get shownStep(): TimelineStep | undefined {
    return this.runs.timeline[this.step];
  }

  get selectedNode(): string | undefined {
    const { selection } = this.view.current;
    return selection.kind === "node" ? selection.id : undefined;
  }

  get hasEdits(): boolean {
    const { ablated, restored } = this.view.current.edits;
    return ablated.length + restored.length > 0;
  }

  /** @param gesture see `ViewState.change` */
  show(change: Partial<View>, gesture?: string): void {
    this.view.change(change, gesture);
  }

  edit(edits: Edits): void {
    this.show({ edits });
    this.forgetMeasured();
  }

  undo(): void {
    this.view.undo();
    this.forgetMeasured();
  }

  redo(): void {
    this.view.redo();
    this.forgetMeasured();
  }

  /** Figures are of the edits that they were measured with. */
  private forgetMeasured(): void {
    this.looks.measure.forget();
    this.measured = { state: "none" };
  }

  selectNode(id: string): void {
    this.show({ selection: { kind: "node", id } });
  }

  /** Has no meaning while two circuits are compared. */
  goTo(step: number): void {
    if (this.view.current.comparedWith !== null) return;
    const last = this.runs.timeline.length - 1;
    const within = Math.max(0, Math.min(step, last));
    this.show({ step: within === last ? null : within });
  }

  /** Shows the circuit of edges by a method in the graph. */
  drawEdges(method: EdgeMethod): void {
    this.show({ tab: "circuit", drawn: "edges", edges: { ...this.view.current.edges, weighed: method } });
  }

  /** Shows the circuit of units again, its connections as measured. */
  drawUnits(): void {
    this.show({ tab: "circuit", drawn: "units", edges: { ...this.view.current.edges, weighed: "measured" } });
  }

  /** A name by which the engine finds the shown circuit: its run's, else that of a file which it keeps. */
  async circuitName(): Promise<string> {
    const { shown, runs } = this.runs;
    if (runs.some(({ id }) => id === shown!.id)) return shown!.id;
    const { formatCircuit } = await import("../../engine/circuit/circuit-file.ts");
    return this.link.api.keep({ name: `${shown!.id}.circuit.json`, text: formatCircuit(shown!.circuit!) });
  }

  /** Measures the edges by the method that the graph needs, on the task and model of the shown circuit. */
  async scoreEdges(): Promise<void> {
    const { subject } = this;
    const { method } = this.connections;
    const run = this.runs.shown;
    if (method && subject && run) await this.edgeDesk.add(method, taskChoiceOf(run.request), subject);
  }

  /** The user's word for a node's role, else the one that was found. */
  roleOf(id: string): string | undefined {
    return this.view.current.edits.roles[id] ?? this.nodes.get(id)?.role?.name;
  }

  async openTask(source: Parameters<EngineApi["openTask"]>[0]): Promise<void> {
    const became = await this.tasks.open(source);
    if (became === "superseded") return;
    if (became === "broken") return this.show({ tab: "task" });
    this.form.follow(this.tasks.task!);
    await this.preview();
  }

  /** Goes back to the model, the task and its examples that something was made with; a task that is gone leaves the one there is. */
  async takeUp({ model, task, ...choice }: Partial<PruneSettings>): Promise<void> {
    if (model !== undefined) this.tasks.model = model;
    if (task !== undefined) {
      const became = task === this.tasks.task?.file ? "opened" : await this.tasks.open({ file: task });
      if (became === "superseded") return;
      if (became === "opened") this.form.follow(this.tasks.task!);
      this.form.take({ ...choice, task, model: this.tasks.model });
    }
    void this.preview();
  }

  /** Asks everything of this model from now on; one that is not here yet is fetched. */
  async takeModel(name: string): Promise<void> {
    const { models } = this.tasks;
    const entry = models.state === "done" ? models.value.find((model) => model.name === name) : undefined;
    if (entry?.ready) {
      this.tasks.model = name;
      return this.preview();
    }
    this.downloads.name = name;
    await this.downloads.fetch();
  }

  /** @param tried prompts that the model is tried on; the engine's few where it is not said */
  async preview(tried?: number): Promise<void> {
    const { task, model } = this.tasks;
    if (task && this.link.ready) await this.tasks.ask({ ...this.form.choice(task.file, model), tried });
  }

  async start(): Promise<void> {
    if (!this.tasks.task) return;
    await this.startRequest(this.form.request(this.tasks.task.file, this.tasks.model));
  }

  /** Prunes on from what is shown: what is gone stays gone, what is to be kept always stays. */
  async pruneFromHere(): Promise<void> {
    const run = this.runs.shown;
    if (!run) return;
    const kept = new Set(this.kept);
    const gone = this.searched.filter((id) => !kept.has(id));
    await this.startRequest(onwards(run.request, gone, this.view.current.edits.keepAlways));
  }

  private async startRequest(request: RunRecord["request"]): Promise<void> {
    await this.runs.start(request);
    if (this.runs.failure) return;
    this.isExample = false;
    this.freshView();
  }

  async openRun(id: string): Promise<void> {
    await this.runs.open(id);
    if (this.runs.failure) return;
    this.isExample = false;
    this.freshView();
  }

  async compareWith(id: string | null): Promise<void> {
    this.show({ comparedWith: id, ...(id !== null && { step: null }) });
    if (id === null) this.compared = { state: "none" };
    else
      await load(
        () => this.link.api.openRun(id),
        (compared) => (this.compared = compared),
      );
  }

  /** Whether figures of held-out examples are to be had: of a circuit that has none, f means nothing there. */
  private get hasHeldOut(): boolean {
    const { circuit } = this;
    if (!circuit) return true;
    return circuit.results ? circuit.results.heldOut !== undefined : circuit.task.examples.heldOut > 0;
  }

  /** Measures the shown circuit with the edits, on both halves of the examples. */
  async measure(): Promise<void> {
    const run = this.runs.shown;
    if (!run) return;
    const { units, dictionary } = run.request;
    const request = { ...taskChoiceOf(run.request), units, dictionary, kept: this.kept };
    const hasHeldOut = this.hasHeldOut;
    await this.looks.measure.load(
      async () => ({
        discovery: await this.link.api.measure({ ...request, split: "discovery" }),
        heldOut: hasHeldOut ? await this.link.api.measure({ ...request, split: "heldOut" }) : undefined,
      }),
      (measured) => (this.measured = measured),
    );
  }

  /** Measures circuits along the way of the shown search on the held-out examples, for the curve. */
  async measureHeldOut(): Promise<void> {
    const run = this.runs.shown;
    if (!run) return;
    const { units, dictionary } = run.request;
    const circuits = this.runs.timeline.flatMap(({ accepted }, at) =>
      accepted ? [keptWith(this.searched, this.runs.history.after(at), NO_EDITS)] : [],
    );
    await this.heldOutPath.ask(run.id, { ...taskChoiceOf(run.request), units, dictionary }, circuits);
  }

  /** The shown circuit with its task file, which is known only by its name where the circuit came from a file. */
  get statisticsSubject(): StatisticsSubject | undefined {
    const { shown } = this.runs;
    if (!shown?.circuit) return undefined;
    const { id: run, circuit, request } = shown;
    return {
      run,
      circuit,
      model: request.model,
      circuitName: () => this.circuitName(),
      task: this.knownTask(request.task),
    };
  }

  /** Where the task of a circuit lies, of which a file has only the name; that name where none of the listed tasks has it. */
  private knownTask(file: string): string {
    const { tasks, task: opened } = this.tasks;
    const listed = tasks.state === "done" ? tasks.value.map((task) => task.file) : [];
    return fileNamed(file, [...listed, ...(opened ? [opened.file] : [])]) ?? file;
  }

  async askHeatmap(): Promise<void> {
    const run = this.runs.shown;
    if (!run) return;
    const request = { ...taskChoiceOf(run.request), ...this.heatmapKind };
    await this.looks.heatmap.load(
      () => this.link.api.heatmap(request),
      (heatmap) => (this.heatmap = heatmap),
    );
  }

  /** What was seen once is there at once. */
  async askAttention(head: string, example: number): Promise<void> {
    const run = this.runs.shown;
    if (!run) return;
    const request = { ...taskChoiceOf(run.request), head, example };
    const key = JSON.stringify(request);
    const seen = this.attentions.get(key);
    if (seen) {
      this.looks.attention.forget();
      this.attention = { state: "done", value: seen };
      return;
    }
    if (!this.link.ready) {
      this.attention = { state: "none" };
      return;
    }
    await this.looks.attention.load(
      () => this.link.api.attention(request),
      (attention) => {
        if (attention.state === "done") this.attentions.set(key, attention.value);
        if (this.selectedNode === head) this.attention = attention;
      },
    );
  }

  async askNeuron(neuron: string): Promise<void> {
    const run = this.runs.shown;
    if (!run) return;
    await this.looks.neuron.load(
      async () => (await this.link.api.neurons({ ...taskChoiceOf(run.request), neurons: [neuron] }))[0],
      (view) => {
        if (this.selectedNode === neuron) this.neuron = view;
      },
    );
  }

  /** The kept neurons, those with the strongest effects first, each with where it is strongest and what it writes. */
  async askNeurons(neurons: readonly string[]): Promise<void> {
    const run = this.runs.shown;
    if (!run) return;
    await this.looks.neurons.load(
      async () => {
        const views = await this.link.api.neurons({ ...taskChoiceOf(run.request), neurons });
        return new Map(neurons.map((id, i) => [id, views[i]]));
      },
      (views) => {
        if (this.runs.shown?.id === run.id) this.neuronViews = { of: run.id, views };
      },
    );
  }

  /** Makes the circuit at the shown step one of its own, with its own figures where the engine can measure them. */
  async takeCircuit(): Promise<void> {
    const run = this.runs.shown;
    const { shownStep, circuit } = this;
    if (!run || !circuit || !shownStep) return;
    const taken = circuitAt(circuit, shownStep.step);
    this.runs.show({ ...run, id: `${run.id}@${shownStep.step}`, circuit: taken });
    this.freshView();
    if (this.link.ready) await this.measure();
  }

  /** Opens a file at once, or a task, which the engine must read, as soon as there is one. */
  async openWhenReady(file: PickedFile): Promise<void> {
    if (this.link.ready || isSession(file) || isCircuit(file)) await this.openFile(file);
    else this.handed = file;
  }

  /** Opens a session, a circuit or a task, whichever the file is. */
  async openFile(file: PickedFile): Promise<void> {
    this.refused = undefined;
    if (isSession(file)) return this.openSession(file);
    if (isCircuit(file)) return this.openCircuit(file);
    const source = file.path === undefined ? { name: file.name, text: file.text } : { file: file.path };
    if (isRelation(file.text)) return this.openRelation(file.name, source);
    await this.openTask(source);
  }

  lookIntoRelation(file: string): void {
    if (!this.relations.chosen.includes(file)) this.relations.toggle(file);
    this.relations.show(file);
    this.show({ tab: "relations" });
  }

  /** Searches the circuit of a relation's facts: its heads and MLPs, other subjects as the corrupt prompts. */
  async pruneRelation(file: string): Promise<void> {
    await this.openTask({ file });
    this.form.units = ["head", "mlp"];
    this.show({ tab: "circuit" });
    await this.start();
  }

  private async openRelation(name: string, source: Parameters<EngineApi["openRelation"]>[0]): Promise<void> {
    try {
      await this.relations.openFile(source);
      this.show({ tab: "relations" });
    } catch (thrown) {
      this.refused = { name, refusal: { because: "failed", error: toWireError(thrown) } };
    }
  }

  private async openSession({ name, text }: PickedFile): Promise<void> {
    const { parseSession } = await import("./session-reading.ts");
    const session = parseSession(text, name);
    if ("because" in session) {
      this.refused = { name, refusal: session };
      return;
    }
    if (session.task) {
      this.tasks.show(session.task);
      this.form.follow(session.task);
    }
    if (session.request) this.tasks.model = session.request.model;
    if (session.record) this.runs.show(session.record);
    this.relations.restore(session.relations ?? []);
    this.edgeDesk.restore(session.edges);
    this.isExample = false;
    this.view.reset(session.view);
    void this.preview();
  }

  private async openCircuit({ name, text }: PickedFile): Promise<void> {
    try {
      const { parseCircuit } = await import("../../engine/circuit/circuit-file.ts");
      this.showCircuit(parseCircuit(text, name), name);
    } catch (thrown) {
      this.refused = { name, refusal: { because: "failed", error: toWireError(thrown) } };
    }
  }

  /** Shows the circuit of a run, or of a file that the engine can read. */
  async openCircuitNamed(name: string): Promise<void> {
    if (this.runs.runs.some(({ id }) => id === name)) return this.openRun(name);
    this.showCircuit(await this.link.api.openCircuit({ file: name }), name);
  }

  /** Shows a circuit that is no run of the engine. */
  showCircuit(circuit: Circuit, name: string): void {
    const recorded = pruneSettingsOf(circuit);
    const request = { ...recorded, task: this.knownTask(recorded.task) };
    const startedAt = circuit.environment?.startedAt ?? "";
    this.runs.show({ id: name, request, state: "finished", startedAt, steps: [], circuit });
    this.isExample = false;
    this.freshView();
  }

  sessionText(): string {
    const { task } = this.tasks;
    const record = this.runs.shown;
    const { saved } = this.relations;
    const relations = saved.length > 0 ? saved : undefined;
    const { measured: edges } = this.edgeDesk;
    return formatSession({ task, request: record?.request, record, relations, edges, view: this.view.current });
  }

  /** The circuit with the user's own roles in the place of those that were found. */
  withRoles(circuit: Circuit): Circuit {
    const { roles } = this.view.current.edits;
    const nodes = circuit.nodes.map((node) =>
      roles[node.id] === undefined
        ? node
        : { ...node, role: { score: 0, evidence: {}, ...node.role, name: roles[node.id] } },
    );
    return { ...circuit, nodes };
  }

  private freshView(): void {
    const { tab, drawn, edges: before } = this.view.current;
    const edges = drawn === "edges" ? { ...before, weighed: FIRST_VIEW.edges.weighed } : before;
    const edits = { ...NO_EDITS };
    this.view.reset({ ...FIRST_VIEW, tab: tab === "task" ? "circuit" : tab, edges, edits });
    this.forgetMeasured();
    this.heatmap = { state: "none" };
    this.attention = { state: "none" };
    this.neuron = { state: "none" };
    this.compared = { state: "none" };
  }

  /** After a line was opened: a file that waits for it, lists that may have changed, and the shown run where the engine has it. */
  private async catchUp(anew: boolean): Promise<void> {
    const { handed } = this;
    this.handed = undefined;
    if (handed) void this.openFile(handed);
    try {
      await Promise.all([
        this.tasks.refresh(),
        this.runs.refresh(),
        this.tray.refresh(),
        this.edgeDesk.catchUp(),
        this.relations.catchUp(),
        this.statistics.catchUp(),
        ...[...this.desks.values()].map((desk) => desk.catchUp()),
      ]);
      if (anew && this.runs.active) await this.runs.reopen();
    } catch {
      // The line is gone again; the next one catches up.
    }
  }
}

const isSession = ({ name }: PickedFile): boolean => name.endsWith(SESSION_ENDING);
const isCircuit = ({ name }: PickedFile): boolean => name.endsWith(".circuit.json");

/** The same search, from where some units are gone, and with some that must stay. */
function onwards(request: PruneSettings, gone: readonly string[], keep: readonly string[]): PruneSettings {
  const plain = without(request, "start", "maskSteps", "maskTarget", "without", "keep");
  return { ...plain, ...(gone.length > 0 && { without: gone }), ...(keep.length > 0 && { keep }) };
}

/** Relation files have subjects in their templates and pairs as samples; every other task file is a contrast. */
function isRelation(text: string): boolean {
  return /"?prompt_templates"?\s*:/.test(text) && /"?samples"?\s*:/.test(text);
}
