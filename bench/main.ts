// Measures the engine against its own limits and against its peers on the same model, prompts and threads, in one run.
//
// Prints ratios, never verdicts on absolute times: machines differ, and the same machine differs by the hour.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type BenchOptions, peersNotRun } from "./options.ts";
import { writeReport } from "./report.ts";
import type { Section } from "./section.ts";
import { dictionarySection } from "./sections/dictionary.ts";
import { edgesSection } from "./sections/edges.ts";
import { generationSection } from "./sections/generation.ts";
import { growthSection } from "./sections/growth.ts";
import { headsSection } from "./sections/heads.ts";
import { lensSection } from "./sections/lens.ts";
import { coldSection, killsSection, memorySection, windowSection } from "./sections/limits.ts";
import { queueSection } from "./sections/queue.ts";
import { smollm2EdgesSection } from "./sections/smollm2-edges.ts";
import { smollm2Section } from "./sections/smollm2.ts";
import { steeringSection } from "./sections/steering.ts";
import { sweepSection } from "./sections/sweep.ts";
import { timeSharesSection } from "./sections/time-shares.ts";
import { plainText } from "./table.ts";

/** In the order of the report. */
const SECTIONS: Readonly<Record<string, (options: BenchOptions) => Promise<Section>>> = {
  heads: headsSection,
  smollm2: smollm2Section,
  edges: edgesSection,
  "smollm2-edges": smollm2EdgesSection,
  sweep: sweepSection,
  growth: growthSection,
  generation: generationSection,
  lens: lensSection,
  steering: steeringSection,
  dictionary: dictionarySection,
  shares: timeSharesSection,
  memory: memorySection,
  cold: coldSection,
  kills: killsSection,
  window: windowSection,
  queue: queueSection,
};

const { values } = parseArgs({
  options: {
    python: { type: "string", default: process.env.SECATEUR_BENCH_PYTHON },
    autocircuit: { type: "string", default: process.env.SECATEUR_BENCH_AUTOCIRCUIT },
    "eap-ig": { type: "string", default: process.env.SECATEUR_BENCH_EAP_IG },
    threads: { type: "string", default: String(availableParallelism()) },
    heads: { type: "string", default: "27" },
    only: { type: "string" },
    report: { type: "boolean", default: false },
  },
});
const options: BenchOptions = {
  python: values.python,
  autocircuit: values.autocircuit,
  eapIg: values["eap-ig"],
  threads: Number(values.threads),
  heads: values.heads,
};

const chosen = values.only?.split(",") ?? Object.keys(SECTIONS);
const unknown = chosen.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  console.error(`"${unknown}" is no section; there are ${Object.keys(SECTIONS).join(", ")}.`);
  process.exit(2);
}
const measured: Section[] = [];
for (const name of chosen) {
  const section = await SECTIONS[name](options).catch((error: unknown) => notMeasured(name, error));
  for (const table of section.tables) if (table.rows.length > 0) console.log(plainText(table));
  measured.push(section);
  // After each section, so that a crash in a later one loses none.
  if (values.report) writeReport(measured, options, values.only);
}
for (const sentence of peersNotRun(options)) console.log(sentence);

/** What ends one section, such as a process that the system killed, costs none of the others. */
function notMeasured(name: string, error: unknown): Section {
  process.exitCode = 1;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(`${name}: not measured: ${text}`);
  return { title: `Not measured: ${name}`, text: text.split("\n")[0], tables: [] };
}
