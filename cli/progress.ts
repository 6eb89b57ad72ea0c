// Progress on stderr: a bar with the time left on a terminal; of a pruning run a few plain lines elsewhere, or JSON lines on request.
import { SingleBar } from "cli-progress";
import type { SearchEvent } from "../engine/prune/unit-search.ts";
import type { PruneEvent } from "../engine/session/prune-task.ts";
import { visibleLine } from "../engine/base/visible.ts";
import { printJsonLine, printMessage } from "./output.ts";

export interface Bar {
  /**
   * @param done of the stage's total; a stage's bar begins anew
   * @param secondsLeft where more is known than how fast the bar moved
   */
  on(stage: string, done: number, total: number, detail?: string, secondsLeft?: number): void;
  stop(): void;
}

const silent = { on: () => undefined, stop: () => undefined };

/** How many steps the time left is estimated from. */
const rememberedSteps = 30;

/** A bar on a terminal, nothing elsewhere. */
export function progressBar(
  { quiet }: { readonly quiet?: boolean } = {},
  stream: NodeJS.WriteStream = process.stderr,
): Bar {
  return quiet || !stream.isTTY ? silent : terminalBar(stream);
}

function terminalBar(stream: NodeJS.WriteStream): Bar {
  let known: number | undefined;
  const single = new SingleBar({
    // What is cut off at the edge of the terminal is the detail.
    format: "{stage} {bar} {value}/{total} {eta_formatted} {detail}",
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
    etaBuffer: rememberedSteps,
    formatTime: (estimated) => timeLeft(known ?? estimated),
  });
  let shown = "";
  return {
    on: (stage, done, total, words = "", secondsLeft) => {
      if (total === 0) return;
      known = secondsLeft === undefined ? undefined : Math.ceil(secondsLeft);
      const detail = visibleLine(words);
      if (stage === shown) {
        single.setTotal(total);
        single.update(done, { detail });
        return;
      }
      single.stop();
      single.start(total, done, { stage: visibleLine(stage).padEnd(12), detail });
      shown = stage;
    },
    stop: () => {
      single.stop();
      // The next call begins it anew.
      shown = "";
    },
  };
}

/** @param seconds a word instead of a number while nothing is known */
function timeLeft(seconds: unknown): string {
  const left = Number(seconds);
  if (!Number.isFinite(left) || left <= 0) return "";
  if (left < 60) return `${left} s left`;
  return left < 3600 ? `${Math.round(left / 60)} min left` : `${(left / 3600).toFixed(1)} h left`;
}

export interface Progress {
  on(event: PruneEvent): void;
  stop(): void;
}

export function pruneProgress(mode: { readonly quiet?: boolean; readonly jsonl?: boolean }): Progress {
  if (mode.jsonl) return jsonLines();
  if (mode.quiet) return silent;
  return process.stderr.isTTY ? bar() : plainLines();
}

function jsonLines(): Progress {
  const plain = (event: PruneEvent): unknown => {
    switch (event.type) {
      case "prepared":
        return {
          type: "prepared",
          task: event.prepared.task.name,
          model: event.prepared.model.name,
          notes: event.prepared.notes,
        };
      case "anchors":
        return { type: "anchors", ...event.anchors.ends };
      case "search":
        return { ...event.event, type: `search.${event.event.type}` };
      case "start":
      case "stage":
        return event;
    }
  };
  return { on: (event) => printJsonLine(plain(event)), stop: () => undefined };
}

/** Words for the stages that are worth a line of their own. */
function headline(event: PruneEvent): string | undefined {
  if (event.type === "prepared") {
    const { task, model, discovery, validation, heldOut } = event.prepared;
    const between = validation.length > 0 ? `, ${validation.length} validation` : "";
    return `${task.name} on ${model.name}: ${discovery.length} discovery${between} and ${heldOut.length} held-out examples`;
  }
  if (event.type === "anchors") {
    const { full, empty, accuracy } = event.anchors.ends;
    return `the model: metric ${full.toFixed(3)}, right in ${(100 * accuracy).toFixed(0)} % of the examples; everything ablated: ${empty.toFixed(3)}`;
  }
  if (event.type === "start") {
    const { method, kept, steps, examples } = event.start;
    return `${method}, ${steps} steps on ${examples} examples: the first ${kept} units suffice`;
  }
  return event.type === "search" ? searchHeadline(event.event) : undefined;
}

function searchHeadline(event: SearchEvent): string | undefined {
  switch (event.type) {
    case "order":
      return `order ${event.index + 1} of ${event.count}`;
    case "swap":
      return `with ${event.added} put back`;
    case "pass":
      return `  pass ${event.pass}: ${event.candidates} candidates`;
    case "effects":
    case "trial":
      return undefined;
  }
}

function plainLines(): Progress {
  return {
    on: (event) => {
      const line = headline(event);
      if (line) printMessage(line);
    },
    stop: () => undefined,
  };
}

function bar(): Progress {
  const { on: show, stop } = terminalBar(process.stderr);
  return {
    on: (event) => {
      if (event.type === "stage") return show(event.stage, event.done, event.total);
      if (event.type !== "search") {
        stop();
        return printMessage(headline(event)!);
      }
      const search = event.event;
      if (search.type === "effects") show("effects", search.done, search.total);
      if (search.type === "trial") {
        const detail = `kept ${search.kept}  f ${search.faithfulness.toFixed(3)}${search.accepted ? "" : " kept it"}`;
        show("pruning", search.done, search.total, detail);
      }
    },
    stop,
  };
}
