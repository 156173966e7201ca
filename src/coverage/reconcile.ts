// Compares Hasura's event log with what arrived at the edge, and keeps what only one of them knows. It reads the
// application's database in small ranges with a role that may only read, and never writes there.
//
// The log's times are those of each writer's session, without zone, so that they are in no strict order. Recent events
// are therefore compared twice: the last minutes at once, as most sessions are in UTC, and every event once more when
// no session anywhere can still write a time that early.
import { messageOf } from '../error-message.ts';
import { type Connect, inTransaction, type StoreClient } from '../store/client.ts';
import {
  type EventLogFinding,
  findArrived,
  insertGaps,
  readArrivedIds,
  readCheckedUntil,
  replaceTriggerDefinitions,
  resolveGaps,
  upsertEventLog,
} from '../store/coverage.ts';
import {
  findLoggedEvents,
  type LoggedEvent,
  type LogPosition,
  readEventLogState,
  readHasuraMetadata,
  readLoggedEvents,
  readPendingEvents,
} from '../store/event-log.ts';
import { readEventTriggers } from './event-triggers.ts';

export type ReconcileDeps = {
  /** Of the application database, as the ingest key names it. */
  source: string;
  application: Connect;
  observability: Connect;
  now(): number;
  report(message: string, facts: Record<string, unknown>): void;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Zones go from UTC−12 to UTC+14: a time that was that long ago nobody can write any more. */
const settledAfterMs = 16 * hourMs;
/** What is compared in one run at most, of the settled events. */
const settledSliceMs = 6 * hourMs;
const settledLimit = 20_000;
/** An event is given so long to be delivered and recorded, and is compared for so long after that. */
const recentFromMs = 20 * minuteMs;
const recentUntilMs = 5 * minuteMs;
const recentLimit = 5_000;
/** A log of fewer rows is read without an index on its time. */
const smallLog = 50_000;
const statementTimeoutMs = 5_000;

/** One run, every few minutes. Never throws: what went wrong is kept for the dashboard, and reported. */
export async function reconcile(deps: ReconcileDeps): Promise<void> {
  try {
    const checked = await deps.observability((client) =>
      inTransaction(client, { access: 'read', timeoutMs: statementTimeoutMs }, () =>
        readCheckedUntil(client, deps.source),
      ),
    );
    const log = await readLog(checked, deps);
    await keep(log, deps);
  } catch (error) {
    deps.report('The event log could not be compared with what arrived; it will be tried again.', {
      source: deps.source,
      error: messageOf(error),
    });
  }
}

type LogRead = {
  finding: EventLogFinding;
  events: LoggedEvent[];
  checked: LogPosition | null;
  metadata: unknown;
  /** Only where the recent events could be read whole. */
  recent: { from: string; until: string } | null;
};

async function readLog(checked: LogPosition | null, deps: ReconcileDeps): Promise<LogRead> {
  try {
    return await deps.application((client) =>
      inTransaction(client, { access: 'read', timeoutMs: statementTimeoutMs }, () =>
        readLogWith(client, checked, deps),
      ),
    );
  } catch (error) {
    // Kept as what it is: the application's database is not ours, and may refuse.
    return {
      finding: finding(deps, 'unreachable', `The event log could not be read: ${messageOf(error)}`),
      events: [],
      checked: null,
      metadata: null,
      recent: null,
    };
  }
}

async function readLogWith(
  client: StoreClient,
  checked: LogPosition | null,
  deps: ReconcileDeps,
): Promise<LogRead> {
  const state = await readEventLogState(client);
  const nothing = { events: [], checked: null, recent: null };
  if (!state.hasEventLog) {
    const detail = 'This database has no hdb_catalog.event_log, or its role may not see it.';
    return { ...nothing, finding: finding(deps, 'no_event_log', detail), metadata: null };
  }
  const metadata = await readHasuraMetadata(client);
  const pending = await readPendingEvents(client);
  const { estimatedRows, totalBytes } = state;
  const sizes = { ...pending, estimatedRows, totalBytes };
  if (!state.hasIndex && state.estimatedRows > smallLog) {
    const detail =
      'The event log is large and has no index on its time: create index concurrently on ' +
      'hdb_catalog.event_log using brin (created_at).';
    return { ...nothing, finding: { ...finding(deps, 'needs_index', detail), ...sizes }, metadata };
  }
  const now = deps.now();
  const settledUntil = now - settledAfterMs;
  const from = checked ?? { at: naive(settledUntil - settledSliceMs), id: '' };
  const until = naive(Math.min(settledUntil, Date.parse(`${from.at}Z`) + settledSliceMs));
  const settled =
    from.at < until ? await readLoggedEvents(client, { from, until, limit: settledLimit }) : [];
  const last = settled.length === settledLimit ? settled.at(-1) : undefined;
  const recent = { from: naive(now - recentFromMs), until: naive(now - recentUntilMs) };
  const latest = await readLoggedEvents(client, {
    from: { at: recent.from, id: '' },
    until: recent.until,
    limit: recentLimit,
  });
  return {
    finding: { ...finding(deps, 'ok', 'Compared with what arrived.'), ...sizes },
    events: [...settled, ...latest],
    checked: last
      ? { at: last.createdAt, id: last.id }
      : { at: from.at < until ? until : from.at, id: '' },
    metadata,
    recent: latest.length < recentLimit ? recent : null,
  };
}

async function keep(log: LogRead, deps: ReconcileDeps): Promise<void> {
  const { source } = deps;
  const at = new Date(deps.now()).toISOString();
  const unknown = await deps.observability(async (client) => {
    const settings = { access: 'write', timeoutMs: statementTimeoutMs } as const;
    return inTransaction(client, settings, async () => {
      // What still waits to be delivered is no gap: it is counted as pending.
      const over = log.events.filter(({ delivered, error }) => delivered || error);
      const arrived = await findArrived(
        client,
        source,
        over.map(({ id }) => id),
      );
      const missing = over.filter(({ id }) => !arrived.has(id));
      await insertGaps(client, { source, kind: 'never_arrived', events: missing, at });
      await resolveGaps(client, source, at);
      if (log.metadata !== null) {
        const { triggers, unreadable } = readEventTriggers(log.metadata, source);
        await replaceTriggerDefinitions(client, source, triggers, at);
        if (unreadable.length > 0) {
          deps.report('Some of Hasura’s event triggers could not be read.', { source, unreadable });
        }
      }
      await upsertEventLog(client, log.finding, log.checked, at);
      if (log.recent === null) return [];
      const span = { from: `${log.recent.from}Z`, until: `${log.recent.until}Z` };
      return readArrivedIds(client, source, { ...span, limit: recentLimit });
    });
  });
  if (unknown.length > 0) await keepUnknown(unknown, at, deps);
}

/** The other way round: what arrived under this source's key, and its database does not know. */
async function keepUnknown(
  arrived: readonly LoggedEvent[],
  at: string,
  deps: ReconcileDeps,
): Promise<void> {
  const settings = { access: 'read', timeoutMs: statementTimeoutMs } as const;
  const logged = await deps.application((client) =>
    inTransaction(client, settings, () =>
      findLoggedEvents(
        client,
        arrived.map(({ id }) => id),
      ),
    ),
  );
  const events = arrived.filter(({ id }) => !logged.has(id));
  await deps.observability((client) =>
    inTransaction(client, { access: 'write', timeoutMs: statementTimeoutMs }, () =>
      insertGaps(client, { source: deps.source, kind: 'not_in_event_log', events, at }),
    ),
  );
}

function finding(
  { source }: ReconcileDeps,
  state: EventLogFinding['state'],
  detail: string,
): EventLogFinding {
  return {
    source,
    state,
    detail,
    pending: null,
    oldestPendingAt: null,
    longLocked: null,
    estimatedRows: null,
    totalBytes: null,
  };
}

/** UTC without its zone, as the event log of a session in UTC has it. */
function naive(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/, '000');
}
