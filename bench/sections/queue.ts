// The section on what the queue of sweeps costs.
import { measureQueue } from "../queue.ts";
import type { Section } from "../section.ts";
import { seconds } from "../table.ts";

export async function queueSection(): Promise<Section> {
  const figures = await measureQueue();
  const title = "Sweeps over a queue";
  if (!figures) return { title, text: "There is no redis-server on this machine, so this was not run.", tables: [] };
  const { redis, empty, short } = figures;
  const milliseconds = (value: number) => `${(1000 * value).toFixed(1)}`;
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return {
    title,
    text: `Redis ${redis} on this machine, with an append-only file that is flushed at every write. Jobs that do nothing but leave their
record say what the queue itself costs; short lenses what it costs beside work, once the workers are warm.`,
    tables: [
      {
        head: [`${empty.jobs} jobs that do nothing, one worker`, ""],
        rows: [
          ["seconds to submit them all", seconds(empty.submitSeconds)],
          ["seconds until all are done, per 1,000", seconds((1000 * empty.doneSeconds) / empty.jobs)],
          ["milliseconds a job", milliseconds(empty.doneSeconds / empty.jobs)],
          ["memory of Redis with all waiting, MB", megabytes(empty.redisBytes)],
          ["memory of the submitter for it, MB", megabytes(empty.submitterBytes)],
        ],
      },
      {
        head: [`${short.jobs} lenses of short texts, one thread each`, "seconds", "ms a job more than here"],
        rows: [
          ["here", seconds(short.here), ""],
          ["one worker", seconds(short.one), milliseconds((short.one - short.here) / short.jobs)],
          ["two workers", seconds(short.two), ""],
        ],
      },
    ],
  };
}
