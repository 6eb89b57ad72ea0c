// A sweep's files in a bucket of any server that speaks the protocol of S3.
//
// Nothing is asked of the server but to read, write, list and delete whole objects, and to list what was written before.
//
// The client is loaded with the first question: it needs streams that the Node of an older Electron lacks, and few sweeps have a bucket.
import type { S3Client, S3Errors } from "@bradenmacdonald/s3-lite-client";
import { EngineError, saidBy } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { StoreFiles } from "./store-files.ts";

/** What a server or the way to it may get over by itself is tried so often. */
const tries = 4;
/** Before the second try, ms; twice as long before each further one. */
const firstPause = 200;
/** Nothing is waited for longer, ms. */
const patience = 60_000;

/** Where a bucket is, and who asks for it. */
export interface BucketPlace {
  readonly bucket: string;
  /** Before every name; empty, or ending in "/". */
  readonly prefix: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken: string | undefined;
}

/**
 * s3://BUCKET/PREFIX. Server, region and keys are where the tools of S3 have them: in AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL,
 * AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; so no key goes over the queue or into a file.
 *
 * @throws EngineError "usage" for an address without a bucket, and where a key is missing
 */
export function bucketPlace(address: string, environment: Readonly<Record<string, string | undefined>>): BucketPlace {
  const parts = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/.exec(address);
  if (!parts) {
    throw new EngineError(
      "usage",
      say`"${address}" is no address of a bucket; write s3://BUCKET or s3://BUCKET/FOLDER.`,
    );
  }
  const {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  if (!accessKey || !secretKey) {
    const missing = accessKey ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    throw new EngineError("usage", say`${address}: there is no key for it; set ${missing} in the environment.`);
  }
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? "us-east-1";
  const endpoint =
    environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`;
  const prefix = (parts[2] ?? "").replace(/\/*$/, "");
  return {
    bucket: parts[1]!,
    prefix: prefix === "" ? "" : `${prefix}/`,
    endpoint,
    region,
    accessKey,
    secretKey,
    sessionToken,
  };
}

/** @throws EngineError "bucket" where the server does not answer, or refuses */
export class BucketFiles implements StoreFiles {
  readonly name: string;
  private client: Promise<S3Client> | undefined;

  /** @param address s3://BUCKET/PREFIX */
  constructor(
    address: string,
    private readonly place: BucketPlace,
  ) {
    this.name = address.replace(/\/+$/, "");
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.asked(name, async (client, key) => {
      try {
        return new Uint8Array(await (await client.getObject(key)).arrayBuffer());
      } catch (error) {
        if (isOfServer(error) && error.code === "NoSuchKey") return undefined;
        throw error;
      }
    });
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return this.asked(name, async (client, key) => {
      await client.putObject(key, bytes as Uint8Array<ArrayBuffer>);
    });
  }

  remove(name: string): Promise<void> {
    return this.asked(name, (client, key) => client.deleteObject(key));
  }

  list(folder: string): Promise<readonly string[]> {
    return this.asked(`${folder}/`, async (client, prefix) => {
      const names: string[] = [];
      for await (const entry of client.listObjectsGrouped({ prefix, delimiter: "/" })) {
        if (entry.type === "Object") names.push(entry.key.slice(prefix.length));
      }
      return names.sort();
    });
  }

  private async asked<T>(name: string, work: (client: S3Client, key: string) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const client = await (this.client ??= clientOf(this.place));
        return await within(patience, work(client, `${this.place.prefix}${name}`));
      } catch (error) {
        if (attempt === tries || !mayPass(error)) throw this.refusal(name, error);
        await new Promise((resolve) => setTimeout(resolve, firstPause * 2 ** (attempt - 1)));
      }
    }
  }

  private refusal(name: string, error: unknown): EngineError {
    return new EngineError("bucket", say`${this.name}/${name}: ${sentence(error, this.place)}`, {}, { cause: error });
  }
}

async function clientOf({
  endpoint,
  bucket,
  region,
  accessKey,
  secretKey,
  sessionToken,
}: BucketPlace): Promise<S3Client> {
  const { S3Client } = await import("@bradenmacdonald/s3-lite-client");
  const session = sessionToken === undefined ? {} : { sessionToken };
  return new S3Client({ endPoint: endpoint, bucket, region, accessKey, secretKey, ...session });
}

const isOfServer = (error: unknown): error is S3Errors.ServerError =>
  error instanceof Error && "statusCode" in error && "code" in error;

class NoAnswer extends Error {}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`nothing came in ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the next try may do: the way was broken, or the server is busy. */
function mayPass(error: unknown): boolean {
  if (isOfServer(error)) return error.statusCode >= 500 || error.statusCode === 429;
  return isOfTheWay(error);
}

const isOfTheWay = (error: unknown): boolean => error instanceof NoAnswer || error instanceof TypeError;

/** Code of the server → what it means for the one who asked. */
const REFUSALS: Readonly<Record<string, Sentence>> = {
  NoSuchBucket: say`there is no such bucket; make it, or correct its name`,
  InvalidAccessKeyId: say`the server does not know the key; correct AWS_ACCESS_KEY_ID`,
  SignatureDoesNotMatch: say`the server refuses the key; correct AWS_SECRET_ACCESS_KEY`,
  AccessDenied: say`the key may not do this; it needs to read, write, list and delete in the bucket`,
  ExpiredToken: say`the key has expired; get a new one`,
  PermanentRedirect: say`the bucket is in another region; set AWS_REGION`,
  AuthorizationHeaderMalformed: say`the bucket is in another region; set AWS_REGION`,
  RequestTimeTooSkewed: say`this machine's clock is wrong; correct it`,
};

function sentence(error: unknown, { endpoint }: BucketPlace): Sentence {
  if (isOfServer(error)) {
    const known = REFUSALS[error.code];
    return known ? say`${known}.` : say`the server refuses (${error.code}, ${error.statusCode}): ${error.message}`;
  }
  if (!isOfTheWay(error)) return saidBy(error);
  const { cause, message } = error as Error;
  const known = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : undefined;
  const reason = known ?? message;
  return say`${endpoint} does not answer (${reason}); start the server there, or correct AWS_ENDPOINT_URL.`;
}
