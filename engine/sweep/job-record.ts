// What a store keeps of a job beside its result: whose work it was, how long it took, what went wrong.
import { z } from "zod";

export const RECORD_FORMAT = "secateur.sweep-job";
export const RECORD_VERSION = 1;

const machine = z.object({
  worker: z.string(),
  platform: z.string(),
  processor: z.string(),
  threads: z.int(),
  node: z.string(),
  onnxruntime: z.string(),
  secateur: z.string(),
});
export type Machine = Readonly<z.infer<typeof machine>>;

const content = z.object({ sha256: z.string(), bytes: z.int() });

export const jobRecord = z.object({
  format: z.literal(RECORD_FORMAT),
  version: z.literal(RECORD_VERSION),
  id: z.string(),
  verb: z.string(),
  verbVersion: z.int(),
  settings: z.unknown(),
  at: z.record(z.string(), z.unknown()),
  state: z.enum(["finished", "failed"]),
  /** Of the result's file in `objects`. */
  content: content.optional(),
  /** What of the result is of this run alone, such as when it was made. */
  aside: z.unknown().optional(),
  headline: z
    .object({
      code: z.string(),
      values: z.record(z.string(), z.union([z.string(), z.number(), z.nan()])),
      split: z.string().optional(),
    })
    .optional(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  /** Of all attempts together. */
  attempts: z.int(),
  seconds: z.number(),
  /** ISO 8601, UTC. */
  when: z.string(),
  machine,
});

/** As a file has it. */
export type WrittenRecord = Readonly<z.infer<typeof jobRecord>>;

export interface JobRecord extends WrittenRecord {
  /** Other bytes that the same job gave elsewhere. */
  readonly others?: readonly { readonly content: NonNullable<WrittenRecord["content"]>; readonly machine: Machine }[];
}
