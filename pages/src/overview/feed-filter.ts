// Which cascades the overview's feed shows. Pure.
import type { TraceSummary } from '../../../src/api/views.ts';
import { traceOutcome } from '../words/outcome.ts';
import type { CascadesSearch } from '../cascades/filters.ts';
import type { FeedFilter } from './search.ts';

/** The feed is filtered here, so that what it shows is always of the same newest ones. */
export const everything: CascadesSearch = {};

/** What failed, waits for another attempt, or has needed one, is a problem. */
export function isShown(trace: TraceSummary, filter: FeedFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'problems': {
      const { tone } = traceOutcome(trace);
      return tone === 'fail' || tone === 'retry';
    }
    case 'people':
      return trace.root?.actor.kind === 'user';
    case 'systems':
      return trace.root?.actor.kind === 'system';
  }
}
