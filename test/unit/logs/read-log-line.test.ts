import { describe, expect, it } from 'vitest';
import { readLogLine } from '../../../src/logs/read-log-line.ts';

const read = (line: string, labels: Record<string, string> = {}) => readLogLine('1', line, labels);

describe('readLogLine', () => {
  it('takes message, level and fields from a JSON line', () => {
    expect(
      read('{"level":"WARN","message":"slow","order":{"id":7},"ms":812,"correlation_id":"a.b.c"}', {
        service_name: 'charge-card',
      }),
    ).toEqual({
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
});
