// Writes the plain-text corpora that ship; run it after a change to the frames, or to what the embedded model is trained on.
import { writeFileAtomic } from "../engine/base/atomic-file.ts";
import { shippedCorpora } from "./plain-corpus.ts";

for (const [path, text] of Object.entries(shippedCorpora())) {
  writeFileAtomic(path, text);
  console.log(`${path} written.`);
}
