// Every model family that can be opened, one line each.
import type { Architecture } from "./architecture.ts";
import { gpt2 } from "./gpt2.ts";
import { llama } from "./llama.ts";
import { mistral } from "./mistral.ts";
import { neox } from "./neox.ts";
import { qwen } from "./qwen.ts";

export const ARCHITECTURES: readonly Architecture[] = [gpt2, neox, llama, mistral, qwen];
