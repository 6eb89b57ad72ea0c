// What the engine says, in Chinese: English template → the same sentence with the same holes.
import type { Sentences } from "../said.ts";
import { lists } from "./lists.ts";

export const zh: Sentences = { ...lists };
