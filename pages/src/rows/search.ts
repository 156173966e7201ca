// The part of a row's page that lives in its address. Anything unknown is dropped, never an error.
import { actorKinds } from '../cascades/filters.ts';

export interface RowSearch {
  /** Only changes of this column. */
  col?: string;
  /** Only by this kind of actor. */
  kind?: (typeof actorKinds)[number];
  /** The last change of every column instead of all changes. */
  blame?: true;
}

export function parseRowSearch(search: Record<string, unknown>): RowSearch {
  const { col, kind, blame } = search;
  const column = typeof col === 'number' || typeof col === 'boolean' ? String(col) : col;
  const known = actorKinds.find((name) => name === kind);
  return {
    ...(typeof column === 'string' && column !== '' ? { col: column } : {}),
    ...(known === undefined ? {} : { kind: known }),
    ...([true, 1, 'true'].some((yes) => yes === blame) ? { blame: true } : {}),
  };
}
