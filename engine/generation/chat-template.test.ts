import { expect, test } from "vitest";
import reference from "../../test/reference/generation/generation-smollm2.json" with { type: "json" };
import { type ChatMessage, ChatTemplate } from "./chat-template.ts";

const templateOf = (text: string) => ChatTemplate.parse({ text, file: "tokenizer_config.json", bosToken: "<s>" });

test("SmolLM2's template gives the text that Transformers gives, for every conversation of the reference", () => {
  const template = templateOf(reference.chat_template);
  const rendered = reference.chat.map(({ messages }) => template.render(messages as ChatMessage[]));
  expect(rendered).toEqual(reference.chat.map(({ templated }) => templated));
});

test("names of special tokens come from the model's files", () => {
  expect(templateOf("{{ bos_token }}{{ messages[0]['content'] }}").render([{ role: "user", content: "hi" }])).toBe(
    "<s>hi",
  );
});

test("a template that does not parse is a sentence with its file", () => {
  expect(() => templateOf("{% for x in %}")).toThrow(
    /^tokenizer_config\.json: the chat template does not parse: Unexpected token.*mend the template\.$/,
  );
});

test("a template that refuses the messages says why in its own words", () => {
  const template = templateOf("{{ raise_exception('roles must alternate') }}");
  expect(() => template.render([{ role: "user", content: "hi" }])).toThrow(
    /^tokenizer_config\.json: the chat template refuses these messages: roles must alternate\./,
  );
});

test("a template that never ends is ended", () => {
  const template = templateOf("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}");
  expect(() => template.render([{ role: "user", content: "hi" }])).toThrow(/does not end within 500 ms/);
});

test("a template that writes the date is known", () => {
  expect(templateOf("{{ strftime_now('%d') }}").namesTheDate).toBe(true);
  expect(templateOf("{{ messages[0]['content'] }}").namesTheDate).toBe(false);
});
