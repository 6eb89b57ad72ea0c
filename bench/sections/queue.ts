// The section on what the queue of sweeps costs.
import { measureQueue, type RealFigures } from "../queue.ts";
import type { Section } from "../section.ts";
import { seconds } from "../table.ts";

export async function queueSection(): Promise<Section> {
  const figures = await measureQueue();
  const title = "Sweeps over a queue";
  if (!figures) return { title, text: "There is no redis-server on this machine, so this was not run.", tables: [] };
  const { redis, empty, real } = figures;
  const milliseconds = (value: number) => (1000 * value).toFixed(1);
  const each = (value: number) => milliseconds(value / empty.jobs);
  const kilobytes = (bytes: number) => (bytes / empty.jobs / 1e3).toFixed(1);
  const [plain, withPriority] = empty.submitSeconds;
  return {
    title,
    text: `Redis ${redis} on this machine, with an append-only file that is flushed at every write. Jobs that do nothing but leave their
record say what the queue itself costs. Real jobs are done in turn in this process and over the queue, on workers that are warm,
with one thread each; the least of seven rounds, since other work of the machine only adds.`,
    tables: [
      {
        head: [`${empty.jobs} jobs that do nothing, one worker`, "ms a job", "kB a job"],
        rows: [
          ["their sweep file read, checked and laid out", each(empty.planSeconds), kilobytes(empty.planBytes)],
          ["submitted", each(plain), kilobytes(empty.redisBytes)],
          ["submitted with a priority", each(withPriority), ""],
          ["done", each(empty.doneSeconds), ""],
          ["asked of the store whether they are done", each(empty.askSeconds), ""],
        ],
      },
      ...real.map(({ title: what, jobs, here, one, two }) => {
        const row = (name: string, { seconds: wall, cpu }: RealFigures["here"]) => [
          name,
          seconds(wall),
          cpu === undefined ? "" : seconds(cpu),
          name === "here" ? "" : milliseconds((wall - here.seconds) / jobs),
          name === "here" || cpu === undefined ? "" : milliseconds((cpu - here.cpu!) / jobs),
        ];
        return {
          head: [`${jobs} ${what}`, "seconds", "seconds of CPU", "ms a job more than here", "ms of CPU a job more"],
          rows: [row("here", here), row("one worker", one), row("two workers", two)],
        };
      }),
    ],
  };
}
