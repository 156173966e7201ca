// What somebody should look at, from facts that others have read, the gravest first. Pure. It proposes nothing: the page does.
import type { CircuitFacts } from '../circuits/circuit-report.ts';
import type { GapCount } from '../store/read-coverage.ts';
import type { StoredLoop } from '../store/loops.ts';
import { type LettersOfJob, mostLetters, type Silence } from '../store/read-findings.ts';
import type { Finding } from './statistics-views.ts';

export type FindingFacts = {
  nowMs: number;
  deadLetters: readonly LettersOfJob[];
  loops: readonly (StoredLoop & { cascadeId: string })[];
  gaps: readonly GapCount[];
  silence: Silence;
  /** Since when the oldest minute waits to be counted; null: none. */
  waitingSince: string | null;
  /** Null: the objects that keep them did not answer. */
  circuits: { circuits: readonly CircuitFacts[]; objectsOutOfReach: number } | null;
  snapshot: { version: number; publishedAt: string | null; isOld: boolean; failure: string | null };
};

const minuteMs = 60_000;
/** Three crons have come and gone. */
const countedWithinMs = 15 * minuteMs;
/** With fewer at the same time of other days, that none comes now is chance. */
const enoughToMiss = 20;
/** Of each kind: a list that nobody reads to its end helps nobody. */
const mostOfAKind = 10;

const reasons: Record<LettersOfJob['reason'], string> = {
  attempts_used_up: 'every attempt was used up',
  gone: 'the destination answered that it is gone',
  sender_gave_up: 'the sender came for the last time',
  not_allowed: 'the destination is not allowed any more',
  cancelled: 'somebody cancelled its further attempts',
  disabled: 'the destination is disabled',
  stopped: 'the trigger is stopped',
};

/** The gravest first. */
export function findings(facts: FindingFacts): Finding[] {
  const all = [
    ...silent(facts),
    ...deadLetters(facts),
    ...circuits(facts),
    ...loops(facts),
    ...gaps(facts),
    ...snapshot(facts),
    ...notCounted(facts),
  ];
  return all.toSorted((a, b) => rank(a) - rank(b));
}

const rank = ({ severity }: Finding): number => (severity === 'error' ? 0 : 1);

const nothing = { count: null, at: null, source: null, subject: null, cascadeId: null } as const;

function deadLetters({ deadLetters: groups }: FindingFacts): Finding[] {
  const total = groups.reduce((sum, { letters }) => sum + letters, 0);
  const isAll = total < mostLetters;
  return groups
    .slice(0, mostOfAKind)
    .map(({ source, job, letters, reason, status, firstAt, lastAt, traceId }) => ({
      kind: 'dead_letters',
      severity: 'error',
      finding: `${letters}${isAll ? '' : ' or more'} dead ${letters === 1 ? 'letter' : 'letters'} of ${job}.`,
      reason: `Mostly: ${reasons[reason]}${status === null ? '' : `, last answered ${status}`}. The first is of ${firstAt}.`,
      count: letters,
      at: lastAt,
      source,
      subject: job,
      cascadeId: traceId,
    }));
}

function circuits({ circuits: found }: FindingFacts): Finding[] {
  if (found === null || found.objectsOutOfReach > 0) {
    const answered = found === null ? 'None' : 'Not all';
    return [
      {
        ...nothing,
        kind: 'circuits_unreachable',
        severity: 'warning',
        finding: 'It is not known which destinations keep failing.',
        reason: `${answered} of the objects that keep circuits answered. The edge goes by what it knows.`,
      },
      ...openCircuits(found?.circuits ?? []),
    ];
  }
  return openCircuits(found.circuits);
}

function openCircuits(list: readonly CircuitFacts[]): Finding[] {
  return list
    .filter(({ state }) => state !== 'closed')
    .slice(0, mostOfAKind)
    .map((circuit) => ({
      ...nothing,
      kind: circuit.state === 'disabled' ? 'destination_disabled' : 'circuit_open',
      severity: 'error',
      finding:
        circuit.state === 'disabled'
          ? `${circuit.destination} is disabled.`
          : `The circuit of ${circuit.destination} is open.`,
      reason: circuit.reason ?? circuit.lastError?.text ?? 'It keeps failing.',
      at: circuit.since,
      subject: circuit.destination,
    }));
}

function loops({ loops: list }: FindingFacts): Finding[] {
  return list.slice(0, mostOfAKind).map((loop) => ({
    kind: 'loop',
    severity: 'warning',
    finding: `${loop.trigger} fired ${loop.times} times along one path.`,
    reason: loop.isCertain ? 'Every step of it is certain.' : 'Some steps of it are weak links.',
    count: loop.times,
    at: loop.latestAt,
    source: loop.source,
    subject: loop.trigger,
    cascadeId: loop.cascadeId,
  }));
}

function gaps({ gaps: list }: FindingFacts): Finding[] {
  return list.slice(0, mostOfAKind).map(({ source, kind, trigger, events, latestAt }) => ({
    ...nothing,
    kind: 'gaps',
    severity: kind === 'never_arrived' ? 'error' : 'warning',
    finding:
      kind === 'never_arrived'
        ? `${events} ${events === 1 ? 'event' : 'events'} of ${trigger} never arrived.`
        : `${events} ${events === 1 ? 'event' : 'events'} of ${trigger} arrived that the event log does not have.`,
    reason:
      kind === 'never_arrived'
        ? 'The database recorded them, and they did not reach the edge.'
        : 'The event log may be cleaned too early.',
    count: events,
    at: latestAt,
    source,
    subject: trigger,
  }));
}

function silent({ silence: { lastAt, usual } }: FindingFacts): Finding[] {
  if (usual === null || usual < enoughToMiss) return [];
  return [
    {
      ...nothing,
      kind: 'nothing_arrives',
      severity: 'error',
      finding:
        lastAt === null ? 'No event has come for a day.' : `No event has come since ${lastAt}.`,
      reason: `In the same time of other days it was ${usual} or more.`,
      at: lastAt,
    },
  ];
}

function snapshot({ snapshot: { version, publishedAt, isOld, failure } }: FindingFacts): Finding[] {
  if (failure === null && !isOld) return [];
  return [
    {
      ...nothing,
      kind: 'snapshot_old',
      severity: 'warning',
      finding:
        version === 0
          ? 'The edge works by the Worker’s variables alone.'
          : `The edge works by version ${version} of the configuration, which may not be the last.`,
      reason:
        failure === null
          ? 'It was published more than a day ago, though that happens every few hours.'
          : `The published configuration could not be read: ${failure}`,
      at: publishedAt,
    },
  ];
}

function notCounted({ waitingSince, nowMs }: FindingFacts): Finding[] {
  if (waitingSince === null || nowMs - Date.parse(waitingSince) < countedWithinMs) return [];
  return [
    {
      ...nothing,
      kind: 'not_counted',
      severity: 'warning',
      finding: 'Figures are older than what is stored.',
      reason:
        'Minutes wait to be counted: neither consumers nor the cron come to it. See the Worker’s log.',
      at: waitingSince,
    },
  ];
}
