// What a run of the benchmark is given: peers, threads, how much of a long peer is timed.

export interface BenchOptions {
  readonly threads: number;
  /** A Python with bench/peers/requirements.txt, for TransformerLens and what EAP-IG imports. */
  readonly python: string | undefined;
  /** A Python with bench/peers/requirements-autocircuit.txt. */
  readonly autocircuit: string | undefined;
  /** A checkout of hannamw/EAP-IG. */
  readonly eapIg: string | undefined;
  /** How many of SmolLM2's 270 heads TransformerLens is timed on, or "all". */
  readonly heads: string;
}

/** The peers by name, with the option that brings each in. */
const PEERS: readonly (readonly [name: string, option: string, given: (options: BenchOptions) => boolean])[] = [
  ["TransformerLens 2.15.4", "--python", ({ python }) => python !== undefined],
  ["Transformers", "--python", ({ python }) => python !== undefined],
  ["EAP-IG 795f560", "--python and --eap-ig", ({ python, eapIg }) => python !== undefined && eapIg !== undefined],
  ["AutoCircuit 1.0.1", "--autocircuit", ({ autocircuit }) => autocircuit !== undefined],
];

/** A sentence for each peer that did not run. */
export function peersNotRun(options: BenchOptions): string[] {
  return PEERS.filter(([, , given]) => !given(options)).map(([name, option]) => `${name} did not run: give ${option}.`);
}
