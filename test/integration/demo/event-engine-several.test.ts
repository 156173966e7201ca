// Several event engines on one database, and what happens to events when one of them stops or is killed.
import { spawn } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { atOnce, useNotesWorld } from './notes-world.ts';

const world = useNotesWorld();

describe('several engines, and one that ends', () => {
  it('deliver each event once and never one at two places at a time', async () => {
    const events = 350;
    world.answer = async () => {
      await new Promise(setImmediate);
      return { status: 200 };
    };
    await world.start();
    await world.start({}, { install: false });
    await world.client.query('insert into notes (id) select generate_series(1, $1)', [events]);
    await world.delivered(events);
    expect(world.receiver.deliveries).toHaveLength(events);
    expect(new Set(world.receiver.deliveries.map(({ body }) => body.id)).size).toBe(events);
    expect(world.receiver.most.ofOneEvent).toBe(1);
    expect(world.problems).toEqual([]);
  });

  it('keep to their limit of deliveries at a time', async () => {
    const held = Promise.withResolvers<void>();
    world.answer = async () => {
      await held.promise;
      return { status: 200 };
    };
    await world.start({}, { concurrency: 3 });
    await world.client.query('insert into notes (id) select generate_series(1, 10)');
    await vi.waitFor(() => expect(world.receiver.deliveries).toHaveLength(3), atOnce);
    held.resolve();
    await world.delivered(10);
    expect(world.receiver.most.ofAll).toBe(3);
  });

  it('give their locks back when they stop, so that another goes on at once', async () => {
    world.answer = () => 'hang';
    const first = await world.start({}, { graceMs: 0, concurrency: 2 });
    await world.client.query('insert into notes (id) select generate_series(1, 5)');
    await vi.waitFor(() => expect(world.receiver.deliveries).toHaveLength(2), atOnce);
    await first.stop();
    expect((await world.eventLog()).map(({ locked, tries }) => [locked, tries])).toEqual(
      Array.from({ length: 5 }, () => [null, 0]),
    );
    world.answer = () => ({ status: 200 });
    await world.start();
    await world.delivered(5);
  });

  it('lose nothing when one is killed between delivery and marking: the lock is taken over after 30 minutes', async () => {
    const installed = await world.start();
    await installed.stop();
    world.answer = () => 'hang';
    const script = `
      const { startEventEngine } = await import(${JSON.stringify(new URL('../../../demo/event-engine/engine.ts', import.meta.url).href)});
      await startEventEngine({ url: process.argv[1], triggers: JSON.parse(process.argv[2]), pollMs: 20, install: false });`;
    const killed = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, world.url, JSON.stringify([world.trigger()])],
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => killed.once('exit', resolve));
    try {
      await world.client.query('insert into notes (id) values (1)');
      await vi.waitFor(() => expect(world.receiver.deliveries).toHaveLength(1), atOnce);
    } finally {
      killed.kill('SIGKILL');
      await ended;
    }
    world.answer = () => ({ status: 200 });
    const locked = await world.eventLog();
    expect(locked).toMatchObject([{ delivered: false, tries: 0, locked: expect.any(Date) }]);

    await world.client.query(`insert into notes (id) values (2)`);
    await world.start();
    await vi.waitFor(() => expect(world.receiver.deliveries).toHaveLength(2), atOnce);
    expect(world.receiver.deliveries[1]?.body.id).not.toBe(locked[0]?.id);

    await world.client.query(
      `update hdb_catalog.event_log set locked = now() - interval '30 minutes 1 second' where id = $1`,
      [locked[0]?.id],
    );
    await vi.waitFor(() => expect(world.receiver.deliveries).toHaveLength(3), atOnce);
    expect(world.receiver.deliveries[2]?.body).toMatchObject({
      id: locked[0]?.id,
      delivery_info: { current_retry: 0 },
    });
    await vi.waitFor(async () => {
      expect((await world.eventLog()).every(({ delivered }) => delivered)).toBe(true);
    }, atOnce);
  });

  it('say so when an outcome cannot be written, and deliver the event again later', async () => {
    await world.start();
    await world.client.query('alter table hdb_catalog.event_invocation_logs rename to away');
    await world.client.query('insert into notes (id) values (1)');
    await vi.waitFor(() => expect(world.problems).toHaveLength(1), atOnce);
    expect(world.problems[0]).toMatch(/event .* could not be recorded/);
    expect(await world.eventLog()).toMatchObject([
      { delivered: false, tries: 0, locked: expect.any(Date) },
    ]);
    await world.client.query('alter table hdb_catalog.away rename to event_invocation_logs');
    await world.client.query(
      `update hdb_catalog.event_log set locked = now() - interval '31 minutes'`,
    );
    await world.becomes({ delivered: true, tries: 1 });
  });
});
