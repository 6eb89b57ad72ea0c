// A lock that one process holds on a file: a file beside it with the holder's process id and start time, so that a dead holder's is known.
import { spawnSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

export interface Holder {
  readonly pid: number;
  /** When that process started, in the system's own words; empty where it cannot be told. Process ids are used again. */
  readonly started: string;
}

const lockPath = (path: string): string => `${path}.lock`;

/** Who holds the lock now, this process among them; undefined where nobody does or the holder is gone. */
export function lockHolder(path: string): Holder | undefined {
  const holder = readHolder(lockPath(path));
  return holder && isAlive(holder) ? holder : undefined;
}

/** @returns what lets go of the lock; the holder where it is held */
export function takeLock(path: string): { readonly release: () => void } | { readonly heldBy: Holder } {
  const lock = lockPath(path);
  const own: Holder = { pid: process.pid, started: startOf(process.pid) };
  const draft = `${lock}.${process.pid}.${++drafts}`;
  for (;;) {
    if (linked(draft, lock, JSON.stringify(own))) return { release: () => rmSync(lock, { force: true }) };
    const heldBy = lockHolder(path);
    if (heldBy) return { heldBy };
    removeStale(lock, draft);
  }
}

let drafts = 0;

/** The lock appears with its content or not at all, and never in another's place. */
function linked(draft: string, lock: string, content: string): boolean {
  try {
    writeFileSync(draft, content);
    linkSync(draft, lock);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // Such as on a disk that knows no second names.
    if (code === "EPERM" || code === "ENOSYS" || code === "ENOTSUP") return written(lock, content);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function written(lock: string, content: string): boolean {
  try {
    writeFileSync(lock, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Takes the lock away under a name of our own first: another process may have replaced it by its own in the meantime. */
function removeStale(lock: string, aside: string): void {
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const taken = readHolder(aside);
  if (taken && isAlive(taken)) linkSync(aside, lock);
  rmSync(aside, { force: true });
}

function readHolder(lock: string): Holder | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(lock, "utf8")) as Partial<Holder>;
    return Number.isInteger(pid) && pid! > 0 && typeof started === "string" ? { pid: pid!, started } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = startOf(pid);
  return now === "" || started === "" || now === started;
}

function startOf(pid: number): string {
  try {
    if (process.platform === "linux") return linuxStart(pid);
    if (process.platform === "win32") return "";
    return spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
  } catch {
    return "";
  }
}

/** Clock ticks from the start of the system, beside which boot it was. */
function linuxStart(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the program, in brackets, may hold spaces; the start is the twentieth field after it.
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${start}`;
}
