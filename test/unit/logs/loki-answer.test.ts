// Held against the vendor's own forms in test/contracts/loki.
import { describe, expect, it } from 'vitest';
import contract from '../../contracts/loki/push-and-query.json' with { type: 'json' };
import { readLokiAnswer } from '../../../src/logs/loki-answer.ts';

const place = { in: 'structured_metadata', name: 'correlation_id' } as const;
const nobody = new Set<string>();

const read = (data: unknown) => {
  const answer = readLokiAnswer({ status: 'success', data }, place, nobody);
  if ('problem' in answer) throw new Error(answer.problem);
  return answer;
};

describe('readLokiAnswer', () => {
  it.each(contract.queries)('reads what Loki answers: $name', ({ data }) => {
    const entries = data.result.reduce((sum, stream) => sum + stream.values.length, 0);
    const answer = read(data);
    expect(answer.entries).toBe(entries);
    expect(answer.lines).toHaveLength(entries);
    const times = answer.lines.map((line) => BigInt(line.timestampNs));
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('finds the same fields whether metadata is apart or among the labels', () => {
    const line = '{"msg":"no answer","level":"error"}';
    const plain = read({
      resultType: 'streams',
      result: [{ stream: { service_name: 'a', correlation_id: 'x' }, values: [['5', line]] }],
    });
    const apart = read({
      resultType: 'streams',
      encodingFlags: ['categorize-labels'],
      result: [
        {
          stream: { service_name: 'a' },
          values: [['5', line, { structuredMetadata: { correlation_id: 'x' } }]],
        },
      ],
    });
    const flat = read({
      resultType: 'streams',
      result: [{ stream: { service_name: 'a' }, values: [['5', line, { correlation_id: 'x' }]] }],
    });
    expect(apart).toEqual(plain);
    expect(flat).toEqual(plain);
    expect(plain.lines[0]).toMatchObject({ message: 'no answer', correlationId: 'x' });
  });

  it('keeps lines of one nanosecond apart, and drops what is the same throughout', () => {
    const answer = read({
      resultType: 'streams',
      result: [
        {
          stream: { a: '1' },
          values: [
            ['1764000000000000001', 'x'],
            ['1764000000000000001', 'y'],
          ],
        },
        { stream: { a: '2' }, values: [['1764000000000000001', 'x']] },
        {
          stream: { a: '1' },
          values: [
            ['1764000000000000001', 'x'],
            ['999999999999999999', 'z'],
          ],
        },
      ],
    });
    expect(answer.lines.map(({ message, fields }) => [message, fields['a']])).toEqual([
      ['z', '1'],
      ['x', '1'],
      ['y', '1'],
      ['x', '2'],
    ]);
    expect(answer.entries).toBe(5);
  });

  it.each([
    ['another kind of answer', { status: 'success', data: { resultType: 'matrix', result: [] } }],
    ['an error', { status: 'error', error: 'x' }],
    [
      'timestamps as numbers',
      {
        status: 'success',
        data: { resultType: 'streams', result: [{ stream: {}, values: [[1, 'x']] }] },
      },
    ],
    ['nothing', null],
  ])('says what is wrong with %s', (_name, answer) => {
    expect(readLokiAnswer(answer, place, nobody)).toEqual({ problem: expect.any(String) });
  });
});
