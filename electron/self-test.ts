// Tries the program without its window: the engine's process starts, loads ONNX Runtime, and the embedded model does a task.
import type { EngineApi } from "../engine/contract.ts";

const TASK = "ioi";
const MODEL = "sprig";
/** The embedded model was trained on this task; less than this means that something computes wrongly. */
const leastAccuracy = 0.9;

/**
 * @param shell what runs the engine, such as "Electron 45.4.1"
 * @returns one line that says what ran
 * @throws Error where the model fails, or what the engine threw
 */
export async function selfTest(engine: EngineApi, shell: string): Promise<string> {
  const { secateur, onnxruntime, node, platform } = await engine.hello();
  const task = (await engine.listTasks()).find(({ name }) => name === TASK);
  if (!task) throw new Error(`The task "${TASK}", which ships, is not there.`);
  const examples = { discovery: 8, heldOut: 8 };
  const { accuracy, counts } = await engine.preview({ task: task.file, model: MODEL, examples });
  const found = `${MODEL} gives the right token first in ${Math.round(100 * accuracy)} % of ${counts.discovery} prompts`;
  if (accuracy < leastAccuracy) throw new Error(`${found}; it should be all but all of them.`);
  return `ok: secateur ${secateur}, ${shell}, ONNX Runtime ${onnxruntime} on Node ${node}, ${platform}; ${found}`;
}
