// One part of the report: what was measured and how, as text, tables and pictures.
import type { Table } from "./table.ts";

/** A drawing that the report embeds. */
export interface Picture {
  /** File name without its ending. */
  readonly name: string;
  readonly alt: string;
  readonly svg: string;
}

export interface Section {
  readonly title: string;
  /** Markdown: what the figures are of, and what they are not. */
  readonly text: string;
  readonly tables: readonly Table[];
  readonly pictures?: readonly Picture[];
}
