// The state of a sweep as Prometheus reads it: its text format, version 0.0.4.
import type { QueueState } from "./queue-state.ts";
import type { SweepReport } from "./sweep-report.ts";

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  /** Further labels → value. */
  readonly samples: readonly (readonly [labels: string, value: number])[];
}

/** @param queue where the queue was asked too */
export function prometheusText(
  { name, verb, finished, failed, missing, seconds }: SweepReport,
  queue?: QueueState | undefined,
): string {
  const labels = `sweep="${name}",verb="${verb}"`;
  const states = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([state, count]) => [`${labels},state="${state}"`, count] as const);
  const metrics: Metric[] = [
    {
      name: "secateur_sweep_jobs",
      type: "gauge",
      help: "Jobs of the sweep by state.",
      samples: states({ finished, failed, missing }),
    },
    {
      name: "secateur_sweep_seconds_total",
      type: "counter",
      help: "Seconds that the finished jobs took.",
      samples: [[labels, seconds]],
    },
  ];
  if (queue) {
    const { waiting, active, workers } = queue;
    metrics.push(
      {
        name: "secateur_queue_jobs",
        type: "gauge",
        help: "Jobs of the sweep in the queue by state.",
        samples: states({ waiting, active: active.length }),
      },
      {
        name: "secateur_queue_workers",
        type: "gauge",
        help: "Workers at the queue, whatever they are at.",
        samples: [[labels, workers]],
      },
    );
  }
  return metrics.map(metricText).join("");
}

function metricText({ name, type, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}{${labels}} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}
