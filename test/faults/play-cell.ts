// Plays one cell of the matrix and tells what happened, in the matrix's own words, and what was wrong with it that
// must be right in every cell.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { Destination } from './destination.ts';
import { apiToken, type Edge, ingestKey } from './edge.ts';
import type { Cell, Column, Row } from './matrix.ts';
import { isAcknowledged, type Seen, tryOnce } from './sender.ts';

export type World = {
  edge: Edge;
  /** The observability database. */
  ask: <T extends pg.QueryResultRow>(text: string, values: unknown[]) => Promise<T[]>;
  postgres?: { stop(): Promise<void>; start(): Promise<void> };
};

/** Retries wait some five seconds, and a stand-by for the end of its attempt. */
const settlesWithinMs = 60_000;
const askMs = 250;
const pollMs = 20;
/** A sender's own retries, beyond its first try. */
const maxRetries = 1;

/** What happened in a cell, or what should have. */
export type Outcome = {
  sender: Seen[];
  calls: string;
  attempts: string[];
  dead: string[];
  /** What must never happen, and did. */
  wrong: string[];
};

export type Played = {
  /** Now; again when all other cells are over, to see that nothing came later. */
  outcome(): Promise<Outcome>;
  expected: Outcome;
  stop(): Promise<void>;
};

/** Settles when the outcome is what it should be, or has not become so in time. */
export async function playCell(row: Row, column: Column, world: World): Promise<Played> {
  const cell = row.cells[column];
  const { a, b } = await startDestinations(row);
  const events = Array.from({ length: row.events ?? 1 }, () => randomUUID());
  const seen: Seen[] = [];
  const acknowledged: string[] = [];
  const wrong: string[] = [];
  const notStoredBefore = world.edge.reported(notStored);
  const ground: Ground = { row, column, world, a, b, notStoredBefore, wrong };
  for (const id of events) {
    const tries = await sendEvent(id, ground);
    seen.push(...tries.map((tried) => tried.seen));
    if (tries.some(isAcknowledged)) acknowledged.push(id);
  }
  const expected = expectedOf(cell);
  const outcome = async (): Promise<Outcome> => ({
    sender: seen,
    calls: [...a.calls.map(() => 'a'), ...b.calls.map(() => 'b')].join(' '),
    ...withoutChance(await recordedOf(events, world), cell),
    wrong: [...wrong, ...wrongInAnyCell(cell, acknowledged, ground)],
  });
  const giveUpAt = Date.now() + settlesWithinMs;
  while (Date.now() < giveUpAt && !isDeepStrictEqual(await outcome(), expected)) await wait(askMs);
  return {
    outcome,
    expected,
    async stop() {
      await Promise.all([a.stop(), b.stop()]);
    },
  };
}

type Ground = {
  row: Row;
  column: Column;
  world: World;
  a: Destination;
  b: Destination;
  notStoredBefore: number;
  wrong: string[];
};

/** What the consumer reports when Postgres is down. */
const notStored = 'could not be stored and will come again';

async function startDestinations({
  destination,
}: Row): Promise<{ a: Destination; b: Destination }> {
  const a = new Destination('a', destination ?? null);
  const b = new Destination('b', null);
  await Promise.all([a.start(), b.start()]);
  return { a, b };
}

/** Sends until it is acknowledged or the sender is out of tries; the fault is over after the first. */
async function sendEvent(
  id: string,
  ground: Ground,
): Promise<Awaited<ReturnType<typeof tryOnce>>[]> {
  const { row, world } = ground;
  await begin(id, ground);
  const first = tryOnce({
    ...requestOf(id, 0, ground),
    leaves: leavingOf(ground),
    leaveNow: () => allAtWork(ground),
  });
  if (row.killed === 'while a works') {
    await allAtWork(ground);
    await world.edge.kill();
  }
  const tries = [await first];
  await end(id, ground);
  for (let retry = 1; retry <= maxRetries && !tries.some(isAcknowledged); retry += 1) {
    await pause(tries.at(-1)?.retryAfterSeconds ?? 0);
    tries.push(await tryOnce(requestOf(id, retry, ground)));
  }
  return tries;
}

/** A broadcast reads the endless answer itself: its sender gets one that ends. */
function leavingOf({ row, column }: Ground): Row['sender'] {
  return row.sender === 'while reading' && column === 'broadcast' ? undefined : row.sender;
}

/** Every destination of the first try has its request. */
async function allAtWork({ column, a, b }: Ground): Promise<void> {
  const called = column === 'broadcast' ? [a, b] : [a];
  await until(() => called.every(({ calls }) => calls.length > 0));
}

/** Settles when it holds; what never does ends with the test. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(pollMs);
}

async function begin(id: string, { row, world, wrong }: Ground): Promise<void> {
  if (row.edge === 'queues refuse') await world.edge.refuse(id);
  if (row.edge === 'rotation evicted') await world.edge.evictRotations();
  if (row.edge === 'postgres down') {
    await world.postgres?.stop();
    const status = await apiStatus(world.edge);
    if (status !== 503) wrong.push(`the API answered ${status} without Postgres`);
  }
}

async function end(id: string, ground: Ground): Promise<void> {
  const { row, column, world, a, notStoredBefore } = ground;
  if (row.killed === 'after its answer') {
    // What an isolate holds in memory dies with it; here the queue has it by now.
    if (row.edge !== 'queues refuse') {
      const outcome = column === 'broadcast' ? 'delivered' : 'timed_out';
      await until(() => world.edge.hasQueued(id, `"outcome":"${outcome}"`));
    }
    await world.edge.kill();
  }
  if (row.killed) await world.edge.startAgain();
  // Whoever was killed has forgotten that it refuses.
  if (row.edge === 'queues refuse' && !row.killed) {
    await until(async () => (await world.edge.refusals(id)).includes('RECORDS'));
    await world.edge.take(id);
  }
  if (row.edge === 'postgres down') {
    await until(() => world.edge.reported(notStored) > notStoredBefore);
    await world.postgres?.start();
  }
  if (row.sender === 'while waiting' && column !== 'broadcast') await until(() => a.isLeftAlone);
  if (!row.stays) await a.heal();
}

function requestOf(
  id: string,
  retry: number,
  { column, world, a, b }: Ground,
): { url: string; headers: Record<string, string>; body: string } {
  const [toA, toB] = [encodeURIComponent(a.url), encodeURIComponent(b.url)];
  const query = {
    'pass-through': `destinations=${toA}`,
    fallback: `destinations=${toA}&fallback=${toB}`,
    broadcast: `algorithm=broadcast&destinations=${toA},${toB}`,
    'round-robin': `algorithm=round-robin&destinations=${toA},${toB}`,
  }[column];
  return {
    url: `${world.edge.url}/?${query}`,
    headers: { 'x-throughline-key': ingestKey, 'content-type': 'application/json' },
    body: JSON.stringify({
      id,
      created_at: '2026-11-24T10:00:00.123456',
      table: { schema: 'public', name: 'orders' },
      trigger: { name: 'order_paid' },
      event: { op: 'INSERT', data: { old: null, new: { id: 42, note: 'žluťoučký' } } },
      delivery_info: { current_retry: retry, max_retries: maxRetries },
    }),
  };
}

type Recorded = { attempts: string[]; dead: string[] };

async function recordedOf(events: string[], { ask }: World): Promise<Recorded> {
  const attempts = await ask<{ destination: string; outcome: string; status: number | null }>(
    `select a.destination, a.outcome, a.status from readable_attempts a join readable_deliveries d on d.id = a.delivery_id
     where d.event_id = any($1)`,
    [events],
  );
  // One whose death lies ahead waits for its sender to come again.
  const letters = await ask<{ reason: string }>(
    `select l.reason from dead_letters l join readable_deliveries d on d.id = encode(l.delivery_id, 'hex')
     where d.event_id = any($1) and l.dead_at <= now()`,
    [events],
  );
  return {
    attempts: attempts.map(({ destination, outcome, status }) =>
      [destination.at(-1), outcome, status ?? ''].join(' ').trim(),
    ),
    dead: letters.map(({ reason }) => reason),
  };
}

function expectedOf({ sender, calls, recorded, dead = [] }: Cell): Outcome {
  const attempts = recorded.filter((entry) => !entry.endsWith('?'));
  return { sender, calls, attempts: attempts.toSorted(), dead: dead.toSorted(), wrong: [] };
}

/** Leaves out what may be there or not. */
function withoutChance({ attempts, dead }: Recorded, { recorded }: Cell): Recorded {
  const rest = [...attempts];
  for (const entry of recorded) {
    const wanted = recorded.filter((other) => other === entry.replace('?', '')).length;
    const at = rest.indexOf(entry.replace('?', ''));
    const isMore = rest.filter((other) => other === rest[at]).length > wanted;
    if (entry.endsWith('?') && at >= 0 && isMore) rest.splice(at, 1);
  }
  return { attempts: rest.toSorted(), dead: dead.toSorted() };
}

/**
 * Nothing acknowledged is missing, but what is kept as a dead letter. A job that remembers idempotency keys works
 * once for each event: all that comes to it for one event has one key, and one correlation ID.
 */
function wrongInAnyCell(
  { dead = [] }: Cell,
  acknowledged: string[],
  ground: Ground,
): readonly string[] {
  const { column, a, b } = ground;
  const wrong: string[] = [];
  // In a broadcast each destination is a job; elsewhere they belong to one, whichever takes the event.
  const jobs = column === 'broadcast' ? [[a], [b]] : [[a, b]];
  for (const id of acknowledged) {
    const without = jobs.filter((job) => !job.some(({ worked }) => worked.has(id)));
    if (without.length > dead.length) wrong.push(`${id} was acknowledged and is lost`);
  }
  for (const job of jobs) {
    const calls = Map.groupBy(
      job.flatMap((destination) => destination.calls),
      ({ eventId }) => eventId,
    );
    for (const [id, ofEvent] of calls) {
      const keys = new Set(ofEvent.map(({ idempotencyKey }) => idempotencyKey));
      const ids = new Set(ofEvent.map(({ correlationId }) => correlationId));
      if (keys.size !== 1 || keys.has('undefined'))
        wrong.push(`${id} came with ${[...keys].join()}`);
      if (ids.size !== 1 || ids.has('undefined')) wrong.push(`${id} came as ${[...ids].join()}`);
      const sent = new Set([0, maxRetries].map((retry) => requestOf(id, retry, ground).body));
      const isWhole = ofEvent.every(({ body }) => sent.has(body));
      if (!isWhole) wrong.push(`${id} came with another body than was sent`);
    }
  }
  return wrong;
}

async function apiStatus(edge: Edge): Promise<number> {
  const headers = { authorization: `Bearer ${apiToken}` };
  return (await fetch(`${edge.url}/api/traces`, { headers })).status;
}

/** As long as the sender was asked to wait: part of how it behaves, no waiting for anything. */
async function pause(seconds: number): Promise<void> {
  if (seconds > 0) await wait(seconds * 1_000);
}
