// Circuits of edges: asked for by several methods, watched, stopped, kept until others are asked for.
import type { TaskChoice } from "../../engine/choices/task-choice.ts";
import type { EdgeCurve } from "../../engine/contract/edges.ts";
import type { StoredResult } from "../../engine/contract/jobs.ts";
import type { AskedOf } from "../../engine/contract/verbs.ts";
import { EDGE_METHODS, type EdgeMethod, type EdgeOrder, type EdgeSelection } from "../../engine/choices/lists.ts";
import type { EngineEvent, WireError } from "../../engine/contract.ts";
import { type DrawableCircuit, drawableCircuit, type EdgeCircuits, scoresByName } from "../edge/edge-circuit.ts";
import type { Desk, DeskApi } from "./desk.svelte.ts";
import { DeskGroup } from "./desk-group.svelte.ts";
import { toggled } from "./view.ts";

/** What edges are of: the task by its name, as circuit files give it. */
export interface EdgeSubject {
  readonly task: string;
  readonly model: string;
}

/** What is asked of every method. */
export type EdgePlan = Omit<AskedOf<"edges">, "method"> &
  Required<Pick<AskedOf<"edges">, "order" | "selection" | "prune">>;

/** Circuits with what they were asked for. */
export interface MeasuredEdges {
  readonly circuits: EdgeCircuits;
  readonly plan: EdgePlan;
  readonly subject: EdgeSubject;
}

export class EdgeDesk {
  methods = $state.raw<readonly EdgeMethod[]>(["attribution", "integrated-gradients"]);
  order = $state.raw<EdgeOrder>("magnitude");
  selection = $state.raw<EdgeSelection>("top-n");
  prune = $state(false);
  /** Whether the pruning begins with the edges among the nodes of the shown circuit, where that is of the same subject. */
  among = $state(false);
  /** Trials of the pruning at most; null: as many as it takes. */
  budget = $state<number | null>(null);
  /** Stays while others are being measured, until the first of them is. */
  measured = $state.raw<MeasuredEdges | undefined>(undefined);
  /** The method whose circuit is listed and drawn, where it was measured; else the first that was. */
  chosen = $state.raw<EdgeMethod | undefined>(undefined);
  readonly curve = $derived.by(
    (): EdgeCurve | undefined => (this.chosen && this.curveBy(this.chosen)) ?? this.measured?.circuits.found[0],
  );
  /** The chosen method's circuit. */
  readonly circuit = $derived.by(() => this.curve && this.circuitBy(this.curve.method));
  private readonly group: DeskGroup<"edges">;
  /** What is being measured: of what, and beside which curves. */
  private asked: { readonly plan: EdgePlan; readonly subject: EdgeSubject; found: readonly EdgeCurve[] } | undefined;

  constructor(api: () => DeskApi) {
    this.group = new DeskGroup(api, "edges", (stored) => this.take(stored));
  }

  get running(): boolean {
    return this.group.active;
  }

  get failure(): WireError | undefined {
    return this.group.active ? undefined : this.group.error;
  }

  /** The method that is being measured. */
  get current(): Desk<"edges"> | undefined {
    return this.group.current;
  }

  toggle(method: EdgeMethod): void {
    const chosen = new Set(toggled(this.methods, method));
    this.methods = EDGE_METHODS.filter((name) => chosen.has(name));
  }

  /** Without pruning the field is not shown, and says nothing. */
  get isBudgetBad(): boolean {
    return this.prune && this.budget !== null && !(Number.isInteger(this.budget) && this.budget > 0);
  }

  /**
   * Measures by the chosen methods, one after the other, in the place of what was measured before.
   *
   * @param shown names the circuit that is shown, by its run or by its file, where it is of the same subject
   */
  async ask(choice: TaskChoice, subject: EdgeSubject, shown?: () => Promise<string>): Promise<void> {
    const { methods, order, selection, prune, budget } = this;
    const among = prune && this.among ? await shown?.() : undefined;
    const pruning = { prune, ...(among !== undefined && { among }), ...(prune && budget !== null && { budget }) };
    await this.measure(methods, { ...choice, order, selection, ...pruning }, subject, []);
  }

  /** Measures by one more method, beside the others where they are of the same subject. */
  async add(method: EdgeMethod, choice: TaskChoice, subject: EdgeSubject): Promise<void> {
    const { measured, order, selection } = this;
    if (!measured || !this.isOf(subject)) {
      return this.measure([method], { ...choice, order, selection, prune: false }, subject, []);
    }
    const others = measured.circuits.found.filter((curve) => curve.method !== method);
    await this.measure([method], measured.plan, subject, others);
  }

  /** Ends the method that is being measured; what those before it gave stays. */
  async stop(): Promise<void> {
    await this.group.stop();
  }

  /** Shows a result that was made before, alone. */
  show(stored: StoredResult<"edges">): void {
    const { method, ...plan } = stored.settings;
    const { task = "", model = plan.model } = stored.summary.about;
    this.asked = { plan, subject: { task, model }, found: [] };
    this.take(stored);
    ({ order: this.order, selection: this.selection, prune: this.prune } = plan);
    this.methods = [method];
    this.chosen = method;
  }

  /** Shows the circuits of a session. */
  restore(saved: MeasuredEdges | undefined): void {
    this.measured = saved;
    if (!saved) return;
    ({ order: this.order, selection: this.selection, prune: this.prune } = saved.plan);
    this.methods = saved.circuits.found.map(({ method }) => method);
  }

  /** Undefined where the method was not measured. */
  curveBy(method: EdgeMethod): EdgeCurve | undefined {
    return this.measured?.circuits.found.find((curve) => curve.method === method);
  }

  /** Undefined where the method was not measured, or the criterion holds for none of its circuits. */
  circuitBy(method: EdgeMethod): DrawableCircuit | undefined {
    const curve = this.curveBy(method);
    return this.measured && curve && drawableCircuit(this.measured.circuits, curve);
  }

  /** By the edges' names; undefined where the method was not measured. */
  scoresBy(method: EdgeMethod): ReadonlyMap<string, number> | undefined {
    const curve = this.curveBy(method);
    return this.measured && curve && scoresByName(this.measured.circuits, curve);
  }

  /** Whether what was measured is of a task and a model. */
  isOf({ task, model }: EdgeSubject): boolean {
    return this.measured?.subject.task === task && this.measured.subject.model === model;
  }

  note(events: readonly EngineEvent[]): void {
    this.group.note(events);
  }

  async catchUp(): Promise<void> {
    await this.group.catchUp();
  }

  private async measure(
    methods: readonly EdgeMethod[],
    plan: EdgePlan,
    subject: EdgeSubject,
    found: readonly EdgeCurve[],
  ): Promise<void> {
    this.asked = { plan, subject, found };
    await this.group.start(methods.map((method) => ({ ...plan, method })));
  }

  private take({ result: { curve, ...measured } }: StoredResult<"edges">): void {
    if (!this.asked) return;
    const { plan, subject } = this.asked;
    this.asked.found = [...this.asked.found.filter(({ method }) => method !== curve.method), curve];
    this.measured = { circuits: { ...measured, found: this.asked.found }, plan, subject };
  }
}
