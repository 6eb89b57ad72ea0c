// A bucket as a store, on a small S3 server: the same as a folder, and what is wrong as sentences.
import { createServer } from "node:http";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUCKET, type BucketServer, startBucketServer } from "../../test/bucket-server.ts";
import { BucketFiles, bucketPlace } from "./bucket-files.ts";
import { FolderFiles, type StoreFiles } from "./store-files.ts";

let folder: string;
let server: BucketServer;
/** Checks signatures too. */
let strict: BucketServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bucket-"));
  server = await startBucketServer(join(folder, "server"), false);
  strict = await startBucketServer(join(folder, "strict"), true);
});
afterAll(async () => {
  await Promise.all([server.close(), strict.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function bucket(address: string, environment: Readonly<Record<string, string>> = server.environment): StoreFiles {
  return new BucketFiles(address, bucketPlace(address, environment));
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array | undefined) => read && new TextDecoder().decode(read);

const STORES: Readonly<Record<string, () => StoreFiles>> = {
  folder: () => new FolderFiles(join(folder, "plain")),
  bucket: () => bucket(`s3://${BUCKET}`),
  "folder of a bucket": () => bucket(`s3://${BUCKET}/of/one/`),
};

describe.each(Object.entries(STORES))("a %s", (_, open) => {
  test("keeps files, writes them anew, lists those of one folder, and forgets them", async () => {
    const files = open();
    expect(await files.read("jobs/ab/one.json")).toBeUndefined();
    await files.write("jobs/ab/one.json", bytes("1"));
    await files.write("jobs/ab/two.json", bytes("2"));
    await files.write("jobs/ab/deeper/three.json", bytes("3"));
    await files.write("jobs/abc.json", bytes("4"));
    await files.write("jobs/ab/one.json", bytes("首都"));
    await files.write("jobs/ab/none.json", new Uint8Array());
    expect(text(await files.read("jobs/ab/one.json"))).toBe("首都");
    expect(text(await files.read("jobs/ab/none.json"))).toBe("");
    expect(await files.list("jobs/ab")).toEqual(["none.json", "one.json", "two.json"]);
    expect(await files.list("jobs/zz")).toEqual([]);
    await files.remove("jobs/ab/one.json");
    await files.remove("jobs/ab/never.json");
    expect(await files.list("jobs/ab")).toEqual(["none.json", "two.json"]);
  });
});

test("a server that checks signatures takes those of the client", async () => {
  const files = bucket(`s3://${BUCKET}/signed`, strict.environment);
  await files.write("a b/ö+1.json", bytes("signed"));
  expect(text(await files.read("a b/ö+1.json"))).toBe("signed");
});

test.each([
  [
    "a wrong key",
    { AWS_ACCESS_KEY_ID: "another" },
    BUCKET,
    "the server does not know the key; correct AWS_ACCESS_KEY_ID.",
  ],
  [
    "a wrong secret",
    { AWS_SECRET_ACCESS_KEY: "another" },
    BUCKET,
    "the server refuses the key; correct AWS_SECRET_ACCESS_KEY.",
  ],
  ["no such bucket", {}, "nobodys", "there is no such bucket; make it, or correct its name."],
  ["no way to the server", { AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, BUCKET, "http://127.0.0.1:1 does not answer ("],
])("%s is a sentence, for every call", async (_, wrong, name, sentence) => {
  const files = bucket(`s3://${name}`, { ...strict.environment, ...wrong });
  const message = new RegExp(`^s3://${name}/x\\.json: ${sentence.replaceAll(/[.()]/g, "\\$&")}`);
  const calls = [files.read("x.json"), files.write("x.json", bytes("x")), files.remove("x.json")];
  const refusals = await Promise.all(calls.map((call) => call.then(String, (error: unknown) => error)));
  const refusal = { code: "bucket", message: expect.stringMatching(message) as string };
  expect(refusals).toMatchObject([refusal, refusal, refusal]);
});

test("what a busy server refuses is asked again", async () => {
  let asked = 0;
  const busy = createServer((_, answer) => {
    answer.statusCode = ++asked < 3 ? 503 : 200;
    answer.end(asked < 3 ? "<Error><Code>SlowDown</Code><Message>later</Message></Error>" : "here");
  }).listen(0, "127.0.0.1");
  await once(busy, "listening");
  const { port } = busy.address() as AddressInfo;
  const files = bucket(`s3://${BUCKET}`, { ...server.environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
  expect(text(await files.read("x.json"))).toBe("here");
  expect(asked).toBe(3);
  busy.close();
});

test("addresses and keys that are missing are told before anything is asked", () => {
  expect(() => bucketPlace("s3://", {})).toThrow('"s3://" is no address of a bucket; write s3://BUCKET');
  expect(() => bucketPlace("s3://sweeps", {})).toThrow("set AWS_ACCESS_KEY_ID in the environment");
  expect(() => bucketPlace("s3://sweeps", { AWS_ACCESS_KEY_ID: "a" })).toThrow("set AWS_SECRET_ACCESS_KEY");
  const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  expect(bucketPlace("s3://sweeps/a/b/", { ...keys, AWS_REGION: "eu-west-1" })).toMatchObject({
    bucket: "sweeps",
    prefix: "a/b/",
    endpoint: "https://s3.eu-west-1.amazonaws.com",
  });
});
