// Which names fit a few typed letters, the best first.

/** Those that hold every word of the query; where the words begin earlier, the name comes earlier. */
export function matching<T>(query: string, items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const places = (item: T) => words.map((word) => nameOf(item).toLowerCase().indexOf(word));
  const rank = (item: T) => places(item).reduce((sum, place) => sum + place, 0);
  return items.filter((item) => places(item).every((place) => place >= 0)).sort((a, b) => rank(a) - rank(b));
}
