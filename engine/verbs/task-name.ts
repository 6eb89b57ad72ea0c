// The name of a task on a card: its file's, so that it can be told before the file is read.
import { stemOf } from "../base/file-name.ts";

export function taskName(file: string | undefined): string | undefined {
  return file === undefined ? undefined : stemOf(file);
}
