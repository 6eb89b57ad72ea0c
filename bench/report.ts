// Writes what was measured as bench/REPORT.md with its pictures, the machine and the command that repeats it.
import { mkdirSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { writeFileAtomic } from "../engine/base/atomic-file.ts";
import { runtimeVersion } from "../engine/runtime/ort.ts";
import { type BenchOptions, peersNotRun } from "./options.ts";
import type { Section } from "./section.ts";
import { markdown } from "./table.ts";

const folder = new URL(".", import.meta.url).pathname;

/** @param only names of the sections, where not all were measured */
export function writeReport(sections: readonly Section[], options: BenchOptions, only: string | undefined): void {
  mkdirSync(`${folder}pictures`, { recursive: true });
  for (const { pictures = [] } of sections) {
    for (const { name, svg } of pictures) writeFileAtomic(`${folder}pictures/${name}.svg`, svg);
  }
  const parts = [head(only), machine(options), ...peersNotRun(options), ...sections.map(sectionText)];
  writeFileAtomic(`${folder}REPORT.md`, `${parts.join("\n\n")}\n`);
}

function sectionText({ title, text, tables, pictures = [] }: Section): string {
  const drawn = pictures.map(({ name, alt }) => `![${alt}](pictures/${name}.svg)`);
  return [`## ${title}`, text, ...tables.filter(({ rows }) => rows.length > 0).map(markdown), ...drawn].join("\n\n");
}

function machine({ threads, python, heads }: BenchOptions): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const cores = cpus();
  const peers = `; the peers on PyTorch 2.13.0, TransformerLens timed on ${heads} of SmolLM2's 270 heads`;
  return (
    `${cores.length} cores (${cores[0].model.trim()}), ${memory} GB, ${threads} threads for everyone; Node ${process.version}, ` +
    `ONNX Runtime ${runtimeVersion}${python === undefined ? "" : peers}.`
  );
}

function head(only: string | undefined): string {
  const chosen = only === undefined ? "" : ` --only ${only}`;
  return `# Measured against the peers

Written in one run by

    npm run bench -- --report${chosen} --python PYTHON --eap-ig FOLDER --autocircuit PYTHON

where the first Python has \`bench/peers/requirements.txt\` installed, the second \`bench/peers/requirements-autocircuit.txt\`, and FOLDER holds
hannamw/EAP-IG at commit 795f560. Machines differ, and the same machine differs by the hour: ratios within one run mean something,
seconds on their own do not.

The task is indirect object identification, the metric the logit difference, the ablation resampling from the paired corrupt prompt. f is
(m(circuit) − m(∅)) / (m(model) − m(∅)). Circuits of heads are searched under the criterion \`match\` at 0.9: |1 − f| ≤ 0.1 and accuracy at
least 0.9 of the model's. Circuits of heads and of edges are different problems and never stand in one column.`;
}
