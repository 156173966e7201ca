// What no endpoint takes, whichever it is. Nothing behind the door is there: what came through would fail with 500.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createCheckedApi } from '../../support/checked-api.ts';
import { noAccess } from '../../support/no-access.ts';
import { noAdmin } from '../../support/no-admin.ts';
import { noCircuits } from '../../support/no-circuits.ts';

const token = 'tl_test_token';
const none = (): never => {
  throw new Error('It came through the door.');
};
const api = createCheckedApi({
  connect: none,
  logs: { read: none },
  retries: { enqueue: none },
  isAllowed: none,
  knownDestinations: none,
  replays: { wake: none },
  cancellations: { cancel: none, allow: none },
  bodies: { get: none },
  admin: noAdmin,
  circuits: noCircuits,
  access: noAccess,
  apiTokenSha256: createHash('sha256').update(token).digest('hex'),
  now: () => 0,
  report: () => {},
});

async function ask(method: string, path: string, body?: string | Uint8Array<ArrayBuffer>) {
  const response = await api.request(path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  });
  const problem = (await response.json()) as { type: string; errors?: object[] };
  return { status: response.status, allow: response.headers.get('allow'), problem };
}

describe('a method that a path does not have', () => {
  it.each([
    ['DELETE', '/api/traces', ['GET', 'HEAD']],
    ['PATCH', '/api/stops', ['GET', 'HEAD', 'POST']],
    ['GET', '/api/admin/dry-runs', ['POST']],
  ])('%s %s is 405, with those that it has', async (method, path, methods) => {
    const { status, allow, problem } = await ask(method, path);
    expect(status).toBe(405);
    expect(problem.type).toBe('urn:throughline:problem:method_not_allowed');
    expect(allow?.split(', ').toSorted()).toEqual(methods);
  });
});

describe('a query', () => {
  it.each([
    ['/api/traces?limt=5', 'limt'],
    ['/api/health?verbose=1', 'verbose'],
    ['/api/traces?__proto__=1', '__proto__'],
    ['/api/traces?limit=5&limit=6', 'limit'],
    ['/api/traces?cursor=%00', 'cursor'],
  ])('%s is refused, and %s named', async (path, name) => {
    const { status, problem } = await ask('GET', path);
    expect(status).toBe(400);
    expect(problem.errors).toMatchObject([{ in: 'query', name }]);
  });
});

describe('what has not its shape', () => {
  it.each([
    ['/api/traces?limit=abc', 'limit: must be a number'],
    ['/api/traces?limit=0', 'limit: must be at least 1'],
    ['/api/traces?limit=5&limit=6', 'limit: is given twice: give it once'],
    [
      '/api/traces?from=yesterday',
      'from: must be a time with its zone, such as 2027-01-31T09:30:00Z',
    ],
    ['/api/overview?range=9y', 'range: must be one of "1h", "6h", "24h", "7d", "30d"'],
    ['/api/search?q=', 'q: must not be empty'],
    ['/api/dead-letters?status=', 'status: must be a number'],
    ['/api/traces?limit=0x10', 'limit: must be a number'],
    ['/api/traces?limit=%205', 'limit: must be a number'],
    ['/api/traces?minMs=1e3', 'minMs: must be a number'],
    ['/api/me?unmask=yes', 'unmask: must be true or false, and given once'],
    ['/api/me?unmask=true&unmask=true', 'unmask: must be true or false, and given once'],
    [
      '/api/statistics?until=2027-01-31T09:30:00Z',
      'from: is missing; it must be a time with its zone, such as 2027-01-31T09:30:00Z',
    ],
    [
      '/api/coverage?from=1970-01-02T00:00:00Z',
      'from: must be before until, which is now unless it is said',
    ],
  ])('GET %s says once and in words: %s', async (path, detail) => {
    const { problem } = await ask('GET', path);
    expect(problem).toMatchObject({ detail });
  });

  it.each([
    ['/api/replays', '{}', 'ratePerSecond: is missing; it must be a number'],
    ['/api/replays/count', '{"filter":{"job":"a"}}', 'filter.job: is not known here'],
    ['/api/replays/count', '{}', 'body: must have either a filter or deliveryIds'],
    ['/api/replays/count', '[]', 'body: must be an object'],
    [
      '/api/dead-letters/restore',
      '{"discardId":"x"}',
      'discardId: must be a uuid, such as 0199b0c2-6f00-7c3e-9a51-3f0c7d2b8e44',
    ],
    [
      '/api/replays',
      '{"filter":{"jobs":["a"]},"ratePerSecond":1,"note":"x"}',
      'note: is not known here',
    ],
  ])('POST %s %s says where, and what: %s', async (path, body, detail) => {
    const { problem } = await ask('POST', path, body);
    expect(problem).toMatchObject({ detail });
  });
});

/** An array in an array, so many times. */
const deep = (depth: number): string =>
  `{"source":${'['.repeat(depth)}${']'.repeat(depth)},"trigger":"t"}`;

describe('a body', () => {
  it.each([
    ['NUL', '{"source":"a\\u0000b"}', 'source', /NUL/],
    ['half a surrogate pair', '{"source":"\\ud800"}', 'source', /surrogate/],
    ['a name with NUL', '{"a\\u0000":1}', 'body', /name that has a NUL/],
    ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 'body', /UTF-8/],
    ['half a letter at its end', Uint8Array.of(0x22, 0xc3), 'body', /UTF-8/],
    ['a hundred levels and more', deep(101), 'source.0.0', /100 deep/],
    ['more levels than a stack has', deep(200_000), 'source.0.0', /100 deep/],
  ])('with %s is refused, and where is told', async (_what, body, name, message) => {
    const { status, problem } = await ask('POST', '/api/stops', body);
    expect(status).toBe(400);
    expect(problem.errors).toMatchObject([
      { in: 'json', name, message: expect.stringMatching(message) as string },
    ]);
  });

  it('that is compressed is refused, and what is taken is told', async () => {
    const response = await api.request('/api/stops', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: gzipSync('{}'),
    });
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity']);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('gzip') as string,
    });
  });
});
