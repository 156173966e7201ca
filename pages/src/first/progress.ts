// Which of the first steps are done, as far as what has arrived tells. Pure.
import type { TraceSummary } from '../../../src/api/views.ts';

type Arrived = Pick<TraceSummary, 'id' | 'root'>;

export interface Progress {
  /** The first cascade that anything began; null: nothing has arrived. */
  first: string | null;
  /** The first that a database's event began. */
  fromDatabase: string | null;
}

/** @param traces newest first */
export function progressOf(traces: readonly Arrived[]): Progress {
  return {
    first: traces.at(-1)?.id ?? null,
    fromDatabase: traces.findLast(({ root }) => root?.kind === 'hasura')?.id ?? null,
  };
}
