// A task file of which only the name is sure, such as a circuit file's, among those whose paths are known.

/** The file itself where it is known, else a known one of the same name. */
export function fileNamed(file: string, known: readonly string[]): string | undefined {
  const nameOf = (path: string) => path.split(/[\\/]/).at(-1);
  return known.includes(file) ? file : known.find((path) => nameOf(path) === nameOf(file));
}
