import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { GgufMetadata } from "../formats/gguf-metadata.ts";
import type { GgufValue } from "../formats/gguf-header.ts";
import type { Tokenizer } from "../tokens/tokenizer.ts";
import { ggufSpeech, huggingFaceSpeech } from "./speech.ts";

const WORDS = ["<s>", "</s>", "<|im_end|>", "hello"];
const tokenizer = {
  encode: (text: string) => [0, WORDS.indexOf(text)],
  token: (id: number) => WORDS[id],
} as unknown as Tokenizer;

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function folderOf(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), "secateur-speech-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

test("end tokens of generation_config.json stand above those of config.json and the tokenizer", () => {
  const generation = { "generation_config.json": { eos_token_id: [1, 2] } };
  const config = { "config.json": { eos_token_id: 1 } };
  const declared = { "tokenizer_config.json": { eos_token: "<|im_end|>" } };
  const folders = [{ ...generation, ...config, ...declared }, { ...config, ...declared }, declared, {}];
  expect(folders.map((files) => huggingFaceSpeech(folderOf(files), tokenizer).endIds)).toEqual([[1, 2], [1], [2], []]);
});

test("a template lies in a file of its own, in tokenizer_config.json, or there among several", () => {
  const named = [
    { name: "tool_use", template: "tools" },
    { name: "default", template: "among several" },
  ];
  const folder = folderOf({ "chat_template.jinja": "own", "tokenizer_config.json": { chat_template: "inside" } });
  expect(huggingFaceSpeech(folder, tokenizer).chatTemplate).toEqual({
    text: "own",
    file: join(folder, "chat_template.jinja"),
    bosToken: undefined,
    eosToken: undefined,
  });
  const config = (chat_template: unknown) =>
    huggingFaceSpeech(
      folderOf({ "tokenizer_config.json": { chat_template, bos_token: { content: "<s>" }, eos_token: "</s>" } }),
      tokenizer,
    ).chatTemplate;
  expect(config("inside")).toMatchObject({ text: "inside", bosToken: "<s>", eosToken: "</s>" });
  expect(config(named)).toMatchObject({ text: "among several" });
  expect(config(undefined)).toBeUndefined();
});

test("a field of another kind is a sentence with the file", () => {
  const folder = folderOf({ "generation_config.json": { eos_token_id: "two" } });
  expect(() => huggingFaceSpeech(folder, tokenizer)).toThrow(
    `${join(folder, "generation_config.json")}: "eos_token_id" is not what is expected there.`,
  );
});

test("a GGUF names the ends of text, turn and message, and carries its template", () => {
  const metadata = (values: Record<string, GgufValue>) => new GgufMetadata("m.gguf", new Map(Object.entries(values)));
  const full = {
    "tokenizer.ggml.bos_token_id": 0,
    "tokenizer.ggml.eos_token_id": 1,
    "tokenizer.ggml.eot_token_id": 2,
    "tokenizer.chat_template": "inside",
  };
  expect(ggufSpeech(metadata(full), tokenizer)).toEqual({
    endIds: [1, 2],
    chatTemplate: { text: "inside", file: "m.gguf", bosToken: "<s>", eosToken: "</s>" },
  });
  expect(ggufSpeech(metadata({}), tokenizer)).toEqual({ endIds: [], chatTemplate: undefined });
});
