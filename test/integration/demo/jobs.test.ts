// What every job promises: its work once, whole or not at all, and the truth about it.
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startJobs } from '../../../demo/jobs/server.ts';
import { openTruthLog, readTruth } from '../../../demo/jobs/truth.ts';
import { startLogServer } from '../../../demo/log-server/server.ts';
import { placeOrder } from '../../../demo/shop/place-order.ts';
import { startShopWorld } from './shop-world.ts';
import type { ShopWorld } from './shop-world.ts';

let world: ShopWorld;
let serial = 0;
const id = 'order_payment_due.charge-card.0f7c2c58-9f5b-8a0c-9a2e-6f6b1f1d2c3b';

beforeAll(async () => {
  world = await startShopWorld({ engine: false, failEvery: 3 });
});
afterAll(() => world.stop());

/** An order that nobody has charged, and the event that says so. */
async function orderEvent() {
  const { orderId } = await placeOrder({ url: world.url, as: 'jane@example.com' });
  const found = await world.client.query('select * from orders where id = $1', [orderId]);
  serial += 1;
  return {
    id: `event-${serial}`,
    table: { schema: 'public', name: 'orders' },
    trigger: { name: 'order_payment_due' },
    event: { op: 'INSERT', data: { old: null, new: found.rows[0] } },
    // Not the first try: this job fails now and then on first tries.
    delivery_info: { current_retry: 1, max_retries: 3 },
  };
}

async function payments(event: { event: { data: { new: { id: number } } } }): Promise<number> {
  const found = await world.client.query('select 1 from payments where order_id = $1', [
    event.event.data.new.id,
  ]);
  return found.rowCount ?? 0;
}

describe('a job', () => {
  it('does its work once for an idempotency key, also when two calls come at the same time', async () => {
    const event = await orderEvent();
    const call = () =>
      world.call('charge-card', event, {
        'idempotency-key': `key-${event.id}`,
        'x-correlation-id': id,
      });
    const answers = await Promise.all([call(), call(), call()]);
    answers.push(await call());
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await payments(event)).toBe(1);
    const outcomes = world.jobs.truth.all().filter(({ eventId }) => eventId === event.id);
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
      'already_done',
      'already_done',
      'already_done',
      'done',
    ]);
  });

  it('goes by the event where no idempotency key comes', async () => {
    const event = await orderEvent();
    await world.call('charge-card', event);
    await world.call('charge-card', event);
    expect(await payments(event)).toBe(1);
  });

  it('tells what it was given and which rows it wrote', async () => {
    const event = await orderEvent();
    await world.call('charge-card', event, { 'idempotency-key': 'key-1', 'x-correlation-id': id });
    const orderId = String(event.event.data.new.id);
    expect(world.jobs.truth.all().at(-1)).toMatchObject({
      job: 'charge-card',
      instrumented: true,
      eventId: event.id,
      idempotencyKey: 'key-1',
      correlationId: id,
      outcome: 'done',
      writes: [
        { table: 'payments', id: expect.stringMatching(/^\d+$/), op: 'INSERT' },
        { table: 'orders', id: orderId, op: 'UPDATE' },
      ],
    });
  });

  it('leaves nothing behind when it fails, and does its work when it is called again', async () => {
    const event = await orderEvent();
    const failing = {
      ...event,
      event: {
        ...event.event,
        data: { old: null, new: { ...event.event.data.new, total_cents: 10 ** 12 } },
      },
    };
    const failed = await world.call('charge-card', failing);
    expect(failed.status).toBe(503);
    expect(await payments(event)).toBe(0);
    expect(world.jobs.truth.all().at(-1)).toMatchObject({ outcome: 'failed', writes: [] });
    expect((await world.call('charge-card', event)).status).toBe(200);
    expect(await payments(event)).toBe(1);
  });

  it('that may fail does so on every n-th first try, and on no other', async () => {
    const statuses: number[] = [];
    for (let call = 0; call < 6; call += 1) {
      const event = await orderEvent();
      const first = { ...event, delivery_info: { current_retry: 0, max_retries: 3 } };
      statuses.push((await world.call('charge-card', first)).status);
    }
    expect(statuses).toEqual([200, 200, 503, 200, 200, 503]);
  });

  it('says what is wrong with a body that is no event', async () => {
    const response = await world.call('charge-card', { hello: 'you' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('not an event');
  });

  it('that does not exist is not found', async () => {
    expect((await world.call('fly', {})).status).toBe(404);
  });
});

describe('the file of the truth', () => {
  it('goes on after a crash that cut its last line off', async () => {
    const event = await orderEvent();
    await world.call('charge-card', event);
    await world.jobs.truth.flush();
    const [first] = await readTruth(world.truthFile);
    if (!first) throw new Error('there is no truth yet');
    const directory = await mkdtemp(join(tmpdir(), 'truth-'));
    const file = join(directory, 'truth.jsonl');
    await appendFile(file, `${JSON.stringify(first)}\n{"job":"ch`);
    const log = openTruthLog(file);
    await log.add({ ...first, job: 'after' });
    expect((await readTruth(file)).map(({ job }) => job)).toEqual([first.job, 'after']);
    expect(await readFile(file, 'utf8')).toContain('{"job":"ch\n');
    await rm(directory, { recursive: true, force: true });
  });
});

describe("the jobs' logs", () => {
  it('reach the log server with the ID in their metadata, also those written while it was away', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'job-logs-'));
    const options = { directory, token: 'token', uid: 'loki' };
    const before = await startLogServer(options);
    await before.stop();
    const problems: string[] = [];
    const jobs = await startJobs({
      url: world.url,
      logsUrl: before.url,
      pace: 0,
      onProblem: (message) => problems.push(message),
    });
    const event = await orderEvent();
    const response = await fetch(`${jobs.url}/.netlify/functions/charge-card`, {
      method: 'POST',
      headers: { 'x-correlation-id': id },
      body: JSON.stringify(event),
    });
    expect(response.status).toBe(200);
    await vi.waitFor(() => expect(problems).toHaveLength(1), { timeout: 10_000 });
    expect(problems[0]).toContain('logs cannot be pushed');

    const logServer = await startLogServer({ ...options, port: before.port });
    await vi.waitFor(() => expect(problems).toHaveLength(2), { timeout: 10_000 });
    expect(problems[1]).toContain('pushed again, 0 lines were dropped');
    await jobs.stop();
    const query = `{service_name="charge-card"} | correlation_id="${id}"`;
    const url = `${logServer.url}/loki/api/v1/query_range?direction=forward&query=${encodeURIComponent(query)}`;
    const { data } = await (await fetch(url)).json();
    const lines = data.result.flatMap(({ values }: { values: [string, string][] }) => values);
    const messages = lines
      .toSorted(([left]: [string], [right]: [string]) => (left < right ? -1 : 1))
      .map(([, line]: [string, string]) => JSON.parse(line).msg);
    expect(messages.at(0)).toBe('charge-card started');
    expect(messages.at(-1)).toBe('charge-card done');
    await logServer.stop();
    await rm(directory, { recursive: true, force: true });
  });
});
