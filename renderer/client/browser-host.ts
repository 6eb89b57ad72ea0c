// The host in a browser: a WebSocket to the server that served the page, file inputs and downloads.
import type { EngineReport, Host, PickedFile } from "./host.ts";
import type { Line } from "./transport.ts";

export function browserHost(location: Location = window.location): Host {
  forgetToken(location);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return {
    kind: "browser",
    address: location.hostname,
    transport: { open: () => openSocket(`${scheme}://${location.host}/ws`) },
    files: { pick, read, save },
    shell: { engineReport, restartEngine, showState: () => undefined, onCommand: () => undefined },
  };
}

/** The page is drawn before what packs its messages is fetched. */
async function openSocket(address: string): Promise<Line> {
  const { WebSocketTransport } = await import("./web-socket-transport.ts");
  return new WebSocketTransport(address).open();
}

/** The token has become a cookie; out of the address it is not copied along with a link. */
function forgetToken(location: Location): void {
  const address = new URL(location.href);
  if (!address.searchParams.has("token")) return;
  address.searchParams.delete("token");
  history.replaceState(history.state, "", address);
}

async function pick(endings: readonly string[]): Promise<PickedFile | undefined> {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = endings.join(",");
  input.hidden = true;
  // In the page, since a browser may clear away what nothing holds while the chooser is open.
  document.body.append(input);
  const chosen = new Promise<File | undefined>((resolve) => {
    input.addEventListener("cancel", () => resolve(undefined));
    input.addEventListener("change", () => resolve(input.files?.[0]));
  });
  input.click();
  try {
    const file = await chosen;
    return file && (await read(file));
  } finally {
    input.remove();
  }
}

async function read(file: File): Promise<PickedFile> {
  return { name: file.name, text: await file.text() };
}

/** Long enough for any browser to have begun the download. */
const downloadStarts = 60_000;

function save(name: string, content: Blob): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), downloadStarts);
  return Promise.resolve();
}

/** Of the server, which lives on when the engine does not. */
async function engineReport(): Promise<EngineReport | undefined> {
  try {
    const answer = await fetch("/engine");
    return answer.ok ? ((await answer.json()) as EngineReport) : undefined;
  } catch {
    return undefined;
  }
}

async function restartEngine(): Promise<boolean> {
  try {
    return (await fetch("/engine/restart", { method: "POST" })).ok;
  } catch {
    return false;
  }
}
