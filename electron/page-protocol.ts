// The page's own scheme, app://workbench/: the files of the built page, under the policy that the server sets as well.
import type { Protocol } from "electron";
import { HEADERS } from "../server/content-policy.ts";
import type { PageFile } from "../server/page-files.ts";

const SCHEME = "app";
export const ORIGIN = `${SCHEME}://workbench`;

/** Like https: a standard scheme, so that the page has an origin; it bypasses no policy. */
export const PAGE_SCHEME = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
} as const;

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** Whether an address leads to the page; nothing else is ever shown or listened to. */
export function isOurs(address: string): boolean {
  try {
    const { protocol, host } = new URL(address);
    return `${protocol}//${host}` === ORIGIN;
  } catch {
    return false;
  }
}

export function answerPage(files: ReadonlyMap<string, PageFile>, address: string, method: string): PageAnswer {
  const refuse = (status: number, text: string): PageAnswer => ({
    status,
    headers: { ...HEADERS, "content-type": "text/plain; charset=utf-8" },
    bytes: Buffer.from(`${text}\n`),
  });
  if (!isOurs(address)) return refuse(403, "Another host name than the page's own.");
  if (method !== "GET") return refuse(405, "Only reading.");
  const file = files.get(new URL(address).pathname);
  if (!file) return refuse(404, "There is no such file.");
  return { status: 200, headers: { ...HEADERS, "content-type": file.type }, bytes: file.bytes };
}

type PageProtocol = Partial<Pick<Protocol, "handle" | "registerBufferProtocol">>;

/** Electron before 25 has no `handle`. */
export function servePage(protocol: PageProtocol, files: ReadonlyMap<string, PageFile>): void {
  if (protocol.handle) {
    protocol.handle(SCHEME, ({ url, method }) => {
      const { status, headers, bytes } = answerPage(files, url, method);
      return new Response(new Uint8Array(bytes), { status, headers });
    });
    return;
  }
  protocol.registerBufferProtocol!(SCHEME, ({ url, method }, reply) => {
    const { status, headers, bytes } = answerPage(files, url, method);
    reply({ statusCode: status, headers, mimeType: headers["content-type"].split(";")[0], data: bytes });
  });
}
