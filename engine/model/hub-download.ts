// Downloads a model from the Hugging Face Hub into its own cache: resumable, verified, and only the files that are read.
import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  createReadStream,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { makeFolder } from "../base/make-folder.ts";
import { open } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { EngineError } from "../base/errors.ts";
import { say, sayList } from "../base/sentence.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";
import { readJsonFile } from "../formats/json-file.ts";
import { shardsOfIndex } from "../formats/sharded.ts";
import { HubClient, type HubClientOptions, type HubFile } from "./hub-client.ts";
import { hubCacheFolder } from "./hub-cache.ts";
import { requireSupported } from "./huggingface.ts";
import { HUGGING_FACE_FILES } from "./huggingface-files.ts";

export interface DownloadOptions extends HubClientOptions {
  /** Commit, branch or tag; default "main". */
  readonly revision?: string;
  /** One .gguf file of a repository that has several. */
  readonly file?: string;
  /** Over all files together, bytes; called often. */
  readonly onProgress?: (done: number, total: number, file: string) => void;
}

export interface Downloaded {
  /** What `--model` takes: the name, or the path of a .gguf file. */
  readonly model: string;
  readonly commit: string;
  readonly folder: string;
}

/**
 * @throws EngineError "usage" for a name that is none, "model-not-found", "unsupported" before any weight is fetched,
 *   "download" for everything that the network, the Hub or the disk refuses; "cancelled" leaves what came for the next time
 */
export async function downloadModel(name: string, options: DownloadOptions = {}): Promise<Downloaded> {
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(name) || name.includes("..")) {
    throw new EngineError(
      "usage",
      say`"${name}" is no name of a model on the Hub; names look like "EleutherAI/pythia-70m".`,
    );
  }
  try {
    return await new Download(name, options).run();
  } catch (error) {
    if (options.signal?.aborted) {
      throw new EngineError("cancelled", say`Stopped; what has come stays and the same command goes on from there.`);
    }
    throw error;
  }
}

class Download {
  private readonly client: HubClient;
  private readonly repository: string;
  private readonly revision: string;
  private done = 0;
  private total = 0;

  constructor(
    private readonly name: string,
    private readonly options: DownloadOptions,
  ) {
    this.client = new HubClient(options);
    this.revision = options.revision ?? "main";
    this.repository = join(hubCacheFolder(options.environment), `models--${name.replace("/", "--")}`);
  }

  async run(): Promise<Downloaded> {
    const { commit, files } = await this.client.list(this.name, this.revision);
    const folder = join(this.repository, "snapshots", commit);
    const { file } = this.options;
    if (file !== undefined) {
      requireListed(this.name, files, file);
      await this.fetchAll(commit, [file]);
    } else {
      await this.fetchFolder(commit, folder, files);
    }
    if (!/^[0-9a-f]{40}$/.test(this.revision)) {
      writeFileAtomic(join(this.repository, "refs", ...this.revision.split("/")), commit);
    }
    return { model: file === undefined ? this.name : join(folder, file), commit, folder };
  }

  private async fetchFolder(commit: string, folder: string, listed: readonly string[]): Promise<void> {
    const { config, tokenizer, tokenizerConfig, generationConfig, chatTemplate, weights, index } = HUGGING_FACE_FILES;
    requireReadable(this.name, listed);
    await this.fetchAll(commit, [config]);
    requireSupported(readJsonFile(join(folder, config), FILE_KINDS.config), join(folder, config));
    const small = [tokenizer, tokenizerConfig, generationConfig, chatTemplate].filter((path) => listed.includes(path));
    if (listed.includes(weights)) return this.fetchAll(commit, [...small, weights]);
    await this.fetchAll(commit, [index]);
    await this.fetchAll(commit, [...small, ...shardsOfIndex(join(folder, index))]);
  }

  private async fetchAll(commit: string, paths: readonly string[]): Promise<void> {
    const files: HubFile[] = [];
    for (const path of paths) files.push(await this.client.describe(this.name, commit, path));
    const missing = files.filter((file) => !this.isThere(file));
    this.requireSpace(missing);
    this.done = 0;
    this.total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const file of files) {
      if (missing.includes(file)) await this.fetch(file);
      this.link(file, join(this.repository, "snapshots", commit, file.path));
    }
  }

  private blob(file: HubFile): string {
    return join(this.repository, "blobs", file.hash);
  }

  private isThere(file: HubFile): boolean {
    return existsSync(this.blob(file)) && statSync(this.blob(file)).size === file.bytes;
  }

  private requireSpace(files: readonly HubFile[]): void {
    makeFolder(join(this.repository, "blobs"));
    const { bavail, bsize } = statfsSync(this.repository);
    const needed = files.reduce((sum, file) => sum + file.bytes - partSize(`${this.blob(file)}.incomplete`), 0);
    if (needed <= bavail * bsize) return;
    throw new EngineError(
      "download",
      say`${this.repository}: ${this.name} needs ${megabytes(needed)} more and the disk has ${megabytes(bavail * bsize)}. Free some, or set HF_HUB_CACHE to a folder on another disk.`,
    );
  }

  /** Into "<hash>.incomplete", goes on where it ended, and gets its name once its hash is right. */
  private async fetch(file: HubFile): Promise<void> {
    const unlock = lock(`${this.blob(file)}.lock`, this.name);
    try {
      const part = `${this.blob(file)}.incomplete`;
      for (let stalls = 0; partSize(part) < file.bytes;) {
        const before = partSize(part);
        const failure = await this.append(file, part);
        stalls = failure && partSize(part) <= before ? stalls + 1 : 0;
        if (failure && stalls === 3) {
          throw new EngineError(
            "download",
            say`${file.path}: the connection broke off again and again (${failure.message}). Run the same command to go on.`,
          );
        }
      }
      await requireHash(part, file);
      renameSync(part, this.blob(file));
      this.done += file.bytes;
    } finally {
      unlock();
    }
  }

  /** @returns what broke the connection, if anything did */
  private async append(file: HubFile, part: string): Promise<Error | undefined> {
    const from = partSize(part);
    const response = await this.client.bytes(file, from);
    const goesOn = response.status === 206;
    let seen = goesOn ? from : 0;
    const out = await open(part, goesOn ? "a" : "w");
    try {
      // Chunk by chunk, so that all that was counted is on the disk when the connection breaks.
      for await (const chunk of chunksOf(response)) {
        if (chunk instanceof Error) return chunk;
        await out.writeFile(chunk);
        seen += chunk.length;
        this.options.onProgress?.(this.done + seen, this.total, file.path);
      }
      return undefined;
    } finally {
      await out.close();
      this.options.signal?.throwIfAborted();
    }
  }

  /** Snapshots are links into the blobs, as Hugging Face's tools make them; copies where links are not allowed. */
  private link(file: HubFile, path: string): void {
    makeFolder(dirname(path));
    rmSync(path, { force: true });
    try {
      symlinkSync(relative(dirname(path), this.blob(file)), path);
    } catch {
      copyFileSync(this.blob(file), path);
    }
  }
}

/** The body as it comes; what breaks the connection comes last. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array | Error> {
  try {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    yield error as Error;
  }
}

const partSize = (path: string): number => (existsSync(path) ? statSync(path).size : 0);
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

function requireListed(name: string, files: readonly string[], file: string): void {
  if (files.includes(file) && file.endsWith(".gguf")) return;
  const ggufs = files.filter((path) => path.endsWith(".gguf"));
  const known = ggufs.length > 0 ? sayList(ggufs, ", ") : say`none`;
  throw new EngineError("usage", say`${name} has no file "${file}" in GGUF; it has ${known}.`);
}

/** @throws EngineError "unsupported" where no form of weights is listed that can be read */
function requireReadable(name: string, files: readonly string[]): void {
  const { config, tokenizer, weights, index } = HUGGING_FACE_FILES;
  const hasWeights = files.includes(weights) || files.includes(index);
  if (hasWeights && files.includes(config) && files.includes(tokenizer)) return;
  const ggufs = files.filter((path) => path.endsWith(".gguf"));
  if (ggufs.length > 0) {
    throw new EngineError(
      "unsupported",
      say`${name} has its weights as GGUF; choose one with --file: ${sayList(ggufs, ", ")}.`,
    );
  }
  const lacking = [...(hasWeights ? [] : [weights]), ...[config, tokenizer].filter((path) => !files.includes(path))];
  throw new EngineError(
    "unsupported",
    say`${name} has no ${sayList(lacking, " and no ")}, so it cannot be read. Other forms, such as pytorch_model.bin, can run code and are not opened.`,
  );
}

/** One process at a time writes a blob; the lock of a process that is gone does not count. */
function lock(path: string, name: string): () => void {
  try {
    const file = openSync(path, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return () => rmSync(path, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const owner = Number(readWholeText(path, FILE_KINDS.note));
    if (isAlive(owner)) {
      throw new EngineError(
        "download",
        say`${name} is being downloaded by another process (${owner}) at this moment; wait for it.`,
      );
    }
    rmSync(path, { force: true });
    return lock(path, name);
  }
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function requireHash(part: string, { path, hash, bytes }: HubFile): Promise<void> {
  const digest = hash.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`);
  await pipeline(createReadStream(part), digest);
  if (digest.digest("hex") === hash) return;
  rmSync(part);
  throw new EngineError(
    "download",
    say`${path}: what came has not the hash that the Hub names, and was removed. Download it again.`,
  );
}
