// Who is let in: the one-use token of the address, the cookie that it is exchanged for, our host names, our origin.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIPv4 } from "node:net";

const LOCAL: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/** Whether only programs of this machine reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** Path and query of a request; undefined where its target is none of ours, such as another server's address. */
export function targetOf({ url }: IncomingMessage): URL | undefined {
  if (!url?.startsWith("/")) return undefined;
  try {
    return new URL(`http://server${url}`);
  } catch {
    return undefined;
  }
}

/** A page of ours was served from the address that it asks. */
export function isOurOrigin({ headers }: IncomingMessage): boolean {
  return headers.origin === `http://${headers.host}` || headers.origin === `https://${headers.host}`;
}

export class Admission {
  private token = newSecret();
  private readonly secret = newSecret();
  /** The server's own, so that two of them do not push each other's cookie out. */
  private readonly name = `secateur-${randomBytes(4).toString("hex")}`;
  private readonly hosts: readonly string[] | undefined;

  /** @param host where the server listens; beyond this machine it may be asked under any name */
  constructor(host: string) {
    this.hosts = isLoopback(host) ? [...LOCAL, host] : undefined;
  }

  /** What lets the next browser in, once. */
  get currentToken(): string {
    return this.token;
  }

  /** The cookie for whoever brings the token, which is used up by that; undefined for others. */
  exchange(given: string | null): string | undefined {
    if (given === null || !same(given, this.token)) return undefined;
    this.token = newSecret();
    return `${this.name}=${this.secret}; HttpOnly; SameSite=Strict; Path=/`;
  }

  hasCookie({ headers }: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
    const { name, secret } = this;
    return cookies.some((cookie) => cookie.startsWith(`${name}=`) && same(cookie.slice(name.length + 1), secret));
  }

  /** Keeps other sites from reaching us under a name of theirs that leads here. */
  isOurHost({ headers }: IncomingMessage): boolean {
    return this.hosts === undefined || this.hosts.includes((headers.host ?? "").replace(/:\d+$/, ""));
  }
}

function newSecret(): string {
  return randomBytes(24).toString("base64url");
}

/** Takes as long for a wrong secret as for the right one. */
function same(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
