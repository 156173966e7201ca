// A loop as the API shows it.
import type { StoredLoop } from '../store/loops.ts';
import type { LoopView } from './views.ts';

/** @param cascadeId the root of the cascade that the path lies in */
export function loopView(loop: StoredLoop, cascadeId: string): LoopView {
  const { source, trigger, tableSchema, tableName, times, isCertain, eventId, path } = loop;
  return {
    id: loop.loopId,
    cascadeId,
    traceId: loop.traceId,
    source,
    trigger,
    table: tableName === '' ? null : { schema: tableSchema, name: tableName },
    times,
    isCertain,
    eventId,
    path,
    foundAt: loop.foundAt,
    latestAt: loop.latestAt,
  };
}
