// What the edge would send of realistic cascades: records in the order in which they are told, packed into messages as
// the recorder packs them. The same for the same seed but for the time. It sends nothing.
import { maxMessageBytes } from '../../src/recorder/outgoing-records.ts';
import type { AttemptRecord, EventFacts } from '../../src/store/record.ts';
import {
  sampleAttempt,
  sampleEvent,
  startMs,
} from '../../test/integration/store/sample-records.ts';
import { people, type Shape, shapes } from './shapes.ts';

export type RecordSource = {
  /** Draws every choice, and makes the ids: two sources of one seed tell the same. */
  seed: number;
  /** When the first cascade begins, ms since 1970. */
  nowMs: number;
  /** Of each delivery: one, or two where chance has it; or two always, by two arrivals. */
  attempts: 'some' | 'two';
};

type Told = { atMs: number; record: AttemptRecord };

/** mulberry32: chance that is the same for the same seed. */
export function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Of some weight: the often ones first. */
function picked<Item>(items: readonly Item[], chance: number, skew: number): Item {
  const item = items[Math.floor(items.length * chance ** skew)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
}

/** @returns messages with about so many events, and how many there are */
export async function packedRecords(
  source: RecordSource,
  events: number,
): Promise<{ messages: string[]; events: number; records: number }> {
  const draw = drawing(source.seed);
  const told: Told[] = [];
  let made = 0;
  for (let cascade = 0; made < events; cascade += 1) {
    const hops = Math.min(500, 1 + Math.floor(3 * ((1 - draw()) ** (-1 / 1.4) - 1)));
    const atMs = source.nowMs - startMs + cascade * 15;
    told.push(
      ...(await cascadeOf({ source, cascade, hops: Math.min(hops, events - made), atMs }, draw)),
    );
    made += Math.min(hops, events - made);
  }
  told.sort((a, b) => a.atMs - b.atMs);
  return { messages: packed(told.map(({ record }) => record)), events: made, records: told.length };
}

async function cascadeOf(
  given: { source: RecordSource; cascade: number; hops: number; atMs: number },
  draw: () => number,
): Promise<Told[]> {
  const { source, cascade, hops, atMs } = given;
  const told: Told[] = [];
  const before: { event: EventFacts; correlationId: string; endedMs: number; atMs: number }[] = [];
  for (let hop = 0; hop < hops; hop += 1) {
    const cause = hop === 0 ? undefined : picked(before, draw(), 0.6);
    const shape = picked(shapes, draw(), hop === 0 ? 3 : 1.6);
    const writtenMs = cause ? cause.endedMs - 1 - Math.floor(draw() * 5) : atMs;
    const event = await eventOf({ source, cascade, hop, shape, writtenMs, draw, cause });
    const startedMs = writtenMs + 30 + Math.floor(draw() * 20);
    const tries = source.attempts === 'two' || draw() < 0.2 ? 2 : 1;
    let [endedMs, correlationId] = [startedMs, ''];
    for (let number = 1; number <= tries; number += 1) {
      const beganMs = number === 1 ? startedMs : endedMs + 100;
      endedMs = beganMs + 5 + Math.floor(draw() ** 4 * 1_000);
      const attempt = await sampleAttempt(event, {
        job: shape.job,
        startMs: beganMs,
        endMs: endedMs,
        number,
        outcome: number < tries ? 'failed' : 'delivered',
      });
      correlationId = attempt.correlationId;
      told.push(
        { atMs: beganMs, record: attempt.running },
        { atMs: endedMs, record: attempt.ended },
      );
    }
    before.push({ event, correlationId, endedMs, atMs: writtenMs });
  }
  return told;
}

async function eventOf(given: {
  source: RecordSource;
  cascade: number;
  hop: number;
  shape: Shape;
  writtenMs: number;
  draw: () => number;
  cause: { event: EventFacts; correlationId: string } | undefined;
}): Promise<EventFacts> {
  const { shape, cause, draw, cascade, hop } = given;
  const key = 1 + Math.floor(100_000 * draw() ** 2);
  const before = rowOf(key, draw);
  const facts = {
    id: idOf([given.source.seed, cascade, hop]),
    atMs: given.writtenMs,
    trigger: shape.trigger,
    table: { schema: 'public', name: shape.table },
    rowKey: String(key),
    old: before,
    new: { ...before, status: 'done', updated_by: cause?.correlationId ?? 'a person' },
  };
  if (!cause) {
    return sampleEvent({
      ...facts,
      actor: `person${Math.floor(people * draw() ** 3)}@example.com`,
    });
  }
  return sampleEvent({
    ...facts,
    actor: cause.correlationId,
    sessionCorrelationId: draw() < 0.7 ? cause.correlationId : null,
    traceId: cause.event.traceId,
    startsTrace: false,
  });
}

/** Nine columns. */
function rowOf(id: number, draw: () => number): Record<string, unknown> {
  const amount = Math.floor(draw() * 100_000);
  return {
    id,
    status: 'pending',
    amount,
    customer_id: Math.floor(draw() * 10_000),
    currency: 'EUR',
    note: `Note ${amount} about ${id}`,
    created_at: '2026-11-01T10:00:00.123456',
    updated_at: '2026-11-24T10:00:00.123456',
    updated_by: 'jane@example.com',
  };
}

/** A uuid of some numbers. */
function idOf(numbers: readonly number[]): string {
  const draw = drawing(numbers.reduce((sum, number) => Math.imul(sum, 31_337) + number, 7));
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(draw() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}

function packed(records: readonly AttemptRecord[]): string[] {
  const messages: string[] = [];
  let texts: string[] = [];
  let bytes = 2;
  for (const record of records) {
    const text = JSON.stringify(record);
    if (bytes + text.length + 1 > maxMessageBytes) {
      messages.push(`[${texts.join(',')}]`);
      [texts, bytes] = [[], 2];
    }
    texts.push(text);
    bytes += text.length + 1;
  }
  if (texts.length > 0) messages.push(`[${texts.join(',')}]`);
  return messages;
}
