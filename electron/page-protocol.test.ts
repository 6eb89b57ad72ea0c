import { expect, test, vi } from "vitest";
import { HEADERS } from "../server/content-policy.ts";
import { answerPage, isOurs, PAGE_SCHEME, servePage } from "./page-protocol.ts";

const index = { type: "text/html; charset=utf-8", bytes: Buffer.from("<!doctype html>") };
const FILES = new Map([
  ["/", index],
  ["/index.html", index],
]);

test("a file of the page comes with its type and the strict policy", () => {
  expect(answerPage(FILES, "app://workbench/?x=1#y", "GET")).toEqual({
    status: 200,
    headers: { ...HEADERS, "content-type": index.type },
    bytes: index.bytes,
  });
});

test.each([
  ["app://workbench/../package.json", 404],
  ["app://workbench/..%2f..%2fetc/passwd", 404],
  ["app://workbench//etc/passwd", 404],
  ["app://elsewhere/", 403],
  ["app://workbench.evil/", 403],
])("%s is refused, under the policy too", (address, status) => {
  const answer = answerPage(FILES, address, "GET");
  expect([answer.status, answer.headers["content-security-policy"]]).toEqual([
    status,
    HEADERS["content-security-policy"],
  ]);
});

test("the page is read and never written", () => {
  expect(answerPage(FILES, "app://workbench/", "POST").status).toBe(405);
});

test.each([
  "https://workbench/",
  "file:///etc/passwd",
  "app://workbench.evil/",
  "javascript:alert(1)",
  "",
  "about:blank",
])("%s is none of ours", (address) => expect(isOurs(address)).toBe(false));

test("the scheme bypasses no policy and needs none of the others' consent", () => {
  expect(PAGE_SCHEME.privileges).toEqual({ standard: true, secure: true, supportFetchAPI: true, stream: true });
});

test("today's Electron and an old one answer alike", async () => {
  const handle = vi.fn();
  servePage({ handle }, FILES);
  const answered = (handle.mock.calls[0]![1] as (request: object) => Response)({
    url: "app://workbench/",
    method: "GET",
  });
  expect([answered.status, await answered.text()]).toEqual([200, "<!doctype html>"]);
  expect(answered.headers.get("content-security-policy")).toBe(HEADERS["content-security-policy"]);

  const registerBufferProtocol = vi.fn();
  servePage({ registerBufferProtocol }, FILES);
  const reply = vi.fn();
  (registerBufferProtocol.mock.calls[0]![1] as (request: object, reply: unknown) => void)(
    { url: "app://workbench/", method: "GET" },
    reply,
  );
  expect(reply).toHaveBeenCalledWith({
    statusCode: 200,
    headers: { ...HEADERS, "content-type": index.type },
    mimeType: "text/html",
    data: index.bytes,
  });
});
