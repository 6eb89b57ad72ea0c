// The session file (`*.secateur`): task text, request, record, fitted relations, circuits of edges, what is pinned and edited,
// and the view, in one JSON document; session-reading.ts reads it.
import type { PruneSettings } from "../../engine/choices/prune.ts";
import type { OpenedTask, RunRecord } from "../../engine/contract.ts";
import type { RELATION_ESTIMATORS, RelationFit } from "../../engine/contract/relations.ts";
import type { MeasuredEdges } from "./edge-desk.svelte.ts";
import type { View } from "./view.ts";

export const SESSION_FORMAT = "secateur.session";
export const SESSION_VERSION = 1;
export const SESSION_ENDING = ".secateur";

export interface SavedSession {
  readonly task: OpenedTask | undefined;
  readonly request: PruneSettings | undefined;
  readonly record: RunRecord | undefined;
  readonly relations: readonly SavedRelation[] | undefined;
  readonly edges: MeasuredEdges | undefined;
  readonly view: View;
}

/** What a relation is fitted to, and how. */
export interface RelationChoice {
  readonly task: string;
  readonly model: string;
  readonly estimator: (typeof RELATION_ESTIMATORS)[number];
  /** Subjects fitted on. */
  readonly samples: number;
  /** Random draws of them. */
  readonly seeds: number;
}

/** A fitted relation with what it was fitted to. */
export interface SavedRelation {
  readonly choice: RelationChoice;
  readonly fit: RelationFit;
}

/** Why a file cannot be opened as a session, for the page to put into words. */
export type SessionRefusal =
  | { readonly because: "not-json" }
  | { readonly because: "not-a-session" }
  | { readonly because: "newer"; readonly version: number }
  | { readonly because: "broken"; readonly path: string };

export function formatSession(saved: SavedSession): string {
  const document = { format: SESSION_FORMAT, version: SESSION_VERSION, ...saved };
  const plain = (_: string, value: unknown) => (value instanceof Float64Array ? Array.from(value) : value);
  return `${JSON.stringify(document, plain, 1)}\n`;
}
