// Dead letters as somebody looks for them: filters, a text, groups, one with all that is kept, in a real Postgres.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import type { ApiDeps } from '../../../src/api/deps.ts';
import {
  deadLetterDetailSchema,
  deadLetterGroupsSchema,
} from '../../../src/api/dead-letter-views.ts';
import { letterCountViewSchema } from '../../../src/api/replay-views.ts';
import { type DeadLetterPage, deadLetterPageSchema } from '../../../src/api/views.ts';
import { noAccessRules } from '../../../src/config/access.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { AttemptRecord, RecordMessage } from '../../../src/store/record.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import { createDatabase } from '../../support/database.ts';
import { idleDeps } from '../../support/idle-deps.ts';
import { noAccess } from '../../support/no-access.ts';
import { sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';
import { deadLetter } from './sample-letters.ts';

const token = 'tl_test_token';
let database: Awaited<ReturnType<typeof createDatabase>>;

const masking: Partial<ApiDeps> = {
  access: {
    ...noAccess,
    config: () =>
      Promise.resolve({
        access: { ...noAccessRules, masking: { emails: true, columns: [] } },
        apiTokens: new Map(),
        maskKey: btoa('0123456789abcdef0123456789abcdef'),
      }),
  },
};

async function call(method: string, path: string, body?: object, given: Partial<ApiDeps> = {}) {
  const api = createCheckedApi({
    ...idleDeps,
    connect: (work) => withClient(database.url, work),
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
    now: () => startMs + 100_000,
    report: () => undefined,
    ...given,
  });
  const response = await api.request(path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: (await response.json()) as unknown };
}

async function list(query: string, given: Partial<ApiDeps> = {}): Promise<DeadLetterPage> {
  const { status, json } = await call('GET', `/api/dead-letters${query}`, undefined, given);
  expect(status).toBe(200);
  return deadLetterPageSchema.parse(json);
}

/** The events of the letters that a query finds, in the list's order. */
const found = async (query: string): Promise<string[]> =>
  (await list(query)).deadLetters.map(({ eventId }) => eventId);

/** What is wrong with a request, in words. */
async function wrong(query: string, given: Partial<ApiDeps> = {}): Promise<unknown> {
  const { status, json } = await call('GET', `/api/dead-letters${query}`, undefined, given);
  expect(status).toBe(400);
  return json;
}

async function died(
  id: string,
  given: {
    atMs: number;
    job: string;
    rowKey?: string;
    trigger?: string;
    source?: string;
    status?: number | null;
    error?: string;
    reason?: 'gone';
  },
): Promise<AttemptRecord> {
  const { rowKey = '42', trigger = 'order_placed', source = 'shop' } = given;
  const event = await sampleEvent({ id, atMs: given.atMs, rowKey, trigger, source });
  const { ended } = await sampleAttempt(event, {
    job: given.job,
    startMs: given.atMs + 100,
    endMs: given.atMs + 150,
    outcome: 'failed',
    status: given.status ?? null,
  });
  const attempt = { ...ended, attempt: { ...ended.attempt, error: given.error ?? null } };
  const letter = deadLetter(attempt, {
    atMs: given.atMs + 200,
    request: {
      kept: 'here',
      method: 'POST',
      headers: [
        ['content-type', 'application/json'],
        ['authorization', 'Bearer s3cret'],
      ],
      body: btoa('{"token":"s3cret"}'),
    },
  });
  const message: RecordMessage = given.reason
    ? { ...letter, death: { ...letter.death, reason: given.reason } }
    : letter;
  await store(attempt, message);
  return attempt;
}

async function store(...records: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords(
    { queue: 'records', messages: [message] },
    {
      connect: (work) => withClient(database.url, work),
      now: () => startMs + 100_000,
      report: () => undefined,
    },
  );
}

const refused = 'connect ECONNREFUSED 10.0.0.7:443';
const shut = 'mailbox of dana@acme.io is full';
let card: AttemptRecord;

beforeAll(async () => {
  database = await createDatabase('found_letters');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  card = await died('e1', { atMs: 1_000, job: 'charge-card', status: 503 });
  await died('e2', { atMs: 2_000, job: 'charge-card', status: 503, rowKey: '77' });
  await died('e3', { atMs: 3_000, job: 'charge-card', error: refused });
  await died('e4', { atMs: 4_000, job: 'send-mail', error: shut, trigger: 'order_paid' });
  await died('e5', {
    atMs: 5_000,
    job: 'send-mail',
    status: 410,
    reason: 'gone',
    source: 'billing',
  });
});
afterAll(() => database.drop());

describe('the list of dead letters', () => {
  it.each([
    ['', 'e5 e4 e3 e2 e1'],
    ['?job=charge-card', 'e3 e2 e1'],
    ['?job=send-mail&source=shop', 'e4'],
    ['?trigger=order_paid', 'e4'],
    ['?reason=gone', 'e5'],
    ['?status=503', 'e2 e1'],
    ['?status=0', 'e4 e3'],
    [`?error=${encodeURIComponent(refused)}`, 'e3'],
    ['?destination=https://jobs.example.com/send-mail', 'e5 e4'],
    ['?from=2026-11-24T12:00:02.200Z&to=2026-11-24T12:00:04.200Z', 'e3 e2'],
    ['?job=nobody', ''],
    ['?discarded=true', ''],
  ])('takes %s', async (query, events) => {
    expect((await found(query)).join(' ')).toBe(events);
  });

  it.each([
    ['orders#42', 'e5 e4 e3 e1'],
    ['order 77', 'e2'],
    ['shop/public/orders/42', 'e4 e3 e1'],
    ['audit.orders#42', ''],
    ['77', 'e2'],
    ['e2', 'e2'],
    ['econnrefused 10.0.0.7', 'e3'],
    ['MAIL', 'e5 e4'],
    ['order_pa', 'e4'],
    ['dana@acme.io', 'e4'],
    // A part of an address could be felt for where addresses are masked.
    ['acme', ''],
    ['100%', ''],
  ])('finds "%s"', async (q, events) => {
    expect((await found(`?q=${encodeURIComponent(q)}`)).join(' ')).toBe(events);
  });

  it('finds a letter by each of its IDs', async () => {
    const { delivery, event } = card;
    for (const id of [
      delivery.id,
      delivery.correlationId,
      delivery.correlationId.slice(-36),
      event.traceId,
    ]) {
      expect(await found(`?q=${id.toUpperCase()}`)).toEqual(['e1']);
    }
    expect(await found(`?q=${crypto.randomUUID()}`)).toEqual([]);
  });

  it('goes on page by page with the same filter', async () => {
    const first = await list('?job=charge-card&limit=2');
    expect(first.deadLetters.map(({ eventId }) => eventId)).toEqual(['e3', 'e2']);
    const second = await list(`?job=charge-card&limit=2&cursor=${first.nextCursor}`);
    expect(second.deadLetters.map(({ eventId }) => eventId)).toEqual(['e1']);
    expect(second).toMatchObject({ nextCursor: null, searchedUntil: null });
  });

  it('says in words what it does not know', async () => {
    expect(await wrong('?jobs=charge-card')).toMatchObject({
      errors: [{ in: 'query', name: 'jobs', message: 'is no parameter of this endpoint' }],
    });
    expect(await wrong('?job=a&job=b')).toMatchObject({
      errors: [{ name: 'job', message: 'is given twice: give it once' }],
    });
    expect(await wrong('?reason=bored')).toMatchObject({ errors: [{ name: 'reason' }] });
    expect(await wrong('?status=600')).toMatchObject({ errors: [{ name: 'status' }] });
    expect(await wrong('?q=x')).toMatchObject({ errors: [{ name: 'q' }] });
    expect(await wrong('?from=2026-11-24T12:00:02Z&to=2026-11-24T12:00:02Z')).toMatchObject({
      errors: [{ name: 'to', message: 'must be after from' }],
    });
  });

  it('is not searched by an e-mail address that is masked', async () => {
    expect(await wrong('?q=dana@acme.io', masking)).toMatchObject({ errors: [{ name: 'q' }] });
    const refusedRun = await call(
      'POST',
      '/api/replays/count',
      { filter: { q: 'dana@acme.io' } },
      masking,
    );
    expect([refusedRun.status, refusedRun.json]).toMatchObject([
      400,
      { errors: [{ name: 'filter.q' }] },
    ]);
    expect((await list('?q=dana@acme.io&unmask=true', masking)).deadLetters).toHaveLength(1);
  });
});

describe('groups of dead letters', () => {
  it('are by job, reason and last answer', async () => {
    const { json } = await call('GET', '/api/dead-letters/groups');
    const view = deadLetterGroupsSchema.parse(json);
    expect(view).toMatchObject({ letters: 5, searchedUntil: null });
    const [largest, ...others] = view.groups;
    expect(largest).toMatchObject({
      source: 'shop',
      job: 'charge-card',
      reason: 'attempts_used_up',
      status: 503,
      error: null,
      letters: 2,
      cascades: 2,
      destinations: ['https://jobs.example.com/charge-card'],
      firstAt: '2026-11-24T12:00:01.200000Z',
      lastAt: '2026-11-24T12:00:02.200000Z',
    });
    expect(others.map(({ job, status, error }) => [job, status ?? error])).toEqual([
      ['send-mail', 410],
      ['send-mail', shut],
      ['charge-card', refused],
    ]);
    const [latest] = (await list('?q=77')).deadLetters;
    expect(largest?.sample).toEqual({ deliveryId: latest?.deliveryId, traceId: latest?.traceId });
  });

  it('are of what a filter finds, and the count of a replay run agrees', async () => {
    const { json } = await call('GET', '/api/dead-letters/groups?job=charge-card&status=503');
    expect(deadLetterGroupsSchema.parse(json)).toMatchObject({ letters: 2, groups: [{}] });
    const filter = { jobs: ['charge-card'], statuses: [503] };
    const counted = await call('POST', '/api/replays/count', { filter });
    expect(letterCountViewSchema.parse(counted.json)).toEqual({ found: 2 });
    const byText = await call('POST', '/api/replays/count', { filter: { q: 'orders#77' } });
    expect(letterCountViewSchema.parse(byText.json)).toEqual({ found: 1 });
    const byError = await call('POST', '/api/replays/count', { filter: { errors: [refused] } });
    expect(letterCountViewSchema.parse(byError.json)).toEqual({ found: 1 });
  });
});

describe('one dead letter', () => {
  it('tells its attempts and what a replay sends, without what can be a secret', async () => {
    const { status, json } = await call('GET', `/api/dead-letters/${card.delivery.id}`);
    expect(status).toBe(200);
    expect(JSON.stringify(json)).not.toContain('s3cret');
    expect(deadLetterDetailSchema.parse(json)).toMatchObject({
      deliveryId: card.delivery.id,
      replayedAt: null,
      discard: null,
      delivery: { state: 'dead', attempts: [{ status: 503, answer: 'done' }] },
      event: { id: 'e1', rowKey: '42' },
      request: {
        kept: 'here',
        method: 'POST',
        headers: [
          { name: 'content-type', value: 'application/json' },
          { name: 'authorization', value: null },
        ],
      },
    });
    expect((await call('GET', `/api/dead-letters/${'0'.repeat(64)}`)).status).toBe(404);
    expect((await call('GET', '/api/dead-letters/nothing')).status).toBe(400);
  });
});

it('a letter is found by an ID at once, also where thousands have died since', async () => {
  const eventId = '5b0f3d2e-8f6a-4c1e-9a7d-2c4b6e8f0a1c';
  const { delivery, event } = await died(eventId, { atMs: 500, job: 'pack', source: 'billing' });
  await withClient(database.url, (client) =>
    client.query(
      `insert into dead_letters (delivery_id, trace_id, ref, source, dead_at, told_at, reason, first_attempt_at, destination, method,
         headers, body, facts)
       select sha256(n::text::bytea), trace_id, ref, source, dead_at + n * interval '1 ms', told_at, reason, first_attempt_at,
         destination, method, headers, body, facts
       from dead_letters, generate_series(1, 2100) n where delivery_id = decode($1, 'hex')`,
      [card.delivery.id],
    ),
  );
  for (const id of [eventId, delivery.id, delivery.correlationId, event.traceId]) {
    const { deadLetters, searchedUntil } = await list(`?q=${id}`);
    expect([deadLetters.map((letter) => letter.eventId), searchedUntil]).toEqual([[eventId], null]);
    const counted = await call('POST', '/api/replays/count', { filter: { q: id } });
    expect(counted.json).toEqual({ found: 1 });
  }
});
