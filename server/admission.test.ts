import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { Admission, isLoopback, targetOf } from "./admission.ts";

const asking = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;

test("a token is exchanged for the cookie once, and a new one takes its place", () => {
  const admission = new Admission("127.0.0.1");
  const first = admission.currentToken;
  const cookie = admission.exchange(first)!;
  expect(cookie).toMatch(/^secateur-[0-9a-f]{8}=[\w-]{32}; HttpOnly; SameSite=Strict; Path=\/$/);
  expect(cookie).not.toContain(first);
  expect(admission.exchange(first)).toBeUndefined();
  expect(admission.currentToken).not.toBe(first);
  expect(admission.exchange(admission.currentToken)).toBe(cookie);
  expect(admission.hasCookie(asking({ cookie: `other=1; ${cookie.split(";")[0]}` }))).toBe(true);
  expect(admission.hasCookie(asking({ cookie: `${cookie.split("=")[0]}=wrong` }))).toBe(false);
});

test.each(["//", "/ws?x=1", "/%", "/\\.."])("%s is a path of ours", (url) => {
  expect(targetOf({ url } as IncomingMessage)?.host).toBe("server");
});
test.each(["http://[", "*", "", "evil:80", "http://server/"])("%s is none", (url) => {
  expect(targetOf({ url } as IncomingMessage)).toBeUndefined();
});

test("only loopback addresses are this machine's alone", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "::", "192.168.1.4", "127.evil.example", ""].some(isLoopback)).toBe(false);
});

test("a server of this machine is asked under its own names, one that other machines reach under any", () => {
  const host = "127.0.0.2:1";
  expect(new Admission("127.0.0.2").isOurHost(asking({ host }))).toBe(true);
  expect(new Admission("127.0.0.1").isOurHost(asking({ host }))).toBe(false);
  expect(new Admission("0.0.0.0").isOurHost(asking({ host }))).toBe(true);
});
