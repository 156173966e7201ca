// Hasura's bodies, held against the contract fixtures: read from Hasura's sources, not from our code.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScheduledEvent } from '../../../src/events/hasura-scheduled.ts';
import {
  hasuraEventSchema,
  isAsHasuraWrites,
  parseHasuraEvent,
} from '../../../src/events/hasura.ts';
import { tooDeep } from '../../../src/events/shallow-row.ts';
import { parseJsonObject } from '../../../src/events/parse-json.ts';
import eventPayload from '../../contracts/hasura/event-payload.json' with { type: 'json' };
import scheduledEvents from '../../contracts/hasura/scheduled-events.json' with { type: 'json' };

function read(text: string): unknown {
  return parseJsonObject(new TextEncoder().encode(text));
}

describe('an event trigger’s body', () => {
  test.each(eventPayload.examples)('is read: $name', ({ body }) => {
    const event = parseHasuraEvent(read(JSON.stringify(body)));
    expect(event).toMatchObject({
      id: body.id,
      createdAt: body.created_at,
      table: body.table,
      trigger: body.trigger.name,
      op: body.event.op,
      old: body.event.data.old,
      new: body.event.data.new,
      sessionVariables: body.event.session_variables,
      contextTraceId: body.event.trace_context?.trace_id ?? null,
      currentRetry: body.delivery_info.current_retry,
      maxRetries: body.delivery_info.max_retries,
    });
    expect(parseScheduledEvent(read(JSON.stringify(body)))).toBeNull();
  });

  const old = {
    id: 'e1',
    created_at: '2020-05-06T07:08:09.123456Z',
    table: { schema: 'public', name: 'notes' },
    trigger: { name: 'note_written' },
    event: { op: 'INSERT', data: { old: null, new: { id: 1 } }, session_variables: null },
  };

  test('of an early version, without delivery_info and trace_context, is read', () => {
    expect(parseHasuraEvent(read(JSON.stringify(old)))).toMatchObject({
      contextTraceId: null,
      currentRetry: null,
      maxRetries: null,
    });
  });

  test('of a manual invocation in 2.0.0 to 2.0.6 has its row in data.row', () => {
    const manual = { ...old, event: { op: 'MANUAL', data: { row: { id: 5 } } } };
    expect(parseHasuraEvent(read(JSON.stringify(manual)))).toMatchObject({
      op: 'MANUAL',
      old: null,
      new: { id: 5 },
    });
  });

  test('of a row whose columns are named like what every object has is read', () => {
    const row = '{"constructor":{"a":1},"__proto__":{"b":2}}';
    const text = JSON.stringify(old).replace('"new":{"id":1}', `"new":${row}`);
    expect(JSON.stringify(parseHasuraEvent(read(text))?.new)).toBe(row);
  });

  test('is read after one that is not UTF-8', () => {
    expect(parseJsonObject(new Uint8Array([0x7b, 0xff, 0x7d]))).toBeUndefined();
    expect(parseHasuraEvent(read(JSON.stringify(old)))?.id).toBe('e1');
  });

  test('keeps every digit of numbers that a double cannot hold', () => {
    const text = JSON.stringify(old)
      .replace('"new":{"id":1}', '"new":{"id":9007199254740993,"few":12,"half":0.5}')
      .replace(
        '"session_variables":null',
        '"session_variables":null,"trace_context":{"trace_id": 18446744073709551615,"span_id":18446744073709551614}',
      );
    expect(parseHasuraEvent(read(text))).toMatchObject({
      contextTraceId: '18446744073709551615',
      new: { id: '9007199254740993', few: 12, half: 0.5 },
    });
  });

  test('with a trace id that a double holds reads it as text too', () => {
    const text = JSON.stringify({
      ...old,
      event: { ...old.event, trace_context: { trace_id: 7 } },
    });
    expect(parseHasuraEvent(read(text))?.contextTraceId).toBe('7');
  });
});

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const bodyWith = (text: string, session = '"user"'): unknown =>
  read(`{"id":"e1","created_at":"2026-11-24T10:00:00Z","table":{"schema":"public","name":"orders"},
    "trigger":{"name":"t"},"event":{"op":"UPDATE","session_variables":{"X-Hasura-Role":${session}},
    "data":{"old":{"id":1,"note":"a","tree":${text}},"new":{"id":1,"note":"b","tree":${text}}}}}`);

describe('a column that nests deeper than anything that is kept can be walked', () => {
  test('is told by a mark, and all else of the event is read', () => {
    for (const levels of [501, 100_000]) {
      expect(parseHasuraEvent(bodyWith(deep(levels)))).toMatchObject({
        old: { id: 1, note: 'a', tree: tooDeep },
        new: { id: 1, note: 'b', tree: tooDeep },
      });
    }
  });

  test('is kept as it came up to there', () => {
    const event = parseHasuraEvent(bodyWith(deep(500)));
    expect(JSON.stringify(event?.new)).toBe(`{"id":1,"note":"b","tree":${deep(500)}}`);
  });

  test('is no obstacle in session variables either', () => {
    const event = parseHasuraEvent(bodyWith('1', deep(100_000)));
    expect(event?.sessionVariables).toEqual({ 'x-hasura-role': tooDeep });
  });
});

describe('a scheduled event’s body', () => {
  test.each(scheduledEvents.examples)('is read: $about', ({ body, reads }) => {
    expect(parseScheduledEvent(read(JSON.stringify(body)))).toEqual(reads);
    expect(parseHasuraEvent(read(JSON.stringify(body)))).toBeNull();
  });

  test.each(scheduledEvents.others)('is not seen in what has $about', ({ body }) => {
    expect(parseScheduledEvent(read(JSON.stringify(body)))).toBeNull();
  });
});

describe('any other body', () => {
  test.each([
    ['', undefined],
    ['plain text', undefined],
    ['[1]', undefined],
    ['{"broken":', undefined],
    ['{"a":1}', { a: 1 }],
  ])('%j is read as %j and is no event of Hasura’s', (text, json) => {
    expect(read(text)).toEqual(json);
    expect(parseHasuraEvent(read(text))).toBeNull();
    expect(parseScheduledEvent(read(text))).toBeNull();
  });

  test('that is not UTF-8 is not read', () => {
    expect(parseJsonObject(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d))).toBeUndefined();
  });
});

describe('the short way of recognising an event', () => {
  const usual = {
    id: 'e1',
    created_at: '2026-11-24T10:00:00.123456',
    table: { schema: 'public', name: 'orders' },
    trigger: { name: 'order_paid' },
    event: {
      op: 'UPDATE',
      data: { old: { id: 1 }, new: { id: 1 } },
      session_variables: { 'x-hasura-role': 'user' },
      trace_context: { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7' },
    },
    delivery_info: { current_retry: 0, max_retries: 3 },
  };
  const paths = pathsOf(usual);

  test.each(eventPayload.examples)('takes $name where no ID in it is a number', ({ body }) => {
    const isLeftToSchema =
      'row' in body.event.data || typeof body.event.trace_context?.trace_id === 'number';
    expect(isAsHasuraWrites(body)).toBe(!isLeftToSchema);
  });

  test('takes nothing that the schema refuses, whatever stands where', () => {
    const strange = fc.oneof(
      fc.constantFrom(undefined, null, '', 0, -1, 1.5, 2 ** 53, false, true, [], {}),
      fc.constantFrom('x'.repeat(64), 'x'.repeat(128), 'x'.repeat(129), 'x'.repeat(201)),
      fc.constantFrom(Number.POSITIVE_INFINITY, [{}], 'TRUNCATE', 'INSERT', 'MANUAL'),
      fc.jsonValue(),
    );
    const changes = fc.array(fc.tuple(fc.constantFrom(...paths), strange), { maxLength: 3 });
    fc.assert(
      fc.property(changes, (list) => {
        const body: unknown = structuredClone(usual);
        for (const [path, value] of list) put(body, path, value);
        const taken = isAsHasuraWrites(body);
        fc.pre(taken);
        expect(hasuraEventSchema.safeParse(body).success).toBe(true);
      }),
      { numRuns: 500, maxSkipsPerRun: 1_000 },
    );
  });
});

/** Every place in a value, and a few that it has not. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const names = [...Object.keys(value), 'row'];
  const record: Record<string, unknown> = Object.fromEntries(Object.entries(value));
  const inner = names.flatMap((name) => pathsOf(record[name], [...path, name]));
  return path.length === 0 ? inner : [path, ...inner];
}

/** Does nothing where a change before took the place away. */
function put(target: unknown, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (typeof target !== 'object' || target === null || name === undefined) return;
  if (rest.length === 0) Reflect.set(target, name, value);
  else put(Reflect.get(target, name), rest, value);
}
