// What the work is computed on: threads, device and number type travel together, and are no part of what is asked.
import { z } from "zod";
import type { Frozen } from "../base/frozen.ts";
import { oneOf, whole } from "./bounds.ts";
import { DEVICES, PRECISIONS } from "./lists.ts";
import { option } from "./option.ts";

export const executionSchema = z.strictObject({
  threads: option(whole(1, 1024).optional(), {
    flags: "--threads <n>",
    help: "Runs the products on so many threads.",
    otherwise: "all cores",
  }),
  device: option(oneOf(DEVICES).optional(), {
    flags: "--device <name>",
    help: "Computes the products on this device.",
    otherwise: "cpu",
  }),
  precision: option(oneOf(PRECISIONS).optional(), {
    flags: "--precision <name>",
    help: "Computes in this number type; float64 is slow and tells rounding from a mistake.",
    otherwise: "float32",
  }),
});

export type Execution = Frozen<z.infer<typeof executionSchema>>;
