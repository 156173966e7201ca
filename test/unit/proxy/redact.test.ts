// What is left out of what is stored, and what must stay.
import { describe, expect, test } from 'vitest';
import { columnChanges } from '../../../src/api/column-changes.ts';
import { configurationSchema } from '../../../src/config/configuration.ts';
import { columnsKeptAnyway, redactionsOf, rowKeysOf } from '../../../src/config/redaction.ts';
import { describeEvent } from '../../../src/proxy/describe-event.ts';
import { keptHeaders, redactEvent } from '../../../src/proxy/redact.ts';
import type { EventFacts } from '../../../src/store/record.ts';

function configured(given: object) {
  const configuration = configurationSchema.parse({ format: 1, ...given });
  const rowKeys = rowKeysOf(configuration);
  return { configuration, redactions: redactionsOf(configuration), rowKeys };
}

async function described(event: object, given: object = {}): Promise<EventFacts> {
  const body = {
    id: 'e1',
    created_at: '2026-11-25T10:00:00.000Z',
    table: { schema: 'public', name: 'people' },
    trigger: { name: 'person_changed' },
    event: { op: 'UPDATE', session_variables: null, data: { old: null, new: null }, ...event },
  };
  const { event: facts } = await describeEvent({
    source: 'shop',
    headers: new Headers(),
    body: new TextEncoder().encode(JSON.stringify(body)),
    at: 0,
    rowKeys: configured(given).rowKeys,
  });
  return facts;
}

async function redacted(event: object, given: object): Promise<EventFacts> {
  const { redactions, rowKeys } = configured(given);
  return redactEvent(await described(event, given), redactions, rowKeys);
}

const person = (given: object) => ({ id: 7, email: 'a@example.com', ssn: '1', ...given });
const update = { data: { old: person({}), new: person({ email: 'b@example.com' }) } };

describe('columns', () => {
  test.each(['email', 'people.email', 'public.people.email'])(
    'are left out by %s, and that they changed is still seen',
    async (column) => {
      const facts = await redacted(update, { redaction: { columns: [column, 'ssn'] } });
      expect(facts.old).toEqual({ id: 7, email: '[redacted]', ssn: '[redacted]' });
      expect(facts.new).toEqual({ id: 7, email: '[redacted, changed]', ssn: '[redacted]' });
      const changes = columnChanges('UPDATE', facts.old, facts.new);
      expect(changes.map((change) => change.column)).toEqual(['email']);
    },
  );

  test.each(['orders.email', 'private.people.email', 'people', 'EMAIL'])(
    'stay where %s means others',
    async (column) => {
      const facts = await redacted(update, { redaction: { columns: [column] } });
      expect(facts.new).toMatchObject({ email: 'b@example.com' });
    },
  );

  test('are left out of inserted, deleted and scheduled rows, and of null too', async () => {
    const redaction = { columns: ['email', 'ssn'] };
    const inserted = await redacted(
      { op: 'INSERT', data: { old: null, new: person({ ssn: null }) } },
      { redaction },
    );
    const deleted = await redacted(
      { op: 'DELETE', data: { old: person({}), new: null } },
      { redaction },
    );
    expect(inserted.new).toEqual({ id: 7, email: '[redacted]', ssn: '[redacted]' });
    expect([deleted.old, deleted.new]).toEqual([
      { id: 7, email: '[redacted]', ssn: '[redacted]' },
      null,
    ]);
  });

  test('that say who wrote a row, or which, stay, and are named to whoever configured it', async () => {
    const given = {
      redaction: { columns: ['updated_by', 'id', 'people.code', 'people.email'] },
      sources: { shop: { rowKeys: { 'public.people': ['tenant', 'code'] } } },
    };
    const row = person({ tenant: 't', code: 5, updated_by: 'jane@example.com' });
    const facts = await redacted({ data: { old: row, new: row } }, given);
    expect(facts.new).toEqual({ ...row, id: '[redacted]', email: '[redacted]' });
    expect(facts.actor).toBe('jane@example.com');
    expect(columnsKeptAnyway(configured(given).configuration)).toEqual([
      'updated_by',
      'id',
      'people.code',
    ]);
  });

  test('do not change the event’s IDs, or which row it is about', async () => {
    const plain = await described(update);
    const facts = await redacted(update, { redaction: { columns: ['email', 'ssn'] } });
    expect({ ...facts, old: null, new: null }).toEqual({ ...plain, old: null, new: null });
  });
});

describe('while nobody knows what may be stored', () => {
  test('no row is', async () => {
    const facts = redactEvent(await described(update), null, new Map());
    expect(facts).toMatchObject({
      id: 'e1',
      rowKey: '7',
      old: null,
      new: null,
      payloadKept: false,
    });
  });
});

describe('session variables', () => {
  const session_variables = {
    'x-hasura-role': 'user',
    'x-hasura-user-email': 'jane@example.com',
    'x-hasura-user-id': '42',
    'x-hasura-correlation-id': 'shop.019abcde-1234-8567-89ab-cdef12345678',
  };

  test('are left out by the names of headers, with the user that they name', async () => {
    const facts = await redacted(
      { ...update, session_variables },
      { redaction: { headers: ['X-Hasura-User-Email', 'x-hasura-correlation-id'] } },
    );
    expect(facts.sessionVariables).toEqual({
      ...session_variables,
      'x-hasura-user-email': '[redacted]',
    });
    expect(facts.sessionUser).toBe('42');
  });

  test('name nobody where all that do are left out', async () => {
    const headers = ['x-hasura-user-email', 'x-hasura-user-id'];
    const facts = await redacted({ ...update, session_variables }, { redaction: { headers } });
    expect([facts.sessionUser, JSON.stringify(facts)]).toEqual([
      null,
      expect.not.stringContaining('jane@example.com'),
    ]);
  });
});

describe('headers of what waits', () => {
  test('are left out, but for those that make it this delivery', () => {
    const headers: [string, string][] = [
      ['authorization', 'Bearer x'],
      ['content-type', 'application/json'],
      ['idempotency-key', 'k'],
    ];
    const leftOut = new Set(['authorization', 'idempotency-key']);
    expect(keptHeaders(headers, leftOut)).toEqual(headers.slice(1));
  });
});

describe('a row’s key', () => {
  const sources = { shop: { rowKeys: { 'public.people': ['tenant', 'code'] } } };

  test.each([
    ['of several columns is a JSON array of their texts', { tenant: 't', code: 5 }, '["t","5"]'],
    ['is not told where a column is missing', { tenant: 't' }, null],
  ])('%s', async (_what, row, key) => {
    const facts = await described({ op: 'INSERT', data: { old: null, new: row } }, { sources });
    expect(facts.rowKey).toBe(key);
  });

  test('is the value of one column, which need not be id', async () => {
    const one = { shop: { rowKeys: { 'public.people': ['code'] } } };
    const row = { id: 1, code: 'x' };
    const deleted = { op: 'DELETE', data: { old: row, new: null } };
    expect((await described(deleted, { sources: one })).rowKey).toBe('x');
    expect((await described(deleted, { sources: { crm: one.shop } })).rowKey).toBe('1');
  });
});
