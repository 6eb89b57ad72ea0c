// A Hugging Face Hub of a test's own on free ports of this machine: one server that speaks the Hub's protocol, one that plays its file store.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** What stands in for the ordinary answer: true when it has answered. */
type Stead = (request: IncomingMessage, response: ServerResponse) => boolean;

export class HubServer {
  /** "METHOD path range" of every request, the store's with a leading "store ". */
  log: string[] = [];
  readonly tokens: (string | undefined)[] = [];
  hubDoes: Stead = () => false;
  storeDoes: Stead = () => false;
  private readonly hub = createServer((request, response) => this.answer(request, response));
  private readonly store = createServer((request, response) => this.answerStore(request, response));

  /** @param files of the one commit that every model has, by name */
  private constructor(readonly files: Map<string, Buffer>) {}

  static async start(files: ReadonlyMap<string, Buffer>): Promise<HubServer> {
    const server = new HubServer(new Map(files));
    await Promise.all([server.hub, server.store].map(listening));
    return server;
  }

  /** What a person sets HF_ENDPOINT to. */
  get address(): string {
    return addressOf(this.hub);
  }

  close(): void {
    for (const server of [this.hub, this.store]) {
      server.close();
      server.closeAllConnections();
    }
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.log.push(`${request.method} ${request.url}`);
    this.tokens.push(request.headers.authorization);
    if (this.hubDoes(request, response)) return;
    if (request.url!.startsWith("/api/")) {
      const siblings = [...this.files.keys()].map((rfilename) => ({ rfilename }));
      response.end(JSON.stringify({ sha: COMMIT, siblings }));
      return;
    }
    const name = request.url!.split(`/resolve/${COMMIT}/`)[1]!;
    const data = this.files.get(name);
    if (!data) return void response.writeHead(404).end();
    const hash = hashOf(name, data);
    if (hash.length === 64) {
      const linked = {
        "x-linked-etag": `"${hash}"`,
        "x-linked-size": data.length,
        location: `${addressOf(this.store)}/${name}`,
      };
      response.writeHead(302, linked).end();
    } else {
      response.writeHead(200, { etag: `W/"${hash}"`, "content-length": data.length });
      response.end(request.method === "HEAD" ? undefined : data);
    }
  }

  private answerStore(request: IncomingMessage, response: ServerResponse): void {
    this.log.push(`store ${request.method} ${request.url} ${request.headers.range ?? "whole"}`);
    this.tokens.push(request.headers.authorization);
    if (this.storeDoes(request, response)) return;
    const data = this.files.get(request.url!.slice(1))!;
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": data.length - from }).end(data.subarray(from));
  }
}

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const listening = (server: Server) => once(server.listen(0, "127.0.0.1"), "listening");
const sha = (name: "sha1" | "sha256", data: Buffer) => createHash(name).update(data).digest("hex");

/** As the Hub names it: of a large file its SHA-256, of a small one that of its git blob. */
export const hashOf = (name: string, data: Buffer): string =>
  name.endsWith(".safetensors") || name.endsWith(".gguf")
    ? sha("sha256", data)
    : sha("sha1", Buffer.concat([Buffer.from(`blob ${data.length}\0`), data]));
