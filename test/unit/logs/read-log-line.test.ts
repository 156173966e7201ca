import { describe, expect, it } from 'vitest';
import type { IdPlace } from '../../../src/logs/log-source.ts';
import { readLogLine } from '../../../src/logs/read-log-line.ts';

const inMetadata: IdPlace = { in: 'structured_metadata', name: 'correlation_id' };
const read = (
  line: string,
  labels: Record<string, string> = {},
  place: IdPlace = inMetadata,
  asked: string[] = [],
) => readLogLine({ id: 'i', timestampNs: '1', line, labels }, place, new Set(asked));

describe('readLogLine', () => {
  it('takes message, level and fields from a JSON line', () => {
    expect(
      read('{"level":"WARN","message":"slow","order":{"id":7},"ms":812,"correlation_id":"a.b.c"}', {
        service_name: 'charge-card',
      }),
    ).toEqual({
      id: 'i',
      timestampNs: '1',
      level: 'warn',
      message: 'slow',
      fields: {
        service_name: 'charge-card',
        level: 'WARN',
        order: '{"id":7}',
        ms: '812',
        correlation_id: 'a.b.c',
      },
      correlationId: 'a.b.c',
    });
  });

  it.each(['plain text', '{ "cut": ', '["an","array"]', '"text"', '42', 'null', ''])(
    'shows %j as it stands',
    (line) => {
      expect(read(line)).toMatchObject({ message: line, level: 'unknown', fields: {} });
    },
  );

  it.each([
    ['{"level":30,"msg":"x"}', 'info'],
    ['{"level":50,"msg":"x"}', 'error'],
    ['{"severity":"CRITICAL"}', 'error'],
    ['{"level":"trace"}', 'debug'],
    ['{"level":"constructor"}', 'unknown'],
    ['{"level":7}', 'unknown'],
  ])('reads the level of %s as %s', (line, level) => {
    expect(read(line).level).toBe(level);
  });

  it('believes the line about its level before the collector', () => {
    expect(read('{"level":"error"}', { detected_level: 'info' }).level).toBe('error');
    expect(read('it broke', { detected_level: 'error' }).level).toBe('error');
    expect(read('{"level":"odd"}', { level: 'debug' }).level).toBe('debug');
  });

  it('takes the correlation ID from structured metadata first', () => {
    expect(read('{"correlation_id":"line"}', { correlation_id: 'meta' }).correlationId).toBe(
      'meta',
    );
  });

  it.each([
    ['2026-11-24 12:00:01 ERROR it broke', 'error'],
    ['[warn] slow', 'warn'],
    ['time=12:00 level=debug msg=x', 'debug'],
    ['I0812 no level here', 'unknown'],
    ['the user wrote: an error occurred', 'unknown'],
  ])('finds the level in the text of %s: %s', (line, level) => {
    expect(read(line).level).toBe(level);
  });

  it('finds the ID where the deployment has it: another name, a member of a member, the text', () => {
    const nested = '{"ctx":{"cid":"a.b.c"}}';
    expect(read(nested, {}, { in: 'json', name: 'ctx.cid' }).correlationId).toBe('a.b.c');
    expect(read('x', { cid: 'a.b.c' }, { in: 'label', name: 'cid' }).correlationId).toBe('a.b.c');
    const text = read('done a.b.c', {}, { in: 'line', name: 'x' }, ['a.b.b', 'a.b.c']);
    expect(text.correlationId).toBe('a.b.c');
  });

  it('shows no terminal escapes, in JSON or in text', () => {
    const red = '\u001B[1;31mbroke\u001B[0m \u001B]8;;https://x\u0007link\u001B]8;;\u0007\u001B[2K';
    expect(read(red).message).toBe('broke link');
    expect(read(JSON.stringify({ msg: red })).message).toBe('broke link');
  });
});
