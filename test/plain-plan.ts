// Plans in plain float64 loops, one world at a time and every value from a run of its own: the oracle for what plans give.
//
// Slow and independent of the engine: it shares the form of a plan with it, and how positions are meant, and nothing else.
import type { Model } from "../engine/model/model.ts";
import type { Change, Plan, Value, Where } from "../engine/activations/plan.ts";
import type { Prompt } from "../engine/task/prompt.ts";
import type { Site } from "../engine/transformer/sites.ts";
import { plainPass } from "./plain-forward.ts";
import type { Rows } from "./plain-transformer.ts";

type Row = readonly number[];

/** A dictionary of two matrices: f = relu(x E), x ≈ f D. */
export interface PlainDictionary {
  /** "width feature" */
  readonly E: Rows;
  /** "feature width" */
  readonly D: Rows;
}

/** What every reading gives, a row for each position. */
export function plainPlan(
  model: Model,
  plan: Plan,
  dictionaries: ReadonlyMap<string, PlainDictionary> = new Map(),
): readonly Rows[] {
  return plan.read.map((reading) => {
    const prompt = plan.worlds[reading.world];
    if (reading.site === "logits") {
      const logits = plainPass(model, prompt.ids, hookOf(reading.world));
      return positions(prompt, reading.at).map((p) => reading.units?.map((id) => logits[p][id]) ?? logits[p]);
    }
    const units = stateAt(reading.world, reading.site, reading.layer);
    return positions(prompt, reading.at).map((p) => rowOf(reading.site, units, p, reading.units));
  });

  /** All units of a site behind its changes, from a run that ends there. */
  function stateAt(world: number, site: Site, layer: number, changes = plan.changes.length): readonly Rows[] {
    const hook = hookOf(world);
    let found: readonly Rows[] = [];
    const end = {};
    try {
      plainPass(model, plan.worlds[world].ids, (s, l, units) => {
        if (s !== site || l !== layer) return hook(s, l, units);
        found = hook(s, l, units, changes);
        throw end;
      });
    } catch (thrown) {
      if (thrown !== end) throw thrown;
    }
    return found;
  }

  function hookOf(world: number) {
    return (site: Site, layer: number, units: readonly Rows[], changes = plan.changes.length): readonly Rows[] =>
      plan.changes.slice(0, changes).reduce((now, { world: of, where, change }, c) => {
        if (of !== world || where.site !== site || where.layer !== layer) return now;
        const at = positions(plan.worlds[world], where.at, where.step);
        const after = at.map((p, i) => {
          const x = rowOf(site, now, p, where.units);
          return changed(change, x, (value) => given(value, world, where, c, i, p, x.length));
        });
        return at.reduce((all, p, i) => withRow(site, all, p, where.units, after[i]), now);
      }, units);
  }

  function given(value: Value, world: number, where: Where, c: number, i: number, p: number, width: number): Row {
    if (value === "zero") return new Array<number>(width).fill(0);
    if ("vector" in value) return value.vector as Row;
    if ("rows" in value) return value.rows[value.rows.length === 1 ? 0 : i];
    const place = "mean" in value ? value.mean : value;
    const [site, layer, units] = [
      place.site ?? where.site,
      place.layer ?? where.layer,
      place.units ?? where.units,
    ] as const;
    const state = (of: number) =>
      stateAt(of, site, layer, of === world && site === where.site && layer === where.layer ? c : undefined);
    if ("world" in value) {
      const at = value.at === undefined ? where : { at: value.at, step: undefined };
      const from = positions(plan.worlds[value.world], at.at, at.step);
      return rowOf(site, state(value.world), from[from.length === 1 ? 0 : i], units);
    }
    const rows = value.mean.worlds.flatMap((of) =>
      positions(plan.worlds[of], value.mean.at ?? "all")
        .filter((at) => !value.mean.perPosition || at === p)
        .map((at) => rowOf(site, state(of), at, units)),
    );
    return rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
  }

  function changed(change: Change, x: Row, value: (of: Value) => Row): Row {
    switch (change.op) {
      case "set":
        return value(change.to);
      case "add": {
        const v = value(change.what);
        return x.map((a, i) => a + change.scale * v[i]);
      }
      case "mix": {
        const v = value(change.with);
        return x.map((a, i) => change.gate * a + (1 - change.gate) * v[i]);
      }
      case "project": {
        const c = (change.centre as Row | undefined) ?? x.map(() => 0);
        const off = x.map((a, i) => a - c[i]);
        const inside = leastSquares(change.basis as readonly Row[], off);
        return x.map((a, i) => (change.keep === "inside" ? c[i] + inside[i] : a - inside[i]));
      }
      case "clamp": {
        const v = change.along as Row;
        const length = Math.hypot(...v);
        const along = v.reduce((sum, a, i) => sum + a * x[i], 0) / length;
        return x.map((a, i) => a + ((change.to - along) * v[i]) / length);
      }
      case "through": {
        const { E, D } = dictionaries.get(change.dictionary)!;
        const f = E[0].map((_, j) =>
          Math.max(
            0,
            x.reduce((sum, a, i) => sum + a * E[i][j], 0),
          ),
        );
        const edited = [...f];
        for (const { feature, op, by } of change.edits) {
          edited[feature] = { set: by, add: edited[feature] + by, scale: edited[feature] * by }[op];
        }
        const decoded = (g: Row) => x.map((_, i) => g.reduce((sum, a, j) => sum + a * D[j][i], 0));
        const [before, after] = [decoded(f), decoded(edited)];
        return change.error === "dropped" ? after : x.map((a, i) => a - before[i] + after[i]);
      }
    }
  }
}

/** The nearest sum of multiples of the vectors, by their normal equations. */
function leastSquares(vectors: readonly Row[], x: Row): Row {
  const dot = (a: Row, b: Row) => a.reduce((sum, ai, i) => sum + ai * b[i], 0);
  const rows = vectors.map((v) => [...vectors.map((w) => dot(v, w)), dot(v, x)]);
  const n = vectors.length;
  for (let i = 0; i < n; i++) {
    const pivot = rows.findIndex((row, r) => r >= i && Math.abs(row[i]) > 1e-12);
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let r = 0; r < n; r++) {
      if (r === i) continue;
      const share = rows[r][i] / rows[i][i];
      for (let j = i; j <= n; j++) rows[r][j] -= share * rows[i][j];
    }
  }
  return x.map((_, i) => vectors.reduce((sum, v, k) => sum + (rows[k][n] / rows[k][k]) * v[i], 0));
}

const headSites: readonly Site[] = ["q", "k", "v", "pattern", "z"];

function rowOf(site: Site, units: readonly Rows[], p: number, chosen: readonly number[] | undefined): Row {
  if (!headSites.includes(site)) return chosen ? chosen.map((u) => units[0][p][u]) : units[0][p];
  return (chosen ?? units.map((_, u) => u)).flatMap((u) => units[u][p]);
}

function withRow(
  site: Site,
  units: readonly Rows[],
  p: number,
  chosen: readonly number[] | undefined,
  row: Row,
): readonly Rows[] {
  const put = (rows: Rows, own: Row) => rows.map((old, at) => (at === p ? own : old));
  if (!headSites.includes(site)) {
    const own = chosen ? units[0][p].map((x, i) => (chosen.includes(i) ? row[chosen.indexOf(i)] : x)) : row;
    return [put(units[0], own)];
  }
  const each = row.length / (chosen ?? units).length;
  return units.map((rows, u) => {
    const n = chosen ? chosen.indexOf(u) : u;
    return n < 0 ? rows : put(rows, row.slice(n * each, (n + 1) * each));
  });
}

function positions(prompt: Prompt, at: Where["at"], step: Where["step"] = "every"): number[] {
  const count = prompt.ids.length;
  const begins = count - (prompt.generated ?? 0);
  const all = prompt.ids.map((_, p) => p);
  const listed = typeof at === "string" ? prompt.positions?.[at] : at;
  const meant = at === "all" ? all : at === "end" ? all.slice(begins - 1) : [listed!].flat();
  return meant.filter((p) => step === "every" || (step === "prompt" ? p < begins : p >= begins));
}
