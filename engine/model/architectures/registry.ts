// Every model family that can be opened, one line each.
import type { Architecture } from "./architecture.ts";
import { llama } from "./llama.ts";

export const ARCHITECTURES: readonly Architecture[] = [llama];
