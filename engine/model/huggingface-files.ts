// Names of the files in a model's folder as Hugging Face lays it out.

/** The files that are read, by what they are. */
export const HUGGING_FACE_FILES = {
  config: "config.json",
  tokenizer: "tokenizer.json",
  tokenizerConfig: "tokenizer_config.json",
  generationConfig: "generation_config.json",
  chatTemplate: "chat_template.jinja",
  weights: "model.safetensors",
  index: "model.safetensors.index.json",
} as const;
