// The words of the page in the language that is chosen, and numbers as that language writes them.
import { recognised } from "./recognised.ts";
import { worded } from "./said.ts";
import { readSpoken } from "../client/spoken.ts";
import type { WireError } from "../../engine/contract.ts";
import type { Note } from "../../engine/base/sentence.ts";
import { fewForInterval, isFew, leastForInterval } from "../../engine/base/interval.ts";
import type { RecordedHeadline } from "../../engine/contract/jobs.ts";
import { type Language, LANGUAGE_TAGS } from "./language.ts";
import { sentencesOf, type Table, tableOf, type WordKey } from "./tables.svelte.ts";

export type { WordKey } from "./tables.svelte.ts";
/** Names between braces in a message. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<Key extends WordKey> = Readonly<Record<Names<Table[Key]>, string | number>>;
/** Messages without names take no values. */
type Arguments<Key extends WordKey> = [Names<Table[Key]>] extends [never] ? [] : [values: Values<Key>];

export class Words {
  constructor(private readonly settings: { readonly language: Language }) {}

  get language(): Language {
    return this.settings.language;
  }

  /** The message under a key; an arrow, so that components can take it along. */
  readonly t = <Key extends WordKey>(key: Key, ...[values]: Arguments<Key>): string =>
    fill(tableOf(this.language)[key], values ?? {});

  /** A sentence of the engine's; in files, and of an earlier version, it is a bare text. */
  readonly said = (said: Note | string): string => {
    const sentences = sentencesOf(this.language);
    if (typeof said === "string") {
      const meant = sentences && recognised(said, sentences);
      return meant ? worded(meant, sentences) : said;
    }
    const spoken = readSpoken(said);
    if (!spoken) return "";
    return sentences ? worded(spoken, sentences) : spoken.text;
  };

  /** What failed. */
  readonly failure = ({ message, said }: WireError): string => this.said(said ?? message);

  /** A name of a closed list of the engine's, in the reader's words, or something else where there are none. */
  named(prefix: string, name: string, otherwise = name): string {
    const table: Readonly<Record<string, string>> = tableOf(this.language);
    return table[`${prefix}.${name}`] ?? otherwise;
  }

  /** A setting, a figure or a fact of a result, by its name in files; a newer Secateur's as it is. */
  readonly field = (name: string): string => this.named("field", name);

  /** The one figure of a result; "{share%}" as a percentage; the bare values where it is of a newer Secateur. */
  readonly headline = ({ code, values }: RecordedHeadline): string => {
    const bare = Object.keys(values)
      .map((name) => `${name} {${name}}`)
      .join(", ");
    return this.named("headline", code, bare).replace(/\{(\w+)(%?)\}/g, (_, name: string, isShare: string) =>
      this.figure(values[name], isShare === "%"),
    );
  };

  private figure(value: number | string | undefined, isShare: boolean): string {
    if (typeof value !== "number") return value === undefined ? "–" : withoutFolders(value.trim());
    if (isShare) return Number.isNaN(value) ? "–" : this.percent(value);
    return Number.isInteger(value) ? this.count(value) : this.number(value);
  }

  readonly number = (value: number | undefined | null, digits = 3): string =>
    value === undefined || value === null || Number.isNaN(value) ? "–" : this.format(value, digits);

  /** A value of a plot, as exactly as is asked: on an axis as its other marks; else whole where it is whole, and large ones shorter. */
  readonly plotted = (value: number, digits = plottedDigits(value)): string => this.format(value, digits);

  readonly count = (value: number): string =>
    this.format(value, 0, { minimumFractionDigits: 0, maximumFractionDigits: 3 });

  readonly percent = (value: number | undefined, digits = 0): string =>
    value === undefined ? "–" : this.format(value, digits, { style: "percent" });

  readonly signed = (value: number | undefined, digits = 3): string =>
    value === undefined ? "–" : this.format(value, digits, { signDisplay: "exceptZero" });

  readonly interval = (ends: readonly [number, number] | undefined, digits = 3): string =>
    ends ? `[${ends.map((end) => this.format(end, digits)).join(", ")}]` : "–";

  /** What a reader must know of an interval over so many values; undefined where they are many enough. */
  readonly few = (n: number | undefined): string | undefined => {
    if (n === undefined || !isFew(n)) return undefined;
    return this.t(n < leastForInterval ? "interval.none" : "interval.few", {
      n,
      few: fewForInterval,
      least: leastForInterval,
    });
  };

  readonly when = (iso: string): string =>
    Number.isNaN(Date.parse(iso))
      ? "–"
      : new Intl.DateTimeFormat(LANGUAGE_TAGS[this.language], { dateStyle: "medium", timeStyle: "short" }).format(
          new Date(iso),
        );

  readonly seconds = (value: number): string => {
    const whole = Math.max(1, Math.round(value));
    if (whole < 60) return this.t("time.seconds", { n: whole });
    if (whole < 3600) return this.t("time.minutes", { n: Math.round(whole / 60) });
    return this.t("time.hours", { n: this.format(whole / 3600, 1) });
  };

  readonly bytes = (value: number): string => {
    const megabytes = value / 1e6;
    return megabytes < 1000
      ? `${this.format(megabytes, megabytes < 10 ? 1 : 0)} MB`
      : `${this.format(megabytes / 1000, 1)} GB`;
  };

  /** Every number is written here: a true minus sign, and none before what is shown as zero. */
  private format(value: number, digits: number, more: Intl.NumberFormatOptions = {}): string {
    const options: Intl.NumberFormatOptions = {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: "negative",
      ...more,
    };
    return new Intl.NumberFormat(LANGUAGE_TAGS[this.language], options).format(value).replace("-", "−");
  }
}

/** Of a value that stands by itself. */
function plottedDigits(value: number): number {
  if (Number.isInteger(value)) return 0;
  const size = Math.abs(value);
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

/** What looks like the path of a file is called by its name: "/home/me/gender.gguf" → "gender.gguf". */
function withoutFolders(text: string): string {
  return text.replaceAll(/(?<![^\s+])(?:[A-Za-z]:)?[\\/](?:[^\s\\/]+[\\/])*(?=[^\s\\/])/g, "");
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
