// The text that Prometheus reads, whole, and held to the rules of its format (version 0.0.4).
import { expect, test } from "vitest";
import { prometheusText } from "./prometheus.ts";
import type { QueueState } from "./queue-state.ts";
import type { SweepReport } from "./sweep-report.ts";

const REPORT: SweepReport = {
  name: "ablations",
  verb: "vector sweep",
  jobs: 9,
  finished: 4,
  failed: 1,
  missing: 4,
  seconds: 12.5,
  rows: [],
  means: [],
};
const QUEUE: QueueState = {
  workers: 3,
  waiting: 3,
  active: [{ at: { seed: 1 }, progress: undefined }],
  handedBack: [{ at: { seed: 2 }, worker: "w", sentence: "s" }],
};

test("jobs of the store by state and their seconds; with a queue also its jobs and workers", () => {
  const own = `# HELP secateur_sweep_jobs Jobs of the sweep by state.
# TYPE secateur_sweep_jobs gauge
secateur_sweep_jobs{sweep="ablations",verb="vector sweep",state="finished"} 4
secateur_sweep_jobs{sweep="ablations",verb="vector sweep",state="failed"} 1
secateur_sweep_jobs{sweep="ablations",verb="vector sweep",state="missing"} 4
# HELP secateur_sweep_job_seconds Seconds that the finished jobs took together.
# TYPE secateur_sweep_job_seconds gauge
secateur_sweep_job_seconds{sweep="ablations",verb="vector sweep"} 12.5
`;
  const queued = `# HELP secateur_queue_jobs Jobs of the sweep in the queue by state; those handed back wait too.
# TYPE secateur_queue_jobs gauge
secateur_queue_jobs{sweep="ablations",verb="vector sweep",state="waiting"} 3
secateur_queue_jobs{sweep="ablations",verb="vector sweep",state="active"} 1
secateur_queue_jobs{sweep="ablations",verb="vector sweep",state="handed back"} 1
# HELP secateur_queue_workers Workers at the queue, whatever they are at.
# TYPE secateur_queue_workers gauge
secateur_queue_workers 3
`;
  expect(prometheusText(REPORT)).toBe(own);
  expect(prometheusText(REPORT, QUEUE)).toBe(own + queued);
});

test("quotes, backslashes and line ends in a name are escaped", () => {
  const [, , line] = prometheusText({ ...REPORT, name: 'a"b\\c\nd' }).split("\n");
  expect(line).toBe(String.raw`secateur_sweep_jobs{sweep="a\"b\\c\nd",verb="vector sweep",state="finished"} 4`);
});

test("every line is of the format, every metric stands together under its help and type, and no sample comes twice", () => {
  expect(faultsOf(prometheusText({ ...REPORT, name: 'a"b\\c\nd' }, QUEUE))).toEqual([]);
  const wrong = '# TYPE a gauge\na{b="x"y"} 1\na 2\na 2\nb 3\n# TYPE c_total gauge\n# TYPE d counter\nd 1';
  expect(faultsOf(wrong)).toEqual([
    "does not end with a line end",
    'a{b="x"y"} 1: no sample',
    "a 2: comes twice",
    "b 3: not under its type",
    "c_total: a gauge is called like a counter",
    "d: a counter is not called _total",
  ]);
});

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{${LABEL}(?:,${LABEL})*\\})? (?:-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|NaN|[+-]Inf)$`,
);

/** What the documentation of the format forbids (prometheus.io, "Exposition formats"). */
function faultsOf(text: string): string[] {
  const faults: string[] = text.endsWith("\n") ? [] : ["does not end with a line end"];
  const seen = new Set<string>();
  let current: string | undefined;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === "TYPE") {
      current = name!;
      if (rest === "counter" && !current.endsWith("_total")) faults.push(`${name}: a counter is not called _total`);
      if (rest !== "counter" && current.endsWith("_total")) faults.push(`${name}: a gauge is called like a counter`);
    } else if (kind === undefined) {
      const [, metric] = SAMPLE.exec(line) ?? [];
      const key = line.slice(0, line.lastIndexOf(" "));
      if (metric === undefined) faults.push(`${line}: no sample`);
      else if (metric !== current) faults.push(`${line}: not under its type`);
      else if (seen.has(key)) faults.push(`${line}: comes twice`);
      seen.add(key);
    }
  }
  return faults;
}
