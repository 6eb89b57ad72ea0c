// A Redis server of a test's own: on a free port of this machine, with a password, an append-only file, and no eviction.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { Redis } from "ioredis";

export const PASSWORD = "a-password";

/** Undefined where there is no Redis on this machine. */
export const redisVersion = /v=(\S+)/.exec(spawnSync("redis-server", ["--version"]).stdout?.toString() ?? "")?.[1];

export class RedisServer {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
  ) {}

  /** @param folder for its data, which outlive it */
  static async start(folder: string): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), folder);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://:${PASSWORD}@127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const options = [
      "--port",
      String(this.port),
      "--bind",
      "127.0.0.1",
      "--requirepass",
      PASSWORD,
      "--dir",
      this.folder,
    ];
    const lasting = [
      "--appendonly",
      "yes",
      "--appendfsync",
      "always",
      "--save",
      "",
      "--maxmemory-policy",
      "noeviction",
    ];
    const started = spawn("redis-server", [...options, ...lasting], { stdio: ["ignore", "pipe", "inherit"] });
    this.process = started;
    await new Promise<void>((resolve, reject) => {
      started.once("exit", (code) => reject(new Error(`redis-server ended with exit code ${code}`)));
      started.stdout!.on("data", (text) => /Ready to accept connections/.test(String(text)) && resolve());
    });
  }

  /** Does something with a client of its own. */
  async ask<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  /** As by `kill -9`: what was acknowledged is in its file. */
  async kill(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null) return;
    const gone = once(process, "exit");
    process.kill("SIGKILL");
    await gone;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
