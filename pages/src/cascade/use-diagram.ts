// The diagram of an outline's rows: of a large one its beginning first, since that is all that is seen at first, and the
// rest once that has been painted. Decides when, never what stands where.
import { useEffect, useMemo, useState } from 'react';
import type { Outline } from '../tree/outline.ts';
import type { CascadeTree } from '../tree/tree.ts';
import { afterPaint } from '../ui/use-after-paint.ts';
import { layOut, type Layout } from './layout.ts';
import { sequenceOf, type Sequence } from './sequence.ts';
import { createCutter, type Cut } from './window.ts';

export interface Diagram {
  sequence: Sequence;
  layout: Layout;
  cut: Cut;
}

interface Rows {
  tree: CascadeTree;
  outline: Outline;
  /** 1 for what the filters keep; null keeps all. */
  keep: Uint8Array | null;
}

/** Far more than a screen shows from the top on. */
const beginning = 1_000;
/** Fewer are there at once. */
const atOnce = 3_000;

function diagramOf({ tree, outline, keep }: Rows, most?: number): Diagram {
  const sequence = sequenceOf(tree, outline, keep, most);
  const layout = layOut(sequence);
  return { sequence, layout, cut: createCutter(layout) };
}

/** Each step is a task of its own, so that whoever moves meanwhile waits for one of them at most. */
function inSteps({ tree, outline, keep }: Rows, done: (diagram: Diagram) => void): () => void {
  let stop = afterPaint(() => {
    const sequence = sequenceOf(tree, outline, keep);
    stop = afterPaint(() => {
      const layout = layOut(sequence);
      stop = afterPaint(() => done({ sequence, layout, cut: createCutter(layout) }));
    });
  });
  return () => stop();
}

/** @param wanted nodes or groups that have to be there from the first */
export function useDiagram(
  tree: CascadeTree,
  outline: Outline,
  keep: Uint8Array | null,
  wanted: readonly (string | null)[],
): Diagram {
  const rows = useMemo(() => ({ tree, outline, keep }), [tree, outline, keep]);
  const [begins] = useState(() => outline.count > atOnce && wanted.every((id) => id === null));
  const [whole, setWhole] = useState<{ of: Rows; diagram: Diagram } | null>(null);
  const isBeginning = begins && whole === null;
  useEffect(
    () => (isBeginning ? inSteps(rows, (diagram) => setWhole({ of: rows, diagram })) : undefined),
    [isBeginning, rows],
  );
  return useMemo(
    () =>
      whole?.of === rows ? whole.diagram : diagramOf(rows, isBeginning ? beginning : undefined),
    [rows, whole, isBeginning],
  );
}
