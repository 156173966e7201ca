import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../src/recorder/read-message.ts';
import { retryDelaySeconds, retryOptions } from '../../../src/recorder/retry-delay.ts';

const refusal = {
  v: 1,
  type: 'refusal',
  id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  at: '2026-11-24T12:00:00.000Z',
  source: null,
  status: 401,
  reason: 'key_missing',
  detail: 'x',
  count: 1,
};

describe('readMessage', () => {
  it.each([
    ['one record', refusal],
    ['an array', [refusal]],
    ['JSON text', JSON.stringify([refusal])],
    ['bytes', new TextEncoder().encode(JSON.stringify(refusal))],
    ['a buffer', new TextEncoder().encode(JSON.stringify(refusal)).buffer],
  ])('reads %s', (_name, body) => {
    const read = readMessage(body);
    expect(read.unreadable).toEqual([]);
    expect(read.records).toMatchObject([{ position: 0, record: refusal }]);
  });

  it('keeps what it cannot read, with its place, the reason and the text', () => {
    const read = readMessage([refusal, { ...refusal, count: 0 }, 'text', null]);
    expect(read.records).toHaveLength(1);
    expect(read.unreadable).toMatchObject([
      { position: 1, reason: expect.stringContaining('count') },
      { position: 2, text: '"text"' },
      { position: 3, text: 'null' },
    ]);
  });

  it('keeps a message that is no JSON, and one that is nothing', () => {
    expect(readMessage('{"cut').unreadable).toMatchObject([{ position: 0, text: '{"cut' }]);
    expect(readMessage(undefined).unreadable).toMatchObject([{ position: 0, text: 'undefined' }]);
  });
});

describe('retryDelaySeconds', () => {
  it('grows from two seconds to an hour and stays there', () => {
    expect([1, 2, 3, 10, 11, 12, 13, 100].map(retryDelaySeconds)).toEqual([
      2, 4, 8, 1_024, 2_048, 3_600, 3_600, 3_600,
    ]);
  });

  it('leaves a dead-letter queue its own pause', () => {
    expect(retryOptions('throughline-records', 3)).toEqual({ delaySeconds: 8 });
    expect(retryOptions('throughline-records-dead', 3)).toEqual({});
  });
});
