// What a picker of the bar lists.

export interface PickedEntry {
  readonly id: string;
  readonly name: string;
  /** What it is, in a sentence; "" where nothing is known. */
  readonly says: string;
  /** Such as "ready". */
  readonly state?: string;
  /** Whether picking it fetches it first. */
  readonly isGot?: boolean;
  readonly isCurrent: boolean;
  readonly disabled: boolean;
}

export interface PickedGroup {
  readonly title: string;
  readonly entries: readonly PickedEntry[];
}
