// What to change so that more is known: one line for each gap, largest first. Pure.
import type { GapCount, StoredEventLog } from '../store/read-coverage.ts';
import type { ClockAhead, WritesOfJob, WritesOfTrigger } from '../store/read-writes.ts';
import { counted } from './counted.ts';
import type { EventTriggerDefinition } from './event-triggers.ts';

export type Advice = {
  kind:
    | 'never_arrived'
    | 'job_writes_no_ids'
    | 'table_not_tracked'
    | 'unattributed'
    | 'actor_not_sent'
    | 'listens_to_itself'
    | 'not_in_event_log'
    | 'event_log_unread'
    | 'events_late'
    | 'events_again'
    | 'event_log_grows'
    | 'clock_ahead';
  source: string;
  /** The job, table or trigger that it is about. */
  subject: string;
  /** What is so. */
  finding: string;
  /** What to do about it. */
  change: string;
  /** How many events it concerns; null where it is not about events. */
  events: number | null;
};

export type AdviceFacts = {
  writes: readonly WritesOfTrigger[];
  ofJobs: readonly WritesOfJob[];
  gaps: readonly GapCount[];
  eventLogs: readonly StoredEventLog[];
  clocksAhead: readonly ClockAhead[];
  triggers: readonly (EventTriggerDefinition & { source: string })[];
  nowMs: number;
};

const minuteMs = 60_000;
const lateAfterMs = 5 * minuteMs;
/** Clocks that are kept by NTP differ by less. */
const noticedAheadMs = 50;
/** From here on an event log is worth cleaning. */
const largeRows = 1_000_000;
/** Rules by which a job that names nothing is found out. */
const silentRules = new Set(['row_and_time', 'same_transaction', 'same_trace_context']);
const housekeeping = ['updated_by', 'updated_at'];

export function advise(facts: AdviceFacts): Advice[] {
  return [
    ...facts.gaps.map(ofGap),
    ...silentJobs(facts.ofJobs),
    ...byTable(facts.writes),
    ...byTrigger(facts),
    ...facts.clocksAhead.flatMap(ofClock),
    ...facts.eventLogs.flatMap((log) => ofEventLog(log, facts.nowMs)),
  ].toSorted((a, b) => (b.events ?? 0) - (a.events ?? 0));
}

function ofGap({ source, kind, trigger, events, latestAt }: GapCount): Advice {
  const about = { kind, source, subject: trigger, events };
  return kind === 'never_arrived'
    ? {
        ...about,
        finding: `${counted(events)} of ${trigger} never reached the edge, the latest at ${latestAt}.`,
        change:
          'Point the trigger’s webhook at the edge and send the ingest key; where it does, look under refusals.',
      }
    : {
        ...about,
        finding: `${counted(events)} of ${trigger} arrived, but the event log does not have them.`,
        change:
          'Somebody else sends with this source’s key, or the event log is cleaned within minutes: give each sender a key of its own.',
      };
}

function silentJobs(writes: readonly WritesOfJob[]): Advice[] {
  const told = writes.filter(({ isOthers }) => !isOthers);
  const jobs = Map.groupBy(told, ({ source, job }) => JSON.stringify([source, job]));
  return [...jobs.values()].flatMap((counts): Advice[] => {
    const silent = counts.filter(({ rule }) => rule !== null && silentRules.has(rule));
    const [first] = silent;
    if (!first) return [];
    const events = sum(silent);
    return [
      {
        kind: 'job_writes_no_ids',
        source: first.source,
        subject: first.job,
        finding: `${first.job} did not say that it made ${counted(events)} of its ${sum(counts)}.`,
        change:
          'Wrap it with withCorrelation, or begin its transactions with select correlation.use($1), the request’s x-correlation-id.',
        events,
      },
    ];
  });
}

function byTable(writes: readonly WritesOfTrigger[]): Advice[] {
  const told = writes.filter(({ isOthers }) => !isOthers);
  const tables = Map.groupBy(told, ({ source, tableSchema, tableName }) =>
    JSON.stringify([source, tableSchema, tableName]),
  );
  return [...tables.values()].flatMap((counts): Advice[] => {
    const [first] = counts;
    if (!first) return [];
    const { source } = first;
    const subject = `${first.tableSchema}.${first.tableName}`;
    const open = counts.filter(({ evidence }) => evidence === null);
    const unknown = open.filter(
      ({ namedBy, withoutActor }) => namedBy === 'unknown' && !withoutActor,
    );
    const unattributed = open.filter(({ namedBy }) => namedBy === 'unattributed');
    const advice: Advice[] = [];
    if (unknown.length > 0) {
      const events = sum(unknown);
      advice.push({
        kind: 'table_not_tracked',
        source,
        subject,
        finding: `${counted(events)} of ${subject} say “system” or nothing.`,
        change: `Track the table: select correlation.track('${subject}').`,
        events,
      });
    }
    if (unattributed.length > 0) {
      const events = sum(unattributed);
      advice.push({
        kind: 'unattributed',
        source,
        subject,
        finding: `${counted(events)} of ${subject} name no cause.`,
        change:
          'Find who writes there: a job begins its transactions with correlation.use, a script declares itself with set correlation.system.',
        events,
      });
    }
    return advice;
  });
}

function byTrigger({ writes, triggers }: AdviceFacts): Advice[] {
  const without = Map.groupBy(
    writes.filter(({ withoutActor, trigger }) => withoutActor && trigger !== ''),
    ({ source, trigger }) => JSON.stringify([source, trigger]),
  );
  const notSent = [...without.values()].flatMap((counts): Advice[] => {
    const [first] = counts;
    if (!first) return [];
    const events = sum(counts);
    const definition = triggers.find(
      ({ source, name }) => source === first.source && name === first.trigger,
    );
    const isLeftOut = definition !== undefined && definition.payload !== '*';
    return [
      {
        kind: 'actor_not_sent',
        source: first.source,
        subject: first.trigger,
        finding: `${counted(events)} of ${first.trigger} come without updated_by.`,
        change: isLeftOut
          ? 'Add updated_by to the trigger’s payload columns.'
          : 'Add the column to the table, or updated_by to the trigger’s payload columns.',
        events,
      },
    ];
  });
  const itself = triggers.flatMap(({ source, name, updateColumns }): Advice[] => {
    if (updateColumns === null) return [];
    const heard =
      updateColumns === '*'
        ? housekeeping
        : housekeeping.filter((column) => updateColumns.includes(column));
    if (heard.length === 0) return [];
    return [
      {
        kind: 'listens_to_itself',
        source,
        subject: name,
        finding:
          updateColumns === '*'
            ? `${name} listens to every column, ${heard.join(' and ')} too: it fires for writes that change nothing else.`
            : `${name} listens to ${heard.join(' and ')}: it fires for writes that change nothing else.`,
        change: 'List the columns that it is about, without these.',
        events: null,
      },
    ];
  });
  return [...notSent, ...itself];
}

function ofClock({ source, aheadMs, events }: AdviceFacts['clocksAhead'][number]): Advice[] {
  if (aheadMs < noticedAheadMs) return [];
  return [
    {
      kind: 'clock_ahead',
      source,
      subject: source,
      finding: `The clock of ${source} is at least ${Math.round(aheadMs)} ms ahead: ${counted(events)} were written after they had arrived.`,
      change:
        'Keep the database’s clock by NTP: what a job writes just before it answers looks late otherwise, and its link is weak.',
      events,
    },
  ];
}

function ofEventLog(log: StoredEventLog, nowMs: number): Advice[] {
  const { source, pending, oldestPendingAt, longLocked, estimatedRows, totalBytes, earlier } = log;
  const about = { source, subject: 'hdb_catalog.event_log' };
  const advice: Advice[] = [];
  if (log.state !== 'ok') {
    advice.push({
      ...about,
      kind: 'event_log_unread',
      finding: 'The event log is not compared with what arrived.',
      change: log.detail,
      events: null,
    });
  }
  const lateMs = oldestPendingAt === null ? 0 : nowMs - Date.parse(oldestPendingAt);
  if (pending !== null && pending > 0 && lateMs > lateAfterMs) {
    advice.push({
      ...about,
      kind: 'events_late',
      finding: `${counted(pending)} wait to be delivered, the oldest for ${Math.round(lateMs / minuteMs)} minutes.`,
      change:
        'Look whether Hasura runs and its event workers are enough (HASURA_GRAPHQL_EVENTS_HTTP_POOL_SIZE), and which destination answers slowly.',
      events: pending,
    });
  }
  if (longLocked !== null && longLocked > 0) {
    advice.push({
      ...about,
      kind: 'events_again',
      finding: `${counted(longLocked)} have been locked for over 30 minutes: Hasura delivers them again.`,
      change:
        'A job that takes that long answers first and works on afterwards; idempotency-key tells a second delivery.',
      events: longLocked,
    });
  }
  if (estimatedRows !== null && estimatedRows >= largeRows) {
    const grown = earlier && totalBytes !== null ? totalBytes - earlier.totalBytes : 0;
    const since = grown > 0 && earlier ? `, ${megabytes(grown)} more than at ${earlier.at}` : '';
    advice.push({
      ...about,
      kind: 'event_log_grows',
      finding: `The event log has some ${estimatedRows} rows in ${megabytes(totalBytes ?? 0)}${since}. Hasura removes none by itself.`,
      change:
        'Delete delivered events and their invocation logs regularly, in small batches (docs/adopting.md), or set cleanup_config where your edition has it.',
      events: null,
    });
  }
  return advice;
}

function sum(counts: readonly { events: number }[]): number {
  return counts.reduce((total, { events }) => total + events, 0);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
