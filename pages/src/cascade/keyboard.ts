// Where a key leads in the sequence: up and down in time; along causes, effects and folds as in every other view. Pure.
import { rowIdOf, stepFrom } from '../tree/rows.ts';
import type { Sequence } from './sequence.ts';

/** Another selection, or a row of the outline that is folded or opened; null where the key leads nowhere. */
export type Move = { select: string } | { turn: number } | null;

const page = 12;

/** @param selectedRow of the outline; −1 for none */
export function moveSelection(
  { tree, outline, order }: Sequence,
  selectedRow: number,
  key: string,
): Move {
  const place = order.findIndex(({ row }) => row === selectedRow);
  const to = (index: number): Move => {
    const id = order[Math.min(order.length - 1, Math.max(0, index))]?.node.id;
    return id === undefined ? null : { select: id };
  };
  switch (key) {
    case 'ArrowDown':
      return to(place + 1);
    case 'ArrowUp':
      return to(place - 1);
    case 'PageDown':
      return to(place + page);
    case 'PageUp':
      return to(place - page);
    case 'Home':
      return to(0);
    case 'End':
      return to(order.length - 1);
    default: {
      const step = stepFrom(outline, selectedRow, key);
      if (step === null) return null;
      return 'turn' in step ? step : { select: rowIdOf(tree, outline, step.to) };
    }
  }
}
