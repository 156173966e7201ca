import { describe, expect, test } from 'vitest';
import { csvOf } from '../../../pages/src/dead/csv.ts';
import {
  allOf,
  filtersIn,
  filterText,
  parseDeadSearch,
  queryOf,
  upTo,
  withFilter,
  withoutFilters,
} from '../../../pages/src/dead/filters.ts';
import {
  chosenOfLetters,
  chosenText,
  type DeadLetter,
  lastAnswer,
  shortAddress,
  troubles,
} from '../../../pages/src/dead/words.ts';

const letter: DeadLetter = {
  deliveryId: '019ac0f2-7c41-8b7e-9a10-5f0000000001',
  source: 'shop',
  eventId: 'e1',
  traceId: '019ac0f2-7c41-8b7e-9a10-5f0000000000',
  trigger: 'order_paid',
  table: { schema: 'public', name: 'orders' },
  rowKey: '42',
  job: 'send-receipt',
  target: 'send-receipt',
  correlationId: 'order_paid.send-receipt.019ac0f2-7c41-8b7e-9a10-5f0000000000',
  destination: 'https://jobs.example.com/hooks/receipt?token=s3cret',
  reason: 'attempts_used_up',
  status: 503,
  error: null,
  attempts: 8,
  firstAttemptAt: '2026-11-24T10:00:00Z',
  deadAt: '2026-11-24T16:00:00Z',
  discard: null,
};

const of = (job: string): DeadLetter => ({ ...letter, job });

describe('a dead letter in words', () => {
  test('says what came last: the status, what the edge said of it, or why none came', () => {
    expect(lastAnswer({ status: 503, error: null })).toBe('HTTP 503');
    expect(lastAnswer({ status: 500, error: 'out of stock' })).toBe('HTTP 500: out of stock');
    expect(lastAnswer({ status: 404, error: 'The destination answered 404.' })).toBe(
      'The destination answered 404.',
    );
    expect(lastAnswer({ status: null, error: 'connection refused' })).toBe('connection refused');
    expect(lastAnswer({ status: null, error: null })).toBe('no answer');
  });

  test('shows host and path of a destination, never its query', () => {
    expect(shortAddress(letter.destination)).toBe('jobs.example.com/hooks/receipt');
    expect(shortAddress('http://127.0.0.1:8080/')).toBe('127.0.0.1:8080');
    expect(shortAddress('nonsense')).toBe('nonsense');
  });

  test('is counted with the others that are ticked', () => {
    const chosen = chosenOfLetters([of('b'), of('c'), of('c')]);
    expect(chosenText(chosen)).toBe('3 letters, 2 jobs');
    expect(chosen.destinations).toEqual([letter.destination]);
    expect(chosenText({ ...chosen, letters: 4_000, isWhole: false })).toBe(
      '4,000 letters or more, 2 jobs',
    );
  });

  test('names what is not called now of where it goes, whatever its query', () => {
    const circuit = {
      id: 'c',
      destination: 'https://jobs.example.com/hooks/receipt',
      reason: null,
      since: null,
      nextProbeAt: null,
      lastError: null,
      lastDeliveredAt: null,
      failingSince: null,
    };
    expect(troubles([letter.destination], [{ ...circuit, state: 'open' }])).toHaveLength(1);
    expect(troubles([letter.destination], [{ ...circuit, state: 'closed' }])).toEqual([]);
    expect(troubles(['https://other.example.com/'], [{ ...circuit, state: 'open' }])).toEqual([]);
  });
});

describe('what the list of dead letters is narrowed by', () => {
  const nowMs = Date.parse('2026-11-24T16:00:00Z');

  test('is read from an address; what is unknown there is dropped', () => {
    expect(parseDeadSearch({ job: 'send-receipt', x: 1 })).toEqual({ job: 'send-receipt' });
    expect(parseDeadSearch({ job: '', q: 'x', reason: 'bored', status: 600, sel: 'no' })).toEqual(
      {},
    );
    expect(
      parseDeadSearch({ job: 7, status: '0', reason: 'gone', range: '1h', from: '2026' }),
    ).toEqual({ job: '7', status: 0, reason: 'gone', range: '1h' });
    expect(parseDeadSearch({ from: '2026-11-24T10:00Z', to: '2026-11-24T09:00Z' })).toEqual({
      from: '2026-11-24T10:00:00.000Z',
    });
  });

  test('means the same letters to a list, a replay and a discard', () => {
    const search = parseDeadSearch({
      job: 'a',
      status: 0,
      reason: 'gone',
      range: '1h',
      q: 'orders#4',
    });
    expect(queryOf(search, nowMs)).toEqual({
      job: 'a',
      status: '0',
      reason: 'gone',
      q: 'orders#4',
      from: '2026-11-24T15:00:00.000Z',
    });
    const all = allOf(search, nowMs);
    expect(all).toEqual({
      filter: {
        jobs: ['a'],
        statuses: [0],
        reasons: ['gone'],
        q: 'orders#4',
        from: '2026-11-24T15:00:00.000Z',
      },
    });
    expect(allOf({}, nowMs)).toEqual({ filter: {} });
    // What dies while somebody writes a note has been seen by nobody.
    expect(upTo(all, nowMs)).toMatchObject({
      filter: { to: '2026-11-24T16:00:00.000Z', jobs: ['a'] },
    });
    const before = { filter: { to: '2026-11-24T12:00:00.000Z' } };
    expect(upTo(before, nowMs)).toEqual(before);
  });

  test('is shown as chips, each changed and removed alone', () => {
    const search = parseDeadSearch({ job: 'a', status: 0, range: '24h', discarded: true, q: 'xy' });
    expect(filtersIn(search)).toEqual(['job', 'status', 'time']);
    expect(filtersIn(search).map((name) => filterText(search, name, 'UTC'))).toEqual([
      'a',
      'none',
      'last 24 h',
    ]);
    expect(withFilter(search, 'time', {})).toEqual({
      job: 'a',
      status: 0,
      discarded: true,
      q: 'xy',
    });
    expect(withoutFilters(search)).toEqual({ discarded: true });
  });
});

function lineOf(given: Partial<DeadLetter>): string {
  return csvOf([{ ...letter, ...given }]).split('\r\n')[1] ?? '';
}

describe('dead letters as CSV', () => {
  test('have a line each, with quotes where they are needed', () => {
    const text = csvOf([letter, letter]);
    expect(text.split('\r\n')).toHaveLength(4);
    expect(text).toMatch(/^died_at,source,trigger,table,row_key,job,/);
    expect(lineOf({})).toMatch(
      /^2026-11-24T16:00:00Z,shop,order_paid,public.orders,42,send-receipt,/,
    );
    expect(lineOf({ error: 'a "b", c' })).toContain(',"a ""b"", c",');
    expect(lineOf({ table: null, rowKey: null, trigger: null })).toContain(
      ',shop,,,,send-receipt,',
    );
  });

  test.each(['=1+1', '＝1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1'])(
    'hold no formula: %j',
    (error) => {
      expect(lineOf({ error }) + csvOf([{ ...letter, error }])).toContain(`'${error}`);
    },
  );
});
