// Which attention pattern is looked at, whichever head is selected.
import type { Side } from "../attention/side.ts";

export class AttentionForm {
  example = $state(0);
  side = $state<Side>("clean");
}
