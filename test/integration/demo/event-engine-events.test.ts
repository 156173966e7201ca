// What the event engine writes and sends, by the contract with Hasura, against a real Postgres and a real webhook.
import { describe, expect, it, vi } from 'vitest';
import catalogue from '../../contracts/hasura/catalogue.json' with { type: 'json' };
import payload from '../../contracts/hasura/event-payload.json' with { type: 'json' };
import headers from '../../contracts/hasura/request-headers.json' with { type: 'json' };
import comparison from '../../contracts/hasura/update-comparison.json' with { type: 'json' };
import { atOnce, useNotesWorld } from './notes-world.ts';
import type { Delivery } from './webhook-receiver.ts';

const world = useNotesWorld();

/** The example with what differs from event to event taken from the body. */
function asExample(example: (typeof payload.examples)[number]['body'], body: Delivery['body']) {
  return { ...example, id: body.id, created_at: body['created_at'] };
}

describe('what is written and sent', () => {
  it('has the columns of the catalogue', async () => {
    await world.start();
    for (const [table, columns] of Object.entries(catalogue.tables)) {
      const found = await world.client.query<{ name: string; type: string }>(
        `select column_name as name, data_type as type from information_schema.columns
         where table_schema = 'hdb_catalog' and table_name = $1`,
        [table],
      );
      expect(Object.fromEntries(found.rows.map(({ name, type }) => [name, type]))).toEqual(columns);
    }
  });

  it('is the body of the contract for insert, update and delete', async () => {
    await world.client.query(
      'alter table notes drop column amount, drop column remark, drop column doc',
    );
    await world.start();
    const [insert, update, remove] = payload.examples;
    if (!insert || !update || !remove) throw new Error('the fixture lacks an example');
    await world.client.query('begin');
    await world.client.query(
      `select set_config('hasura.user', $1, true), set_config('hasura.tracecontext', $2, true)`,
      [
        JSON.stringify(insert.body.event.session_variables),
        JSON.stringify(insert.body.event.trace_context),
      ],
    );
    await world.client.query(`insert into notes values (7, 'first', 'jane@example.com')`);
    await world.client.query('commit');
    // The settings are empty now, not null: they count as none.
    await world.client.query(`update notes set note = 'second', updated_by = 'amir@example.com'`);
    await world.client.query('delete from notes');
    await vi.waitFor(() => expect(world.receiver.deliveries).toHaveLength(3), atOnce);
    for (const { body } of [insert, update, remove]) {
      const sent = world.receiver.deliveries.find(({ body: sentBody }) =>
        JSON.stringify(sentBody).includes(`"op":"${body.event.op}"`),
      );
      expect(sent?.body).toEqual(
        asExample(body, sent?.body ?? { id: '', delivery_info: body.delivery_info }),
      );
      expect(sent?.body['created_at']).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?$/,
      );
    }
  });

  it('carries the headers of the contract, and the own ones of the trigger', async () => {
    await world.start({ headers: [{ name: 'X-Own', value: 'yes' }] });
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ delivered: true });
    const [delivery] = world.receiver.deliveries;
    expect(delivery?.method).toBe(headers.method);
    for (const [name, pattern] of Object.entries(headers.always)) {
      expect(delivery?.headers[name]).toMatch(new RegExp(pattern));
    }
    for (const name of headers.never) expect(delivery?.headers).not.toHaveProperty([name]);
    expect(delivery?.headers['x-own']).toBe('yes');
  });

  it('is there only if the transaction commits, with one created_at for all its events', async () => {
    await world.start({}, { triggers: [world.trigger(), world.trigger({ name: 'second' })] });
    await world.client.query('begin; insert into notes (id) values (1); rollback');
    await world.client.query('begin; insert into notes (id) values (2), (3); commit');
    const found = await world.client.query(
      'select count(*)::int as events, count(distinct created_at)::int as times from hdb_catalog.event_log',
    );
    expect(found.rows).toEqual([{ events: 4, times: 1 }]);
  });

  it.each(comparison.cases)('fires = $fires: $name', async ({ listens, set, fires }) => {
    const columns = listens === '*' ? ('*' as const) : [listens].flat();
    const { insert: _insert, delete: _delete, ...others } = world.trigger({ update: { columns } });
    await world.start({}, { triggers: [others] });
    await world.client.query('insert into notes (id) values (1)');
    await world.client.query(`update notes set ${set}`);
    expect(await world.eventLog()).toHaveLength(fires ? 1 : 0);
  });

  it('leaves out columns that the trigger does not send', async () => {
    await world.start({ insert: { columns: '*', payload: ['id', 'note'] } });
    await world.client.query('insert into notes (id) values (1)');
    await world.becomes({ delivered: true });
    expect(world.receiver.deliveries[0]?.text).toContain('"new": {"id": 1, "note": "a"}');
  });

  it('refuses a trigger on a column that is not there', async () => {
    await expect(world.start({ update: { columns: ['colour'] } })).rejects.toThrow(
      /note_written.*no column colour.*It has id, amount/s,
    );
  });

  it('drops the row triggers of what is no longer configured', async () => {
    const engine = await world.start();
    await engine.stop();
    await world.start({ name: 'other' });
    await world.client.query('insert into notes (id) values (1)');
    const found = await world.client.query('select trigger_name from hdb_catalog.event_log');
    expect(found.rows).toEqual([{ trigger_name: 'other' }]);
  });
});
