// What a file of weights is when it is none: other formats under its name, known by their first bytes.
import { EngineError } from "../base/errors.ts";
import { say, type Sentence } from "../base/sentence.ts";
import type { ByteFile } from "./byte-file.ts";

const FORMS: readonly { readonly starts: RegExp; readonly what: Sentence; readonly remedy: Sentence }[] = [
  {
    starts: /^\s*<(!doctype|html|\?xml)/i,
    what: say`a web page`,
    remedy: say`Download the file itself, from its address with /resolve/ in place of /blob/.`,
  },
  {
    starts: /^(PK\x03\x04|\x80[\x02-\x05])/,
    what: say`a PyTorch pickle, which is not read because it can run code`,
    remedy: say`Save the model as safetensors (save_pretrained does).`,
  },
  { starts: /^\x1f\x8b/, what: say`compressed with gzip`, remedy: say`Unpack it with gunzip.` },
  { starts: /^\x89HDF/, what: say`an HDF5 file of TensorFlow or Keras`, remedy: say`Save the model as safetensors.` },
];

const GGUF_FILE = { what: "a GGUF file", remedy: "Give it a name that ends in .gguf." };
const SAFETENSORS_FILE = { what: "a safetensors file", remedy: "Name the folder that holds its config.json." };

/** @throws EngineError "invalid-file" where the first bytes are those of another format than `expected` */
export function refuseForeignBytes(file: ByteFile, expected: "safetensors" | "gguf"): void {
  const head = file.read(0, Math.min(64, file.size)).toString("latin1");
  // A header of less than 4 GB: the length that safetensors begin with may look like anything below.
  if (expected === "safetensors" && /^.{4}\0{4}/s.test(head)) return;
  const form =
    FORMS.find(({ starts }) => starts.test(head)) ??
    (expected === "safetensors" && head.startsWith("GGUF") ? GGUF_FILE : undefined) ??
    (expected === "gguf" && /^.{4}\0{4}\{"/s.test(head) ? SAFETENSORS_FILE : undefined);
  if (!form) return;
  throw new EngineError("invalid-file", say`${file.path}: it is ${form.what}. ${form.remedy}`, {
    place: { file: file.path },
  });
}
