// That an answer says its job goes on after it, whoever gives it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { worksInBackground } from '../../../job/src/index.ts';

const header = 'x-throughline-background';

type LambdaAnswer = { statusCode: number; headers?: Record<string, string> };

describe('worksInBackground', () => {
  it('marks a Response, with its body, status and headers as they were', async () => {
    const given = new Response('taken', { status: 202, headers: { 'x-own': '1' } });
    const answer = worksInBackground(given);
    expect(answer.status).toBe(202);
    expect(answer.headers.get(header)).toBe('true');
    expect(answer.headers.get('x-own')).toBe('1');
    expect(await answer.text()).toBe('taken');
  });

  it('marks a Response whose headers cannot be changed', async () => {
    const fixed = Response.redirect('https://example.com/', 307);
    expect(() => fixed.headers.set(header, 'true')).toThrow(TypeError);
    expect(worksInBackground(fixed).headers.get(header)).toBe('true');
  });

  it('marks what a Lambda handler returns, and leaves the given one alone', () => {
    const given = { statusCode: 202, headers: { 'x-own': '1' }, body: 'taken' };
    expect(worksInBackground(given)).toEqual({
      ...given,
      headers: { 'x-own': '1', [header]: 'true' },
    });
    expect(given.headers).toEqual({ 'x-own': '1' });
    expect(worksInBackground<LambdaAnswer>({ statusCode: 202 }).headers).toEqual({
      [header]: 'true',
    });
  });

  it('marks Node’s answer and refuses one that is under way', async () => {
    let tooLate: unknown;
    const server = createServer((_, answer) => {
      worksInBackground(answer).writeHead(202).end('taken');
      try {
        worksInBackground(answer);
      } catch (error) {
        tooLate = error;
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const result = await fetch(`http://127.0.0.1:${port}/`);
      expect(result.headers.get(header)).toBe('true');
      expect(String(tooLate)).toMatch(/have been sent/);
    } finally {
      server.close();
    }
  });

  it('refuses what is no answer', () => {
    // @ts-expect-error: callers without types.
    expect(() => worksInBackground({})).toThrow(/none of them/);
  });
});
