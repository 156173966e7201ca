// What the event engine makes of an answer, by the contract with Hasura, against a real Postgres and a real webhook.
import { describe, expect, it, vi } from 'vitest';
import invocations from '../../contracts/hasura/invocation-log.json' with { type: 'json' };
import { atOnce, useNotesWorld } from './notes-world.ts';

const world = useNotesWorld();

describe('what an answer leads to', () => {
  it('tries again after a failure, with the same id, until it is delivered', async () => {
    world.answer = ({ body }) => ({ status: body.delivery_info.current_retry < 2 ? 500 : 204 });
    await world.start();
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ delivered: true, error: false, tries: 3, locked: null });
    expect(world.receiver.deliveries.map(({ body }) => body.delivery_info.current_retry)).toEqual([
      0, 1, 2,
    ]);
    expect(new Set(world.receiver.deliveries.map(({ body }) => body.id)).size).toBe(1);
  });

  it('gives up when the retries are used up', async () => {
    world.answer = () => ({ status: 500 });
    await world.start({ retry: { numRetries: 1, intervalSec: 0, timeoutSec: 30 } });
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ delivered: false, error: true, tries: 2, locked: null, retry_in: null });
    expect(world.receiver.deliveries).toHaveLength(2);
  });

  it('obeys Retry-After even where no retries are configured', async () => {
    world.answer = () => ({ status: 503, headers: { 'Retry-After': '600' } });
    await world.start({ retry: { numRetries: 0, intervalSec: 0, timeoutSec: 30 } });
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ delivered: false, error: false, tries: 1, locked: null });
    const [event] = await world.eventLog();
    expect(event?.retry_in).toBeGreaterThan(500);
    expect(event?.retry_in).toBeLessThanOrEqual(600);
  });

  it('does not read Retry-After where the answer is a success', async () => {
    world.answer = () => ({ status: 200, headers: { 'Retry-After': '600' } });
    await world.start();
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ delivered: true, tries: 1 });
    expect(await world.eventLog()).toMatchObject([{ retry_in: null }]);
  });

  it('takes a redirect for a failure and does not follow it', async () => {
    world.answer = () => ({ status: 302, headers: { Location: world.receiver.url } });
    await world.start({ retry: { numRetries: 0, intervalSec: 0, timeoutSec: 30 } });
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ error: true });
    expect(world.receiver.deliveries).toHaveLength(1);
  });

  it('takes silence for a failure after the time-out', async () => {
    world.answer = () => 'hang';
    await world.start({ retry: { numRetries: 0, intervalSec: 0, timeoutSec: 1 } });
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ error: true, tries: 1 });
    const found = await world.client.query(
      'select status, response from hdb_catalog.event_invocation_logs',
    );
    expect(found.rows).toMatchObject([{ status: null, response: { type: 'client_error' } }]);
    expect(JSON.stringify(found.rows)).toContain('no answer within 1000 ms');
  });

  it('delivers again from the start when asked to', async () => {
    const engine = await world.start();
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ delivered: true, tries: 1 });
    const [event] = await world.eventLog();
    await engine.redeliver(event?.id ?? '');
    await vi.waitFor(() => expect(world.receiver.deliveries).toHaveLength(2), atOnce);
    expect(world.receiver.deliveries[1]?.body.delivery_info.current_retry).toBe(0);
    await world.becomes({ delivered: true, tries: 1 });
    await expect(engine.redeliver('nothing')).rejects.toThrow('event not found');
  });

  it.each(['success', 'failure', 'noAnswer'] as const)('is logged: %s', async (kind) => {
    const expected = invocations[kind];
    world.answer = () => ({ status: expected.status ?? 200, body: 'said so' });
    await world.start({
      ...(kind === 'noAnswer' && { webhook: 'http://127.0.0.1:1/' }),
      headers: [
        { name: 'x-plain', value: 'seen' },
        { name: 'x-secret', value: 'hidden', fromEnv: 'SECRET' },
      ],
      retry: { numRetries: 0, intervalSec: 0, timeoutSec: 30 },
    });
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ tries: 1 });
    const found = await world.client.query('select * from hdb_catalog.event_invocation_logs');
    expect(found.rows).toMatchObject([
      {
        trigger_name: 'note_written',
        event_id: (await world.eventLog())[0]?.id,
        status: expected.status,
        response: { type: expected.type, version: invocations.version },
      },
    ]);
    const { request, response } = found.rows[0];
    expect(Object.keys(request).toSorted()).toEqual(invocations.requestKeys);
    expect(Object.keys(response.data).toSorted()).toEqual(expected.dataKeys);
    expect(request.headers).toEqual(expect.arrayContaining(invocations.headerForms));
    expect(JSON.stringify(request)).not.toContain('hidden');
  });
});
