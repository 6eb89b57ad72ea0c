// Writes the JSON Schemas that ship; run it after a change to a format.
import { writeFileAtomic } from "../engine/base/atomic-file.ts";
import { shippedSchemas } from "./schemas.ts";

for (const { path, text } of shippedSchemas()) {
  writeFileAtomic(path, text);
  console.log(`${path} written.`);
}
