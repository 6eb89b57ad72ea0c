// Calls from the page's window: answered for our page in its main frame only, and with arguments of the right shape only.
import type { IpcMain, IpcMainInvokeEvent, WebContents } from "electron";
import type { z } from "zod";
import { isOurs } from "./page-protocol.ts";

type Answer<Arguments extends z.ZodTuple> = (page: WebContents, ...args: z.infer<Arguments>) => unknown;

/** @throws to the page where the sender is another, or the arguments have another shape */
export function answerCalls<Arguments extends z.ZodTuple>(
  ipc: Pick<IpcMain, "handle">,
  channel: string,
  shape: Arguments,
  answer: Answer<Arguments>,
): void {
  ipc.handle(channel, (event, ...args: unknown[]) => {
    if (!isFromOurPage(event)) throw new Error(`${channel}: not from the page's main frame.`);
    return answer(event.sender, ...(shape.parse(args) as z.infer<Arguments>));
  });
}

function isFromOurPage({ senderFrame, sender }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOurs(senderFrame.url);
}
