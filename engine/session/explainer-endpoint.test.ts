// A stub of an OpenAI-compatible server on this machine, which knows one neuron's secret: it is active at " Tom".
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { explainByModel, numbersIn } from "../neuron/model-explanation.ts";
import { placesOf, type ReadText } from "../neuron/place.ts";
import { explainerAt, KEY_VARIABLE } from "./explainer-endpoint.ts";

const words = ["", " red", " blue", " box", " lamp", " Tom", " was", " the"];
const random = Random.seeded(1);
const texts = Array.from({ length: 120 }, (_, i): ReadText => ({
  line: i + 1,
  text: "",
  ids: [0, ...Array.from({ length: 6 }, () => (random.below(8) === 0 ? 5 : 1 + random.below(4)))],
  split: i % 2 === 0 ? "discovery" : "heldOut",
  firstNew: 0,
}));
const places = placesOf(texts);
const request = { texts, places, token: (id: number) => words[id], categories: new Map<string, string[]>(), seed: 0 };
const atTom = (sign: number) =>
  Float32Array.from(places, ({ text, position }) => (texts[text].ids[position] === 5 ? sign : 0));

const seen: { path: string; key: string | undefined; body: string }[] = [];
let answers: (question: string) => string;
const oracle = (question: string): string => {
  const lines = question.split("\n").filter((line) => /^\d+\. /.test(line));
  const list = (of: readonly boolean[]) => `The list: ${JSON.stringify(of.map(Number))}.`;
  if (question.includes("What makes the neuron active?")) return "the name Tom\nand more";
  if (question.includes("<<")) return list(lines.map((line) => line.includes("<< Tom>>")));
  if (question.includes("active anywhere")) return list(lines.map((line) => line.includes(" Tom")));
  const tokens = JSON.parse(question.split("\n").find((line) => line.startsWith("["))!) as string[];
  return JSON.stringify(tokens.map((token) => (token === " Tom" ? 10 : 0)));
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    seen.push({ path: request.url!, key: request.headers.authorization, body });
    if (request.url === "/v1/models") return response.end('{"data":[{"id":"stub-1"},{"id":"stub-2"}]}');
    if (request.url === "/away/models") return response.writeHead(302, { location: "/v1/models" }).end();
    if (request.url !== "/v1/chat/completions") return response.writeHead(404).end("no such thing");
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    response.end(JSON.stringify({ choices: [{ message: { content: answers(messages.at(-1)!.content) } }] }));
  });
});
let root: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
const environment = { [KEY_VARIABLE]: "s3cret" };

describe("a neuron explained by a language model", () => {
  test.each([1, -1])("that finds its rule is told wholly by it, whichever side it speaks on (%s)", async (sign) => {
    answers = oracle;
    const { model, ask } = await explainerAt({ url: `${root}/v1/` }, { environment });
    const { says, score, prompt, unanswered } = await explainByModel(atTom(sign), request, ask);
    expect([model, says, unanswered]).toEqual(["stub-1", "the name Tom", 0]);
    expect(score.random).toBeCloseTo(1, 6);
    expect(score).toMatchObject({ detection: 1, fuzzing: 1 });
    expect(prompt).toContain(" Tom«10»");
    expect(seen.every(({ key }) => key === "Bearer s3cret")).toBe(true);
    expect(prompt).not.toContain("s3cret");
  });

  test("that answers no numbers scores nothing, and it is counted how often", async () => {
    answers = () => "I would rather not.";
    const { ask } = await explainerAt({ url: `${root}/v1`, model: "stub-2" }, { environment: {} });
    const { score, unanswered } = await explainByModel(atTom(1), request, ask);
    expect(score).toEqual({ random: 0, top: 0, detection: 0.5, fuzzing: 0.5 });
    expect(unanswered).toBe(14);
    expect(seen.at(-1)!.key).toBeUndefined();
    expect(JSON.parse(seen.at(-1)!.body)).toMatchObject({ model: "stub-2", temperature: 0 });
  });
});

describe("an address that is none is a sentence", () => {
  test.each([
    ["nothing listens", "http://127.0.0.1:1/v1", "does not answer"],
    ["another path", "", "answers 404 no such thing"],
    ["leads elsewhere: a key goes nowhere but where it was named", "/away", "does not answer"],
  ])("%s", async (_, path, sentence) => {
    const url = path.startsWith("http") ? path : `${root}${path}`;
    await expect(explainerAt({ url }, { environment })).rejects.toThrow(sentence);
  });

  test("stopped on request", async () => {
    const stopped = AbortSignal.abort();
    await expect(explainerAt({ url: `${root}/v1` }, { signal: stopped, environment })).rejects.toMatchObject({
      code: "cancelled",
    });
  });
});

test("numbers are the first list of their length, whatever stands around it", () => {
  expect(numbersIn("Sure! [1, 2] or rather [0, 1, 0.5]", 3)).toEqual([0, 1, 0.5]);
  expect(numbersIn("[1, null, 2]", 3)).toBeUndefined();
  expect(numbersIn("[1, 2", 2)).toBeUndefined();
});
