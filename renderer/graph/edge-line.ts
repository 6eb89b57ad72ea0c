// The line of a connection in a drawing: from border to border of two boxes, bent where several connect the same two.
import type { Point } from "./layout.ts";

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface EdgeLine {
  readonly from: Point;
  /** Of the quadratic curve. */
  readonly control: Point;
  readonly to: Point;
}

/** Distance between the middles of neighbouring lines of one pair of nodes. */
const spread = 22;

/** @param place which of `count` lines between these boxes, from 0 */
export function edgeLine(source: Box, target: Box, place: number, count: number): EdgeLine {
  const [dx, dy] = [target.x - source.x, target.y - source.y];
  const length = Math.hypot(dx, dy) || 1;
  // The control point of a quadratic curve lies twice as far out as its middle.
  const bend = 2 * spread * (place - (count - 1) / 2);
  const control = {
    x: (source.x + target.x) / 2 - (dy / length) * bend,
    y: (source.y + target.y) / 2 + (dx / length) * bend,
  };
  return { from: border(source, control), control, to: border(target, control) };
}

/** Where the line from the middle of a box to a point leaves the box. */
function border(box: Box, towards: Point): Point {
  const [dx, dy] = [towards.x - box.x, towards.y - box.y];
  const scale = Math.min(box.width / 2 / Math.abs(dx), box.height / 2 / Math.abs(dy), 1);
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}

/** Three corners of an arrow head at the end of a line. */
export function arrowHead({ control, to }: EdgeLine, size: number): readonly [Point, Point, Point] {
  const angle = Math.atan2(to.y - control.y, to.x - control.x);
  const corner = (turn: number): Point => ({
    x: to.x - size * Math.cos(angle + turn),
    y: to.y - size * Math.sin(angle + turn),
  });
  return [to, corner(0.42), corner(-0.42)];
}
