// The sizes of the sequence diagram in px at 100 %. Numbers only.

export const laneWidth = 120;
export const nodeWidth = 112;
export const nodeHeight = 42;
/** Of a group: how many, the worst of them, attempts, and a bar of outcomes. */
export const groupHeight = 64;
/** Between two rows. */
export const rowGap = 12;
/** From one node's upper edge to the next row's. */
export const pitch = nodeHeight + rowGap;
export const attemptRowHeight = 34;
export const foldHeight = 28;
export const foldMargin = 4;
export const topPadding = 10;
export const actorSize = 28;
/** Room above a node for the caption of a short arrow. */
export const captionStrip = 24;
export const captionHeight = 18;
/** Half the width of an activation bar. */
export const halfBar = 3.5;
/** Room for half a node at the right edge and for markers. */
export const rightPadding = 16;

/** From an actor's middle to the end of so many notes below it. */
export function notesBelow(lines: number): number {
  return actorSize / 2 + 4 + lines * 14;
}

/** Of what stands in a row of its own. */
export function heightOf(kind: string): number {
  return kind === 'group' ? groupHeight : nodeHeight;
}

/** About how wide a caption of 11 px Inter is, with its padding. */
export function captionWidth(text: string): number {
  return Math.ceil(text.length * 5.75) + 18;
}
