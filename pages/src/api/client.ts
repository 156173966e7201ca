// What the pages ask the API for, one function for each question. Decides nothing of how an answer comes.
import type { RerunView } from '../../../src/api/replay-views.ts';
import type { LogCoverageView, LogsView } from '../../../src/api/log-views.ts';
import type { SearchView } from '../../../src/api/search-views.ts';
import type { CoverageView } from '../../../src/api/coverage-views.ts';
import type {
  CancellationView,
  CircuitList,
  CircuitView,
  DeadLetterPage,
  EventPayloadView,
  EventView,
  LoopList,
  ReplayView,
  RowHistoryPage,
  TraceDetail,
  TracePage,
} from '../../../src/api/views.ts';
import type { CascadesQuery } from '../cascades/filters.ts';
import type { LettersQuery } from '../dead/filters.ts';
import { isLeanTrace, wholeTrace } from '../../../src/columns/lean-trace.ts';
import { unpack } from '../../../src/columns/unpack.ts';
import type { WaitingCancelledView, WaitingView } from '../../../src/api/waiting-views.ts';
import type { UsualDuration } from '../../../src/api/statistics-views.ts';
import { askForCascade, takeAhead } from './asked-ahead.ts';
import { answerOf, api } from './http.ts';
import { LastAnswer } from './last-answer.ts';

/** Those that fit, newest first; `cursor` is a page's `nextCursor`. */
export function listTraces(
  filter: CascadesQuery,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<TracePage> {
  const query = { ...filter, ...(cursor === null ? {} : { cursor }) };
  return answerOf((options) => api.traces.$get({ query }, options), signal);
}

/** Where senders reach the edge; null where nobody has said so. */
export function readEdge(signal?: AbortSignal): Promise<{ url: string | null }> {
  return answerOf((options) => api.edge.$get({}, options), signal);
}

/** What an ID, a row or a name stands for. */
export function search(q: string, signal?: AbortSignal): Promise<SearchView> {
  return answerOf((options) => api.search.$get({ query: { q } }, options), signal);
}

/** An event's id is unique within its source only. */
export function readEvent(
  { id, source }: { id: string; source: string },
  signal?: AbortSignal,
): Promise<EventView> {
  return answerOf(
    (options) => api.events[':id'].$get({ param: { id }, query: { source } }, options),
    signal,
  );
}

interface OfJob {
  source: string;
  job: string;
}

const jobParam = ({ source, job }: OfJob): OfJob => ({
  source: encodeURIComponent(source),
  job: encodeURIComponent(job),
});

/** How many of a job's deliveries of the last two days the edge will attempt again. */
export function countWaiting(of: OfJob): Promise<WaitingView> {
  return answerOf((options) =>
    api.jobs[':source'][':job'].waiting.$get({ param: jobParam(of), query: {} }, options),
  );
}

/** No attempt of theirs follows. */
export function cancelWaiting(of: OfJob): Promise<WaitingCancelledView> {
  return answerOf((options) =>
    api.jobs[':source'][':job'].waiting.cancel.$post({ param: jobParam(of), query: {} }, options),
  );
}

/** How long a job's attempts usually take. */
export function readUsual(of: OfJob, signal?: AbortSignal): Promise<UsualDuration> {
  const param = jobParam(of);
  return answerOf((options) => api.jobs[':source'][':job'].usual.$get({ param }, options), signal);
}

/** A row as the API names it; `key` is its `id`, or its key columns' values as a JSON array. */
export type RowName = { source: string; schema: string; table: string; key: string };

/** Who and what changed a row, newest first; `cursor` is a page's `nextCursor`. */
export function readRowHistory(
  row: RowName,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<RowHistoryPage> {
  const query = { limit: '50', ...(cursor === null ? {} : { cursor }) };
  const param = {
    source: encodeURIComponent(row.source),
    schema: encodeURIComponent(row.schema),
    table: encodeURIComponent(row.table),
    key: encodeURIComponent(row.key),
  };
  return answerOf(
    (options) => api.rows[':source'][':schema'][':table'][':key'].$get({ param, query }, options),
    signal,
  );
}

/** What an event's sender sent. Its id is unique within its source only. */
export function readPayload(
  { id, source }: { id: string; source: string },
  signal?: AbortSignal,
): Promise<EventPayloadView> {
  return answerOf(
    (options) => api.events[':id'].payload.$get({ param: { id }, query: { source } }, options),
    signal,
  );
}

const lastTrace = new LastAnswer((text): TraceDetail => {
  const lean = unpack(JSON.parse(text));
  if (!isLeanTrace(lean)) throw new TypeError('The API answered with columns of something else.');
  return wholeTrace(lean);
});

/** The whole cascade that the trace belongs to; its `trace.id` is the root's. */
export function readTrace(id: string, signal?: AbortSignal): Promise<TraceDetail> {
  return answerOf<TraceDetail>(async (options) => {
    const response = (await takeAhead(id)) ?? (await askForCascade(id, options));
    // What the API says where it refuses are no columns.
    return response.ok
      ? Object.assign(response, { json: () => lastTrace.read(id, response) })
      : response;
  }, signal);
}

/** Whose logs: one hop's, a hop's and what follows, all hops' of an event, a whole cascade's. */
export type LogsTarget =
  | { of: 'deliveries'; id: string; scope: 'hop' | 'effects' }
  /** An event's id is unique within its source only. */
  | { of: 'events'; id: string; source: string }
  | { of: 'traces'; id: string };

/** Which lines: the newest without a cursor; `tryNow` asks a source that is known to be away. */
export interface LogsPlace {
  cursor: string | null;
  tryNow: boolean;
}

export function readLogs(
  target: LogsTarget,
  place: LogsPlace,
  signal?: AbortSignal,
): Promise<LogsView> {
  const param = { id: target.id };
  const query = {
    ...(place.cursor === null ? {} : { cursor: place.cursor }),
    ...(place.tryNow ? { try: 'now' as const } : {}),
  };
  return answerOf((options) => {
    switch (target.of) {
      case 'deliveries':
        return api.deliveries[':id'].logs.$get(
          { param, query: { ...query, scope: target.scope } },
          options,
        );
      case 'events':
        return api.events[':id'].logs.$get(
          { param, query: { ...query, source: target.source } },
          options,
        );
      case 'traces':
        return api.traces[':id'].logs.$get({ param, query }, options);
    }
  }, signal);
}

/** Which jobs' logs carry their correlation IDs. */
export function readLogCoverage(signal?: AbortSignal): Promise<LogCoverageView> {
  return answerOf((options) => api.coverage.logs.$get({}, options), signal);
}

/** Those that fit, what died last first; `cursor` is a page's `nextCursor`. */
export function listDeadLetters(
  filter: LettersQuery,
  page: { cursor: string | null; limit: number },
  signal?: AbortSignal,
): Promise<DeadLetterPage> {
  const { cursor, limit } = page;
  const query = { ...filter, limit: String(limit), ...(cursor === null ? {} : { cursor }) };
  return answerOf((options) => api['dead-letters'].$get({ query }, options), signal);
}

/** Hands a dead letter to the retries: it is attempted again at once. */
export function replayDeadLetter(deliveryId: string): Promise<ReplayView> {
  return answerOf((options) =>
    api['dead-letters'][':deliveryId'].replay.$post({ param: { deliveryId } }, options),
  );
}

/** No attempt of the edge's follows. */
export function cancelDelivery(id: string): Promise<CancellationView> {
  return answerOf((options) => api.deliveries[':id'].cancel.$post({ param: { id } }, options));
}

/** @param from RFC 3339 */
export function readCoverage(from: string, signal?: AbortSignal): Promise<CoverageView> {
  return answerOf((options) => api.coverage.$get({ query: { from } }, options), signal);
}

/** What fired last first; `cursor` is a page's `nextCursor`. */
export function listLoops(cursor: string | null, signal?: AbortSignal): Promise<LoopList> {
  const query = cursor === null ? {} : { cursor };
  return answerOf((options) => api.loops.$get({ query }, options), signal);
}

/** Those that have failed lately. */
export function listCircuits(signal?: AbortSignal): Promise<CircuitList> {
  return answerOf((options) => api.circuits.$get({}, options), signal);
}

/** Lets everything go to a destination again: closes its open circuit, or enables it where it was disabled. */
export function letGo(circuit: Pick<CircuitView, 'id' | 'state'>): Promise<CircuitView> {
  const param = { id: circuit.id };
  return answerOf((options) =>
    circuit.state === 'disabled'
      ? api.circuits[':id'].enable.$post({ param }, options)
      : api.circuits[':id'].close.$post({ param }, options),
  );
}

/** Sends what arrived once more, as another delivery. */
export function rerunDelivery(id: string): Promise<RerunView> {
  return answerOf((options) =>
    api.deliveries[':id'].rerun.$post({ param: { id }, json: {} }, options),
  );
}
