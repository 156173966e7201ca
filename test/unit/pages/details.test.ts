import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curlOf, type CurlText } from '../../../pages/src/panel/curl.ts';
import { requestOfJob, requestThroughEdge } from '../../../pages/src/panel/hop-requests.ts';
import { missingPayload } from '../../../pages/src/panel/payload.ts';
import { timeParts } from '../../../pages/src/panel/timing.ts';
import { usualOf } from '../../../pages/src/words/usual.ts';
import { markOf, marksExplained, marksIn } from '../../../pages/src/words/marks.ts';
import { delivery, event } from './cascades.ts';

/** What a real shell hands to curl: its arguments, as they arrive. */
function argumentsOf(command: string, variables: Record<string, string> = {}): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}\n`;
  const output = execFileSync('sh', { input: script, env: { ...variables, LC_ALL: 'C' } });
  return output.toString('utf8').split('\0').slice(0, -1);
}

/** Any text but NUL, which no argument can hold. */
const anyText = fc
  .string({ unit: 'binary', maxLength: 60 })
  .map((text) => text.replaceAll('\0', ''));
const nasty = fc.oneof(
  anyText,
  fc.constantFrom(
    "'",
    "''\\''",
    '$(reboot)',
    '`id`',
    '!!',
    '"',
    '\\',
    '\n',
    '@/etc/passwd',
    '-x',
    '~',
    '*',
    '%s',
    '\\\n',
  ),
);
const text = fc.array(nasty, { maxLength: 4 }).map((parts) => parts.join(''));
const headerName = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);

describe('a request as a shell’s command', () => {
  it('reaches curl as it is, whatever it is made of', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.tuple(headerName, text), { maxLength: 4 }),
        fc.option(text),
        (url, headers, body) => {
          const command = curlOf({ method: 'POST', url: [url], headers, body });
          expect(argumentsOf(command)).toEqual([
            '--globoff',
            '-X',
            'POST',
            url,
            ...headers.flatMap(([name, value]) => [
              '-H',
              value === '' ? `${name};` : `${name}: ${value}`,
            ]),
            ...(body === null ? [] : ['--data-raw', body]),
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never holds a secret: the shell puts it in, whatever it is', () => {
    fc.assert(
      fc.property(text, text, (key, edge) => {
        const secret: CurlText = { variable: 'THROUGHLINE_KEY' };
        const command = curlOf({
          method: 'POST',
          url: [{ variable: 'THROUGHLINE_URL' }, '/?a=b'],
          headers: [['x-throughline-key', secret]],
          body: null,
        });
        const variables = { THROUGHLINE_KEY: key, THROUGHLINE_URL: edge };
        expect(argumentsOf(command, variables)).toEqual([
          '--globoff',
          '-X',
          'POST',
          `${edge}/?a=b`,
          '-H',
          `x-throughline-key: ${key}`,
        ]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what a delivery asked', () => {
  const hop = delivery('d'.repeat(64), 'e', 'charge', [[10, 30]]);

  it('calls its job with the IDs of the delivery, and nothing of the key', () => {
    const { url, headers, body } = requestOfJob(hop, { id: 'e' });
    expect(url).toEqual(['https://jobs.example.com/charge']);
    expect(headers).toContainEqual(['idempotency-key', hop.id]);
    expect(headers).toContainEqual(['x-correlation-id', hop.correlationId]);
    expect(body).toBe('{"id":"e"}');
    expect(JSON.stringify(headers)).not.toContain('throughline-key');
  });

  it('of a dead letter is asked again with all that was kept, and a variable for what is not shown', () => {
    const kept = {
      method: 'PUT',
      headers: [
        { name: 'accept-encoding', value: 'br, gzip' },
        { name: 'content-type', value: 'text/plain' },
        { name: 'authorization', value: null },
        { name: 'traceparent', value: '00-1-2-01' },
      ],
    };
    expect(requestOfJob(hop, null, kept)).toMatchObject({
      method: 'PUT',
      headers: [
        ['content-type', 'text/plain'],
        ['authorization', { variable: 'AUTHORIZATION' }],
        ['traceparent', '00-1-2-01'],
      ],
    });
  });

  it('goes through the edge with the destination encoded and the key as a variable', () => {
    const hookUrl = 'https://jobs.example.com/a?b=c,d&e=%2C';
    const { url, headers } = requestThroughEdge(
      { ...hop, target: hookUrl, attempts: [] },
      null,
      'https://edge.example/',
    );
    expect(url).toEqual([`https://edge.example/?destinations=${encodeURIComponent(hookUrl)}`]);
    expect(headers).toContainEqual(['x-throughline-key', { variable: 'THROUGHLINE_KEY' }]);
    expect(requestThroughEdge(hop, null, null).url[0]).toEqual({ variable: 'THROUGHLINE_URL' });
  });
});

describe('marks', () => {
  it('are told from values, and from one another', () => {
    expect(markOf('[redacted]')).toBe('left_out');
    expect(markOf('[redacted, changed]')).toBe('left_out_changed');
    expect(markOf('masked:3f9a2c1b')).toBe('masked');
    expect(markOf('masked')).toBe('masked');
    expect(markOf('d***3f9a2c1b@acme.io')).toBe('masked');
    for (const value of ['dana@acme.io', 'a masked ball', 'masked:', null, 3, '***', {}]) {
      expect(markOf(value)).toBeNull();
    }
  });

  it('are found at any depth and explained once each', () => {
    const marks = marksIn({ a: [{ b: 'masked:3f9a2c1b' }], c: '[redacted]', d: 'x' });
    expect(marksExplained(marks)).toEqual([
      expect.stringMatching(/^Left out/),
      expect.stringMatching(/^Masked/),
    ]);
    expect(marksExplained(marksIn({ a: 'plain' }))).toEqual([]);
  });
});

describe('a payload that is not there', () => {
  it('says why', () => {
    expect(missingPayload(event('e', 0))).toBeNull();
    const removed = event('e', 0, { payloadRemovedAt: '2026-11-20T00:00:00.000Z' });
    expect(missingPayload(removed)).toContain('Removed on 2026-11-20');
    expect(missingPayload(event('e', 0, { kind: 'webhook', payloadKept: false }))).toMatch(
      /webhook.*streamed/,
    );
    expect(missingPayload(event('e', 0, { payloadKept: false }))).toMatch(/left out/);
    expect(missingPayload(event('e', 0, { op: null, table: null }))).toMatch(/schedule/);
  });
});

describe('where the time went', () => {
  it('is told without gaps: the parts add up to the whole', () => {
    const spans = fc
      .array(fc.tuple(fc.nat(5_000), fc.nat(5_000)), { minLength: 1, maxLength: 6 })
      .map((steps) => {
        let ms = 0;
        return steps.map(([wait, took]): [number, number] => {
          const from = ms + wait;
          ms = from + took;
          return [from + 20, ms + 20];
        });
      });
    fc.assert(
      fc.property(spans, (attempts) => {
        const parts = timeParts(delivery('d', 'e', 'job', attempts), event('e', 0));
        const sum = parts.reduce((total, { ms }) => total + ms, 0);
        expect(sum).toBe(attempts.at(-1)?.[1]);
      }),
    );
  });

  it('leaves out what has not ended, and keeps clocks that differ', () => {
    const running = delivery(
      'd',
      'e',
      'job',
      [
        [30, 40, 500],
        [90, null],
      ],
      'running',
    );
    const parts = timeParts(running, event('e', 0, { createdAt: '2026-11-24T14:32:08.412Z' }));
    expect(parts.map(({ kind, ms }) => [kind, ms])).toEqual([
      ['arriving', -980],
      ['before', 10],
      ['attempt', 10],
      ['waiting', 50],
    ]);
  });
});

describe('what is usual for a job', () => {
  const usual = { days: 7, attempts: 1_200, medianMs: 180, p95Ms: 410 };

  it('stands beside one run, which is slow above 95 of 100', () => {
    expect(usualOf(usual, 388)).toEqual({
      text: '180 ms, 95 % within 410 ms (1,200 attempts, 7 days)',
      isSlow: false,
    });
    expect(usualOf(usual, 411)?.isSlow).toBe(true);
    expect(usualOf(usual, null)?.isSlow).toBe(false);
  });

  it('is not told by a handful of attempts, or by none', () => {
    expect(usualOf({ ...usual, attempts: 4 }, 1_000)).toBeNull();
    expect(usualOf({ days: 7, attempts: 0, medianMs: null, p95Ms: null }, 1_000)).toBeNull();
  });
});
