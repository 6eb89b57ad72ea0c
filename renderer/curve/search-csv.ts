// The curve of a search as a table.
import type { SearchCurve } from "./search-curve.ts";

/** One row for each circuit that was measured; empty where a figure was not. */
export function curveCsv({ path, heldOut, bounds }: Pick<SearchCurve, "path" | "heldOut" | "bounds">): string {
  const held = new Map(heldOut.map(({ kept, f }) => [kept, f]));
  const accepted = path.accepted.flatMap((points, order) =>
    points.map(({ kept, f, second }) => [order, kept, f, second ?? "", "yes", held.get(kept) ?? ""]),
  );
  const rejected = path.rejected.map(({ kept, f, second }) => ["", kept, f, second ?? "", "no", ""]);
  const head = ["order", "kept", "f", bounds.second?.half ?? "second", "accepted", "f held out"];
  return [head, ...accepted, ...rejected].map((row) => `${row.join(",")}\r\n`).join("");
}
