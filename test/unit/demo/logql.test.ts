import { describe, expect, it } from 'vitest';
import { parseLogql } from '../../../demo/log-server/logql.ts';
import { runQuery } from '../../../demo/log-server/run-query.ts';

const entries = [
  { line: '{"msg":"one","n":1}', metadata: { correlation_id: 'a.b.1' } },
  { line: '{"msg":"two","n":2}', metadata: { correlation_id: 'a.b.2' } },
  { line: 'plain "quoted" \\ text', metadata: {} },
].map((entry, index) => ({
  ...entry,
  at: BigInt(index),
  stream: { service_name: `job-${index}`, env: 'demo' },
}));

function found(query: string): number[] {
  return [...runQuery(parseLogql(query), entries)].map(({ at }) => Number(at));
}

describe('LogQL of the log server', () => {
  it.each([
    ['{env="demo"}', [0, 1, 2]],
    ['{env="demo", service_name!="job-1"}', [0, 2]],
    ['{service_name=~"job-[01]"}', [0, 1]],
    ['{env=~".+", service_name!~"job-[01]"}', [2]],
    ['{env="demo"} | correlation_id="a.b.2"', [1]],
    ['{env="demo"} | correlation_id=`a.b.2`', [1]],
    ['{env="demo"} | correlation_id="a.b.1" or correlation_id="a.b.2"', [0, 1]],
    ['{env="demo"} | json | msg="one" and n="1"', [0]],
    ['{env="demo"} | json | msg="one", n="2"', []],
    ['{env="demo"} | json | (msg="one" or msg="two") and n="2"', [1]],
    ['{env="demo"} | correlation_id=~"a\\\\..*"', [0, 1]],
    ['{env="demo"} | correlation_id!=""', [0, 1]],
    ['{env="demo"} |= "plain"', [2]],
    ['{env="demo"} != "plain"', [0, 1]],
    ['{env="demo"} |= "\\"quoted\\" \\\\ text"', [2]],
    ['{env="demo"} |~ "one|plain"', [0, 2]],
    ['{env="demo"} !~ "one|plain"', [1]],
    ['{env="demo"} | json id="msg" | id=~"one|three"', [0]],
  ])('%s', (query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it('matches a regular expression against the whole value, as Loki does', () => {
    expect(found('{service_name=~"job"}')).toEqual([]);
  });

  it('does not let the selector see structured metadata', () => {
    expect(found('{correlation_id="a.b.1"}')).toEqual([]);
  });

  it.each([
    ['rate({env="demo"}[5m])', 'metric queries'],
    ['{env="demo"} | logfmt', 'logfmt'],
    ['{env="demo"} | line_format "{{.msg}}"', 'line_format'],
    ['{env="demo"} | json | n > 1', 'numeric'],
    ['{env="demo"} | json msg="a[0]"', 'path'],
  ])('refuses %s and names what it lacks', (query, what) => {
    expect(() => parseLogql(query)).toThrow(
      new RegExp(`^parse error at line 1, col \\d+: .*${what}.*unsupported by this stand-in`),
    );
  });
});
