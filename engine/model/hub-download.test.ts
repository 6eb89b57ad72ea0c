// Downloads from a Hub on this machine: one server that speaks the Hub's protocol, and one that plays its file store.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, suite, test } from "vitest";
import { COMMIT, hashOf, HubServer } from "../../test/hub-server.ts";
import { tinyPath } from "../../test/reference/tiny-models.ts";
import { downloadModel } from "./hub-download.ts";
import { findInHubCache } from "./hub-cache.ts";
import { openHuggingFaceFolder } from "./huggingface.ts";

const NAMES = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

let folder: string;
let hub: HubServer;

/** A server that holds its answer back after half of the file. */
function half(request: IncomingMessage, response: ServerResponse): true {
  const data = hub.files.get(request.url!.slice(1))!;
  response.writeHead(200, { "content-length": data.length });
  response.write(data.subarray(0, data.length >> 1));
  return true;
}

function partSize(): number {
  const blobs = join(folder, "hub/models--tiny--llama/blobs");
  const [part] = readdirSync(blobs).filter((name) => name.endsWith(".incomplete"));
  return statSync(join(blobs, part!)).size;
}

const environment = (more: NodeJS.ProcessEnv = {}) => ({
  HF_HUB_CACHE: join(folder, "hub"),
  HF_HOME: folder,
  HF_ENDPOINT: hub.address,
  ...more,
});
const get = (options: Parameters<typeof downloadModel>[1] = {}) =>
  downloadModel("tiny/llama", { environment: environment(), retryAfter: 0, ...options });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hub-"));
  hub = await HubServer.start(new Map(NAMES.map((name) => [name, readFileSync(tinyPath(`models/llama/${name}`))])));
});
afterEach(() => {
  hub.close();
  rmSync(folder, { recursive: true });
});

suite("downloadModel()", () => {
  test("lays the files out as Hugging Face's tools do, and the model opens", async () => {
    hub.files.set("pytorch_model.bin", Buffer.from("never fetched"));
    expect(await get()).toMatchObject({ model: "tiny/llama", commit: COMMIT });
    const repository = join(folder, "hub/models--tiny--llama");
    const snapshot = join(repository, "snapshots", COMMIT);
    expect(readFileSync(join(repository, "refs/main"), "utf8")).toBe(COMMIT);
    expect(readdirSync(snapshot).sort()).toEqual([...NAMES].sort());
    const weights = hub.files.get("model.safetensors")!;
    expect(readlinkSync(join(snapshot, "model.safetensors"))).toBe(
      `../../blobs/${hashOf("model.safetensors", weights)}`,
    );
    expect(readdirSync(join(repository, "blobs"))).toHaveLength(4);
    expect(hub.log.filter((line) => line.includes("pytorch"))).toEqual([]);
    const found = findInHubCache("tiny/llama", environment())!;
    const model = openHuggingFaceFolder(found.folder);
    expect(model.config.architecture).toBe("llama");
    model.close();
  });

  test("fetches nothing again that is there", async () => {
    await get();
    hub.log = [];
    await get();
    expect(hub.log.filter((line) => line.startsWith("store") || line.startsWith("GET /tiny"))).toEqual([]);
  });

  test("goes on after a broken connection with exactly the bytes that are missing", async () => {
    const kept: number[] = [];
    let held: ServerResponse | undefined;
    hub.storeDoes = (request, response) => {
      if (held) {
        kept.push(partSize());
        return false;
      }
      held = response;
      return half(request, response);
    };
    await get({ onProgress: (_, __, name) => name === "model.safetensors" && held?.destroy() });
    expect(kept[0]).toBeGreaterThan(0);
    expect(hub.log.filter((line) => line.startsWith("store"))).toEqual([
      "store GET /model.safetensors whole",
      `store GET /model.safetensors bytes=${kept[0]}-`,
    ]);
  });

  test("stopped, keeps what came and goes on from there the next time", async () => {
    const controller = new AbortController();
    const stop = (_: number, __: number, name: string) => name === "model.safetensors" && controller.abort();
    hub.storeDoes = half;
    await expect(get({ signal: controller.signal, onProgress: stop })).rejects.toMatchObject({ code: "cancelled" });
    const kept = partSize();
    expect(kept).toBeGreaterThan(0);
    [hub.storeDoes, hub.log] = [() => false, []];
    await get();
    expect(hub.log.filter((line) => line.startsWith("store"))).toEqual([`store GET /model.safetensors bytes=${kept}-`]);
  });

  test("removes what has another hash than the Hub names, and leaves nothing that looks whole", async () => {
    hub.storeDoes = (request, response) => {
      response.end(Buffer.alloc(hub.files.get(request.url!.slice(1))!.length, 7));
      return true;
    };
    await expect(get()).rejects.toThrow("model.safetensors: what came has not the hash that the Hub names");
    expect(existsSync(join(folder, "hub/models--tiny--llama/refs/main"))).toBe(false);
    expect(findInHubCache("tiny/llama", environment())).toBeUndefined();
  });

  test("gives the token to the Hub and to nobody else", async () => {
    await get({ environment: environment({ HF_TOKEN: "secret" }) });
    const asked = hub.log.map((line, i) => [line.startsWith("store"), hub.tokens[i]]);
    expect(asked.filter(([isStore]) => isStore)).toEqual([[true, undefined]]);
    expect(asked.filter(([isStore]) => !isStore).every(([, token]) => token === "Bearer secret")).toBe(true);
  });

  test("reads the token of Hugging Face's own login", async () => {
    writeFileSync(join(folder, "token"), "from-file\n");
    await get();
    expect(hub.tokens[0]).toBe("Bearer from-file");
  });

  test("refuses an architecture that it cannot read before any weight is fetched", async () => {
    hub.files.set("config.json", Buffer.from(JSON.stringify({ model_type: "mamba" })));
    await expect(get()).rejects.toThrow('architecture "mamba" is not supported');
    expect(hub.log.filter((line) => line.includes("safetensors"))).toEqual([]);
  });

  test("fetches the shards that the index names", async () => {
    const index = { weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" } };
    const weights = hub.files.get("model.safetensors")!;
    hub.files.delete("model.safetensors");
    hub.files.set("model.safetensors.index.json", Buffer.from(JSON.stringify(index)));
    for (const name of Object.values(index.weight_map))
      hub.files.set(name, Buffer.concat([weights, Buffer.from(name)]));
    const { folder: snapshot } = await get();
    expect(readdirSync(snapshot).filter((name) => name.startsWith("model"))).toHaveLength(3);
  });

  test("names the GGUF files of a repository that has only those, and fetches the one that is chosen", async () => {
    hub.files.clear();
    hub.files.set("a.Q8_0.gguf", Buffer.from("GGUF")).set("b.Q4_0.gguf", Buffer.from("GGUF too"));
    await expect(get()).rejects.toThrow("choose one with --file: a.Q8_0.gguf, b.Q4_0.gguf.");
    await expect(get({ file: "c.gguf" })).rejects.toThrow('no file "c.gguf" in GGUF; it has a.Q8_0.gguf, b.Q4_0.gguf');
    const { model } = await get({ file: "b.Q4_0.gguf" });
    expect(readFileSync(model, "utf8")).toBe("GGUF too");
  });

  test("says that weights in pickle alone are not opened", async () => {
    hub.files.delete("model.safetensors");
    hub.files.set("pytorch_model.bin", Buffer.from("x"));
    await expect(get()).rejects.toThrow("tiny/llama has no model.safetensors, so it cannot be read.");
  });

  test.each([
    [401, "there is no such model, or it is private"],
    [403, "access is restricted. Accept the model's terms"],
    [404, "the Hub has no such model, revision or file"],
    [429, "the Hub asks for fewer requests"],
    [500, "the Hub answered with status 500"],
  ])("status %i has its sentence", async (status, sentence) => {
    hub.hubDoes = (_, response) => (response.writeHead(status).end(), true);
    await expect(get()).rejects.toThrow(sentence);
    expect(hub.log).toHaveLength(status === 429 || status === 500 ? 4 : 1);
  });

  test("asks again after a passing failure", async () => {
    let failures = 2;
    hub.hubDoes = (_, response) => failures-- > 0 && (response.writeHead(503).end(), true);
    await get();
    expect(hub.log.slice(0, 3)).toEqual(Array(3).fill("GET /api/models/tiny/llama/revision/main"));
  });

  test("says so where nobody answers, where the network is switched off, and where the name is none", async () => {
    const nowhere = environment({ HF_ENDPOINT: "http://127.0.0.1:1" });
    await expect(get({ environment: nowhere })).rejects.toThrow("the connection failed");
    await expect(get({ environment: environment({ HF_HUB_OFFLINE: "1" }) })).rejects.toThrow("HF_HUB_OFFLINE is set");
    await expect(downloadModel("../etc/passwd")).rejects.toThrow('"../etc/passwd" is no name of a model on the Hub');
  });

  test("waits for no other process: a blob that one is writing is left to it, the lock of a dead one is not", async () => {
    const weights = hashOf("model.safetensors", hub.files.get("model.safetensors")!);
    await get();
    const blob = join(folder, "hub/models--tiny--llama/blobs", weights);
    rmSync(blob);
    writeFileSync(`${blob}.lock`, String(process.pid));
    await expect(get()).rejects.toThrow(`is being downloaded by another process (${process.pid})`);
    writeFileSync(`${blob}.lock`, "999999999");
    await get();
    expect(existsSync(blob)).toBe(true);
  });
});
