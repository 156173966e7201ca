import { describe, expect, test } from 'vitest';
import { circuitOutcome, formatLeft, worstFirst } from '../../../pages/src/circuits/words.ts';
import {
  isUnderWay,
  partsOfProgress,
  runActionText,
  selectionText,
  skippedText,
} from '../../../pages/src/replays/words.ts';
import { replayRunViewSchema } from '../../../src/api/replay-views.ts';
import { circuitViewSchema, type CircuitView } from '../../../src/api/views.ts';

function circuit(state: CircuitView['state'], destination: string): CircuitView {
  return circuitViewSchema.parse({
    id: destination,
    destination,
    state,
    reason: null,
    since: null,
    nextProbeAt: null,
    lastError: null,
    lastDeliveredAt: null,
    failingSince: null,
  });
}

const run = replayRunViewSchema.parse({
  id: '019ac0f2-7c41-8b7e-9a10-5f0000000000',
  createdAt: '2026-11-24T10:00:00Z',
  state: 'running',
  because: null,
  ratePerSecond: 5,
  canary: 0,
  canaryPassed: false,
  filter: null,
  deliveryIds: 1,
  progress: {
    found: 10,
    waiting: 3,
    underWay: 0,
    delivered: 4,
    failedAgain: 1,
    uncertain: 0,
    skipped: { already_delivered: 1, body_lost: 1 },
  },
  canaries: null,
  actions: [],
});

const anything = {
  from: null,
  to: null,
  sources: null,
  triggers: null,
  jobs: null,
  destinations: null,
  reasons: null,
  statuses: null,
  errors: null,
  q: null,
};

describe('circuits', () => {
  test('stand worst first, equals by address', () => {
    const given = [
      circuit('closed', 'a'),
      circuit('open', 'c'),
      circuit('half_open', 'b'),
      circuit('disabled', 'z'),
      circuit('open', 'b'),
    ];
    expect(worstFirst(given).map(({ state, destination }) => `${state} ${destination}`)).toEqual([
      'disabled z',
      'open b',
      'open c',
      'half_open b',
      'closed a',
    ]);
    expect(circuitOutcome('half_open')).toEqual({ tone: 'retry', word: 'Being tried' });
  });

  test('say how long is left in whole steps, never nothing while something is left', () => {
    expect([1, 8_001, 120_000, 120_001].map(formatLeft)).toEqual(['1 s', '9 s', '120 s', '3 min']);
  });
});

describe('a replay run in words', () => {
  test('says which letters it takes', () => {
    expect(selectionText(run)).toBe('1 chosen dead letter');
    expect(selectionText({ ...run, deliveryIds: null, filter: anything })).toBe(
      'every dead letter',
    );
    expect(
      selectionText({
        ...run,
        deliveryIds: null,
        filter: { ...anything, jobs: ['a', 'b'], statuses: [0, 503] },
      }),
    ).toBe('dead letters of a, b with no answer, 503');
  });

  test('tells what came of the letters: failures never left out, and all parts the whole', () => {
    const parts = partsOfProgress(run);
    expect(parts.map(({ name, count }) => [name, count])).toEqual([
      ['delivered', 4],
      ['failed again', 1],
      ['skipped', 2],
      ['waiting', 3],
    ]);
    expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(run.progress.found);
    expect(skippedText(run.progress.skipped)).toBe(
      '1 arrived already, 1 whose request is not kept any more',
    );
    expect(skippedText({})).toBe('');
  });

  test('is followed while something may come of it: after all are handed over too', () => {
    expect(isUnderWay(run)).toBe(true);
    expect(isUnderWay({ ...run, state: 'paused' })).toBe(false);
    expect(isUnderWay({ state: 'completed', progress: { ...run.progress, underWay: 1 } })).toBe(
      true,
    );
    expect(isUnderWay({ ...run, state: 'completed' })).toBe(false);
  });

  test('says by its own name what is not known here', () => {
    expect(runActionText('continue')).toBe('let it go on');
    expect(runActionText('toString')).toBe('toString');
  });
});
