// The browser's local storage, or a memory for this visit where it is forbidden.
import { type Memory, memoryOnly } from "../state/stored.ts";

export function browserMemory(): Memory {
  try {
    return window.localStorage;
  } catch {
    return memoryOnly();
  }
}
