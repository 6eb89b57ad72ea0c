// How this program was called, so that the commands it prints can be typed as they are.

/** Scripts of package.json that start this program. */
export const SCRIPTS: readonly string[] = ["secateur", "demo", "prune", "train"];

/** "secateur prune --resume ioi-1", or the same through npm where npm started this process. */
export function typed(command: string, environment: NodeJS.ProcessEnv = process.env): string {
  return SCRIPTS.includes(environment.npm_lifecycle_event ?? "")
    ? `npm run secateur -- ${command}`
    : `secateur ${command}`;
}
