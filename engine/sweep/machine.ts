// What a record says of the machine that did a job: with another of these the last digits of a result may differ.
import { cpus, hostname, platform, arch } from "node:os";
import { cores } from "../base/cores.ts";
import type { Execution } from "../choices/execution.ts";
import { runtimeVersion } from "../runtime/ort.ts";
import { version } from "../session/version.ts";
import type { Machine } from "./job-record.ts";

export function thisMachine({ threads }: Execution): Machine {
  return {
    worker: `${hostname()}-${process.pid}`,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model ?? "unknown",
    threads: threads ?? cores(),
    node: process.version,
    onnxruntime: runtimeVersion,
    secateur: version,
  };
}
