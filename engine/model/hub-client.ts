// Requests to the Hugging Face Hub: addresses, the user's token, redirects, and a sentence for every way to fail.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import { FILE_KINDS, readWholeText } from "../base/read-file.ts";

const PUBLIC_ENDPOINT = "https://huggingface.co";
const ATTEMPTS = 4;
const MOST_REDIRECTS = 5;

export interface HubClientOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Before the second attempt; doubled before each further one, ms. */
  readonly retryAfter?: number;
}

/** The listing of one revision. */
export interface HubListing {
  readonly commit: string;
  readonly files: readonly string[];
}

/** What the Hub says of a file before it is fetched. */
export interface HubFile {
  readonly path: string;
  readonly url: string;
  /** SHA-256 of a large file, SHA-1 of the git blob of a small one. */
  readonly hash: string;
  readonly bytes: number;
}

export class HubClient {
  readonly endpoint: string;
  private readonly token: string | undefined;
  private readonly signal: AbortSignal | undefined;
  private readonly retryAfter: number;

  /** @throws EngineError "download" where the environment asks for no network */
  constructor({ environment = process.env, signal, retryAfter = 500 }: HubClientOptions = {}) {
    const offline = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].find((name) => isTrue(environment[name]));
    if (offline) {
      throw new EngineError("download", say`${offline} is set: nothing is fetched. Unset it to download a model.`);
    }
    this.endpoint = (environment.HF_ENDPOINT || PUBLIC_ENDPOINT).replace(/\/+$/, "");
    this.token = tokenOf(environment);
    this.signal = signal;
    this.retryAfter = retryAfter;
  }

  async list(name: string, revision: string): Promise<HubListing> {
    const url = `${this.endpoint}/api/models/${name}/revision/${encodeURIComponent(revision)}`;
    const response = await this.request(url, {}, `${name}@${revision}`);
    const { sha, siblings } = (await response.json()) as { sha?: string; siblings?: { rfilename?: string }[] };
    if (!sha || !/^[0-9a-f]{40}$/.test(sha) || !Array.isArray(siblings)) {
      throw new EngineError("download", say`${url}: the answer is not a listing of a model. Is HF_ENDPOINT right?`);
    }
    return { commit: sha, files: siblings.flatMap(({ rfilename }) => (rfilename ? [rfilename] : [])) };
  }

  async describe(name: string, commit: string, path: string): Promise<HubFile> {
    const url = `${this.endpoint}/${name}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
    // Large files answer with a redirect to a store; hash and size stand in the redirect itself.
    const { headers } = await this.request(url, { method: "HEAD", redirect: "manual" }, `${name}/${path}`);
    const hash = (headers.get("x-linked-etag") ?? headers.get("etag") ?? "").replace(/^W\/|"/g, "");
    const bytes = Number(headers.get("x-linked-size") ?? headers.get("content-length"));
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) || !Number.isSafeInteger(bytes)) {
      throw new EngineError("download", say`${url}: the Hub names no hash or size, so the file could not be verified.`);
    }
    return { path, url, hash, bytes };
  }

  /** The bytes of a file from an offset on; status 200 instead of 206 means that they come from the start. */
  async bytes(file: HubFile, from: number): Promise<Response> {
    const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
    return this.request(file.url, { headers, redirect: "manual" }, file.path, MOST_REDIRECTS);
  }

  /** Tries again after dropped connections, 429 and 5xx. Redirects are followed by hand: the token stays with its host. */
  private async request(url: string, init: RequestInit, what: string, redirects = 0): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(url, init);
      if (outcome instanceof Response) {
        const location = outcome.headers.get("location");
        if (location && isRedirect(outcome.status) && redirects > 0) {
          return this.request(new URL(location, url).href, init, what, redirects - 1);
        }
        if (outcome.ok || isRedirect(outcome.status)) return outcome;
        if (!isPassing(outcome.status) || attempt === ATTEMPTS) throw refusal(outcome.status, url, what, this.token);
      } else if (attempt === ATTEMPTS) {
        throw new EngineError(
          "download",
          say`${url}: ${reasonOf(outcome)}. Is the network there, and HF_ENDPOINT right?`,
        );
      }
      await wait(this.retryAfter * 2 ** (attempt - 1), undefined, { signal: this.signal }).catch(() => undefined);
      this.signal?.throwIfAborted();
    }
  }

  private async attempt(url: string, init: RequestInit): Promise<Response | Error> {
    const own = new URL(url).host === new URL(this.endpoint).host;
    const headers = new Headers(init.headers);
    if (own && this.token) headers.set("authorization", `Bearer ${this.token}`);
    try {
      return await fetch(url, { ...init, headers, signal: this.signal });
    } catch (error) {
      this.signal?.throwIfAborted();
      return error as Error;
    }
  }
}

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? "");
const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);
const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** HF_TOKEN, else the file that Hugging Face's own login writes. */
function tokenOf({ HF_TOKEN, HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME }: NodeJS.ProcessEnv): string | undefined {
  if (HF_TOKEN) return HF_TOKEN;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface");
  const path = HF_TOKEN_PATH || join(home, "token");
  return existsSync(path) ? readWholeText(path, FILE_KINDS.note).trim() || undefined : undefined;
}

function refusal(status: number, url: string, what: string, token: string | undefined): EngineError {
  switch (status) {
    case 401:
      return new EngineError(
        "download",
        token
          ? say`${what}: the Hub does not accept your token. Make a new one and set HF_TOKEN.`
          : say`${what}: there is no such model, or it is private. Check the name; for a private one set HF_TOKEN.`,
      );
    case 403:
      return new EngineError(
        "download",
        say`${what}: access is restricted. Accept the model's terms on its page and set HF_TOKEN to a token of that account.`,
      );
    case 404:
      return new EngineError("model-not-found", say`${what}: the Hub has no such model, revision or file (${url}).`);
    case 429:
      return new EngineError("download", say`${what}: the Hub asks for fewer requests. Try again in some minutes.`);
    default:
      return new EngineError(
        "download",
        say`${what}: the Hub answered with status ${status} (${url}). Try again later.`,
      );
  }
}

function reasonOf(error: Error): Sentence {
  const { code } = (error.cause ?? {}) as { code?: string };
  return code ? say`the connection failed (${code})` : say`the connection failed (${error.message})`;
}
