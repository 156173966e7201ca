import { describe, expect, test } from 'vitest';
import { parseDeadSearch } from '../../../pages/src/dead/search.ts';
import {
  countJobs,
  type DeadLetter,
  lastAnswer,
  shortAddress,
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

  test('is counted by job, the most first and equals by name', () => {
    expect(countJobs([of('b'), of('c'), of('c'), of('a')])).toEqual([
      { job: 'c', count: 2 },
      { job: 'a', count: 1 },
      { job: 'b', count: 1 },
    ]);
  });

  test('is filtered by a job in the address, and by nothing else that stands there', () => {
    expect(parseDeadSearch({ job: 'send-receipt', x: 1 })).toEqual({ job: 'send-receipt' });
    expect(parseDeadSearch({ job: 7 })).toEqual({});
    expect(parseDeadSearch({ job: '' })).toEqual({});
  });
});
