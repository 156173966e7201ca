import { expect, test } from 'vitest';
import { type FindingFacts, findings } from '../../../src/api/findings.ts';
import type { CircuitFacts } from '../../../src/circuits/circuit-report.ts';

const nowMs = Date.parse('2026-11-24T12:00:00Z');
const quiet: FindingFacts = {
  nowMs,
  deadLetters: [],
  loops: [],
  gaps: [],
  silence: { lastAt: '2026-11-24T11:59:00.000000Z', usual: 3 },
  waitingSince: null,
  circuits: { circuits: [], objectsOutOfReach: 0 },
  snapshot: { version: 4, publishedAt: '2026-11-24T10:00:00Z', isOld: false, failure: null },
};
const circuit: CircuitFacts = {
  id: '0'.repeat(32),
  destination: 'https://jobs.example.com/pay',
  state: 'open',
  reason: '18 of 20 attempts failed.',
  since: '2026-11-24T11:50:00Z',
  nextProbeAt: null,
  lastError: null,
  lastDeliveredAt: null,
  failingSince: null,
};
const letters = {
  source: 'shop',
  job: 'pay',
  letters: 41,
  reason: 'attempts_used_up' as const,
  status: 503,
  firstAt: '2026-11-24T11:02:00.000000Z',
  lastAt: '2026-11-24T11:59:00.000000Z',
  traceId: '0193ec30-0000-8000-8000-000000000000',
};
const gap = {
  source: 'shop',
  trigger: 'order_placed',
  tableSchema: 'public',
  tableName: 'orders',
  events: 2,
  latestAt: '2026-11-24T11:00:00.000000Z',
};
const kindsOf = (facts: Partial<FindingFacts>): string[] =>
  findings({ ...quiet, ...facts }).map(({ kind }) => kind);

test('where all is well there is nothing to look at', () => {
  expect(findings(quiet)).toEqual([]);
});

test('silence is one where events came at the same time of other days', () => {
  const lastAt = '2026-11-24T11:00:00.000000Z';
  expect(kindsOf({ silence: { lastAt, usual: 19 } })).toEqual([]);
  expect(kindsOf({ silence: { lastAt, usual: null } })).toEqual([]);
  const [found] = findings({ ...quiet, silence: { lastAt, usual: 20 } });
  expect(found).toMatchObject({
    kind: 'nothing_arrives',
    severity: 'error',
    finding: 'No event has come since 2026-11-24T11:00:00.000000Z.',
  });
});

test('dead letters tell how many, of which job and mostly why', () => {
  const [found] = findings({ ...quiet, deadLetters: [letters] });
  expect(found).toMatchObject({
    finding: '41 dead letters of pay.',
    count: 41,
    subject: 'pay',
    cascadeId: letters.traceId,
  });
  expect(found?.reason).toContain('every attempt was used up, last answered 503');
  const [many] = findings({ ...quiet, deadLetters: [{ ...letters, letters: 500 }] });
  expect(many?.finding).toBe('500 or more dead letters of pay.');
});

test('a circuit is found while it is open or disabled, and it is said where circuits are not known', () => {
  const of = (state: CircuitFacts['state']) =>
    kindsOf({ circuits: { circuits: [{ ...circuit, state }], objectsOutOfReach: 0 } });
  expect(of('closed')).toEqual([]);
  expect(of('open')).toEqual(['circuit_open']);
  expect(of('half_open')).toEqual(['circuit_open']);
  expect(of('disabled')).toEqual(['destination_disabled']);
  expect(kindsOf({ circuits: null })).toEqual(['circuits_unreachable']);
  expect(kindsOf({ circuits: { circuits: [circuit], objectsOutOfReach: 1 } })).toEqual([
    'circuit_open',
    'circuits_unreachable',
  ]);
});

const waiting = (ms: number): string[] =>
  kindsOf({ waitingSince: new Date(nowMs - ms).toISOString() });

test('figures are old when a minute has waited for three crons', () => {
  expect(waiting(14 * 60_000)).toEqual([]);
  expect(waiting(15 * 60_000)).toEqual(['not_counted']);
});

test('the gravest comes first, and no kind takes all the room', () => {
  const facts = {
    deadLetters: Array.from({ length: 30 }, (_, n) => ({
      ...letters,
      job: `job-${n}`,
      letters: 1,
    })),
    gaps: [
      { ...gap, kind: 'not_in_event_log' as const },
      { ...gap, kind: 'never_arrived' as const },
    ],
    snapshot: { version: 0, publishedAt: null, isOld: false, failure: 'KV does not answer.' },
  };
  const found = findings({ ...quiet, ...facts });
  expect(found.filter(({ kind }) => kind === 'dead_letters')).toHaveLength(10);
  expect(found.map(({ severity }) => severity)).toEqual(
    found.map(({ severity }) => severity).toSorted(),
  );
  expect(found.at(-1)?.kind).toBe('snapshot_old');
  expect(found.filter(({ kind }) => kind === 'gaps').map(({ severity }) => severity)).toEqual([
    'error',
    'warning',
  ]);
});
