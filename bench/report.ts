// Writes what was measured against the peers as bench/REPORT.md, with the machine and the command that repeats it.
import { cpus, totalmem } from "node:os";
import { writeFileAtomic } from "../engine/base/atomic-file.ts";
import { runtimeVersion } from "../engine/runtime/ort.ts";
import { edgeTable, headTable, markdown, prunedTable } from "./peer-tables.ts";
import type { PeerFigures } from "./peers.ts";

export function writeReport(figures: PeerFigures, threads: number): void {
  const tables = [headTable, edgeTable, prunedTable].map((of) => of(figures));
  const parts = [HEAD, machine(threads), ...tables.filter(([, rows]) => rows.length > 0).map(markdown), NOTES];
  writeFileAtomic(new URL("./REPORT.md", import.meta.url).pathname, `${parts.join("\n\n")}\n`);
}

function machine(threads: number): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores, ${memory} GB, ${threads} threads; Node ${process.version}, ONNX Runtime ${runtimeVersion}.`;
}

const HEAD = `# Against the peers

Written by \`npm run bench -- --only peers --python PYTHON --eap-ig FOLDER --report\`, all of it in one run: PYTHON has
\`bench/peers/requirements.txt\` installed, FOLDER holds hannamw/EAP-IG at commit 795f560. Indirect object identification on the embedded
model, 32 discovery and 64 held-out prompts, resample ablation with the paired corrupt prompt, logit difference; circuits of
heads under the criterion \`match\` at 0.9 with both halves. Circuits of heads and orders of edges are different problems and stand in different
tables.`;

const NOTES = `Seconds: of the whole search for heads, ours with opening the model and judging the circuit on held-out prompts, TransformerLens's without
either; of the scores alone for edges. Every order of edges is judged by the same exact runs at the sizes of MIB, and only edges on a way
from input to logits are counted.

Largest difference: of our scores from EAP-IG's by its own definition (its points of integrated gradients contain the corrupt end, ours the
clean one), over its largest score. EAP-IG's information flow takes the token embedding without the position embedding for the input,
so its shares are others. Activations have another definition here, see DECISIONS.md.`;
