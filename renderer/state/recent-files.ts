// The task files that were opened last, newest first; those that are gone stay in the list, marked.

export interface RecentFile {
  readonly file: string;
  readonly name: string;
  readonly missing?: boolean;
}

const remembered = 10;

export function withOpened(recent: readonly RecentFile[], file: string, name: string): readonly RecentFile[] {
  return [{ file, name }, ...recent.filter((other) => other.file !== file)].slice(0, remembered);
}

export function withMissing(recent: readonly RecentFile[], file: string): readonly RecentFile[] {
  return recent.map((entry) => (entry.file === file ? { ...entry, missing: true } : entry));
}
