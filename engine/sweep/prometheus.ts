// The state of a sweep as Prometheus reads it: its text format, version 0.0.4.
import type { SweepReport } from "./sweep-report.ts";

export function prometheusText({ name, verb, finished, failed, missing, seconds }: SweepReport): string {
  const labels = `sweep="${name}",verb="${verb}"`;
  const states = Object.entries({ finished, failed, missing });
  return [
    "# HELP secateur_sweep_jobs Jobs of the sweep by state.",
    "# TYPE secateur_sweep_jobs gauge",
    ...states.map(([state, count]) => `secateur_sweep_jobs{${labels},state="${state}"} ${count}`),
    "# HELP secateur_sweep_seconds_total Seconds that the finished jobs took.",
    "# TYPE secateur_sweep_seconds_total counter",
    `secateur_sweep_seconds_total{${labels}} ${seconds}`,
    "",
  ].join("\n");
}
