// What the browser remembers between visits: small JSON values by name, and a default where there is none or it cannot be read.

export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** For tests, and where the browser allows no storage. */
export function memoryOnly(): Memory {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
  };
}

/** @param fits whether a stored value still has the shape that is expected */
export function recall<T>(memory: Memory, key: string, fallback: T, fits: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(memory.getItem(`secateur.${key}`) ?? "null");
    return fits(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

export function remember(memory: Memory, key: string, value: unknown): void {
  try {
    memory.setItem(`secateur.${key}`, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs the memory of pane sizes, nothing else.
  }
}
