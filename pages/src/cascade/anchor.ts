// What stays where it is on the screen when rows come or go: what somebody turned or selected, else the topmost that is
// read. What has been folded away hands its place on to what stands for it. Pure.
import type { Layout, PlacedNode } from './layout.ts';

export interface Anchor {
  before: PlacedNode;
  now: PlacedNode;
}

/** Null where nothing that was in sight is there any more. */
export function anchorOf(change: {
  before: Layout;
  now: Layout;
  view: { y: number; zoom: number };
  screenHeight: number;
  /** What is looked at first, where it was in sight. */
  first: readonly (string | null)[];
  /** What stands for a node now; null for nothing. */
  standIn: (id: string) => string | null;
}): Anchor | null {
  const { view } = change;
  const isInSight = ({ y, height }: PlacedNode): boolean => {
    const top = y * view.zoom + view.y;
    // Of what is cut off at the top nobody reads much, but it may be all there is.
    return top + height * view.zoom > 0 && top < change.screenHeight;
  };
  // What is left to show of a group moves as the group is opened further.
  const seen = change.before.nodes.filter(
    (placed) => placed.node.kind !== 'more' && isInSight(placed),
  );
  const whole = seen.filter(({ y }) => y * view.zoom + view.y >= 0);
  const wanted = change.first.flatMap((id) => seen.filter(({ node }) => node.id === id));
  const now = new Map(change.now.nodes.map((placed) => [placed.node.id, placed]));
  for (const before of [...wanted, ...whole, ...seen]) {
    const id = change.standIn(before.node.id);
    const found = id === null ? undefined : now.get(id);
    if (found !== undefined) return { before, now: found };
  }
  return null;
}
