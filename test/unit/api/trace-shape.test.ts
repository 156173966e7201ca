import { describe, expect, it } from 'vitest';
import { traceShape } from '../../../src/api/trace-shape.ts';

const event = (key: string, causeKey: string | null = null) => ({ key, causeKey });
const delivery = (key: string, eventKey: string) => ({ key, eventKey });

describe('traceShape', () => {
  it('counts deliveries by their distance from the root', () => {
    expect(
      traceShape(
        [event('root'), event('a', '1'), event('b', '1'), event('c', '3')],
        [
          delivery('1', 'root'),
          delivery('2', 'root'),
          delivery('3', 'a'),
          delivery('4', 'b'),
          delivery('5', 'c'),
        ],
      ),
    ).toEqual([2, 2, 1]);
  });

  it('takes an event whose cause has not come for a root', () => {
    expect(traceShape([event('late', 'missing')], [delivery('1', 'late')])).toEqual([1]);
  });

  it('is empty without deliveries', () => {
    expect(traceShape([event('root')], [])).toEqual([]);
  });

  it('ends where causes run in a circle', () => {
    expect(
      traceShape(
        [event('root'), event('a', '1'), event('root', '2')],
        [delivery('1', 'root'), delivery('2', 'a')],
      ),
    ).toEqual([1, 1]);
  });
});
