// A small S3 server of a test's own, on a free port of this machine, over a folder, with one bucket.
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import S3rver from "@20minutes/s3rver";

export const BUCKET = "sweeps";

/** The only keys that the server knows. */
const KEYS = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" } as const;

export interface BucketServer {
  /** What a person sets to use it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** @param isStrict whether it checks signatures, which it cannot do for lists */
export async function startBucketServer(folder: string, isStrict: boolean): Promise<BucketServer> {
  mkdirSync(folder, { recursive: true });
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: folder,
    allowMismatchedSignatures: !isStrict,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port } = (await server.run()) as AddressInfo;
  return {
    environment: { ...KEYS, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: "us-east-1" },
    close: () => server.close(),
  };
}
