// The state of a sweep as Prometheus reads it: its text format, version 0.0.4.
import type { QueueState } from "./queue-state.ts";
import type { SweepReport } from "./sweep-report.ts";

type Labels = Readonly<Record<string, string>>;

/** All are gauges: jobs of an edited sweep come and go, and with them their seconds. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly (readonly [labels: Labels, value: number])[];
}

/** @param queue where the queue was asked too */
export function prometheusText(
  { name, verb, finished, failed, missing, seconds }: SweepReport,
  queue?: QueueState | undefined,
): string {
  const own = { sweep: name, verb };
  const states = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([state, count]) => [{ ...own, state }, count] as const);
  const metrics: Metric[] = [
    {
      name: "secateur_sweep_jobs",
      help: "Jobs of the sweep by state.",
      samples: states({ finished, failed, missing }),
    },
    {
      name: "secateur_sweep_job_seconds",
      help: "Seconds that the finished jobs took together.",
      samples: [[own, seconds]],
    },
  ];
  if (queue) {
    const { waiting, active, handedBack, workers } = queue;
    metrics.push(
      {
        name: "secateur_queue_jobs",
        help: "Jobs of the sweep in the queue by state; those handed back wait too.",
        samples: states({ waiting, active: active.length, "handed back": handedBack.length }),
      },
      {
        name: "secateur_queue_workers",
        help: "Workers at the queue, whatever they are at.",
        samples: [[{}, workers]],
      },
    );
  }
  return metrics.map(metricText).join("");
}

function metricText({ name, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ""].join("\n");
}

function labelsText(labels: Labels): string {
  const texts = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return texts.length === 0 ? "" : `{${texts.join(",")}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}
