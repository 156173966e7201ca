// What the things are called that a search finds.
import type { SearchAnswer } from '../../../src/api/search-views.ts';

export const kindWords: Record<SearchAnswer['kind'], string> = {
  cascade: 'Cascade',
  hop: 'Hop',
  delivery: 'Delivery',
  event: 'Event',
  row: 'Row',
  job: 'Job',
  trigger: 'Trigger',
  table: 'Table',
  actor: 'Actor',
  route: 'Route',
  source: 'Source',
};
