// `npm run fuzz -- [COUNT] [SEED]`: more mutations than the tests have time for; what is neither read nor refused is kept.
import { fuzz } from "./run.ts";

const [count = 50_000, seed = 1] = process.argv.slice(2).map(Number);
const say = (text: string) => process.stdout.write(`${text}\n`);

const outcomes = fuzz("dist/fuzz", count, seed);
for (const { kind, read, refused, faults } of outcomes) {
  const [of, to, bad] = [read, refused, faults.length].map((number) => String(number).padStart(7));
  say(`${kind.padEnd(20)} ${of} read ${to} refused ${bad} faults`);
  for (const { path, thrown } of faults.slice(0, 10)) say(`  ${path}\n    ${thrown.split("\n", 3).join("\n    ")}`);
}
process.exitCode = outcomes.some(({ faults }) => faults.length > 0) ? 1 : 0;
