// What every use of React Flow here has in common: it moves, may hold nodes, and edits nothing.
import type { AriaLabelConfig } from '@xyflow/react';

/** None of React Flow's hints on editing apply. */
export const readOnlyWords: Partial<AriaLabelConfig> = {
  'node.a11yDescription.default': '',
  'node.a11yDescription.keyboardDisabled': '',
  'node.a11yDescription.ariaLiveMessage': () => '',
};

/** Arrows are drawn beside it: each edge of its own looks for its ends on every move (decision 43). */
export const noEdges: never[] = [];
/** Of the sequence, whose nodes are drawn beside it too: each node of its own looks at every change of its store (decision 48). */
export const noNodes: never[] = [];

/** React Flow's name stands in the legend. */
export const attributionInLegend = { hideAttribution: true };
