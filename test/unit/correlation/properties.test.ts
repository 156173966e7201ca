// What holds for every ID, name, time and header, however odd.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actorName, classifyActor } from '../../../src/correlation/actor.ts';
import {
  formatHopId,
  formatSystemId,
  maxCorrelationIdLength,
  parseCorrelationId,
} from '../../../src/correlation/correlation-id.ts';
import { parseCreatedAt } from '../../../src/correlation/created-at.ts';
import { deriveDelivery, deriveTraceId, hopOfDigest } from '../../../src/correlation/derive.ts';
import { mintSystemId } from '../../../src/correlation/mint.ts';
import { normaliseName } from '../../../src/correlation/names.ts';
import { placeEvent } from '../../../src/correlation/place-event.ts';
import { parseTraceparent, traceparentFor } from '../../../src/correlation/trace-context.ts';
import { hopUuid, timeOf, traceIdOf, uuidPlace } from '../../../src/correlation/trace-uuid.ts';
import { anyText, oddActor, uuid } from '../../support/odd-values.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const timeMs = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const traceId = fc
  .tuple(timeMs, fc.uint8Array({ minLength: 5, maxLength: 9 }))
  .map(([nowMs, random]) => mintSystemId('x', { nowMs, random }).slice(2));
describe('a name', () => {
  it('is spelled in the ID’s letters whatever it was, and spelling it again changes nothing', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = normaliseName(text);
        expect(name).toMatch(/^[a-z0-9_-]{1,64}$/);
        expect(normaliseName(name)).toBe(name);
      }),
    );
  });
});

describe('a correlation ID', () => {
  it('is taken apart into what it was put together from', () => {
    fc.assert(
      fc.property(anyText, anyText, uuid, (trigger, job, id) => {
        const hop = formatHopId(trigger, job, id);
        expect(hop.length).toBeLessThanOrEqual(maxCorrelationIdLength);
        expect(parseCorrelationId(hop)).toEqual({
          kind: 'hop',
          trigger: normaliseName(trigger),
          job: normaliseName(job),
          uuid: id,
        });
        expect(parseCorrelationId(formatSystemId(trigger, id))).toEqual({
          kind: 'system',
          system: normaliseName(trigger),
          uuid: id,
        });
      }),
    );
  });

  it('that was read once is read the same from its own spelling', () => {
    fc.assert(
      fc.property(oddActor, (text) => {
        const id = parseCorrelationId(text);
        if (id === null) return;
        const spelled =
          id.kind === 'hop'
            ? formatHopId(id.trigger, id.job, id.uuid)
            : formatSystemId(id.system, id.uuid);
        expect(parseCorrelationId(spelled)).toEqual(id);
      }),
    );
  });

  it('is never read from a value with an @', () => {
    fc.assert(
      fc.property(anyText, anyText, uuid, (before, after, id) => {
        expect(parseCorrelationId(`${before}@${after}.${id}`)).toBeNull();
      }),
    );
  });
});

describe('a uuid', () => {
  it('gives its trace by masking, whichever hop it names, and its time', () => {
    fc.assert(
      fc.property(traceId, hex(10), (trace, hop) => {
        const named = hopUuid(trace, hop);
        expect(traceIdOf(named)).toBe(trace);
        expect(traceIdOf(trace)).toBe(trace);
        expect(uuidPlace(trace)).toBe('trace');
        expect(timeOf(named)).toBe(timeOf(trace));
        expect(named.endsWith(hop)).toBe(true);
      }),
    );
  });

  it('sorts by time', () => {
    fc.assert(
      fc.property(traceId, traceId, (one, other) => {
        const [oneMs, otherMs] = [timeOf(one) ?? 0, timeOf(other) ?? 0];
        if (oneMs === otherMs) return;
        expect(one < other).toBe(oneMs < otherMs);
      }),
    );
  });

  it('of another version has no trace, no time and no hop', () => {
    fc.assert(
      fc.property(fc.uuid({ version: [1, 2, 3, 4, 5, 6, 7] }), hex(10), (foreign, hop) => {
        expect(uuidPlace(foreign)).toBe('foreign');
        expect(timeOf(foreign)).toBeNull();
        expect(() => traceIdOf(foreign)).toThrow(RangeError);
        expect(() => hopUuid(foreign, hop)).toThrow(RangeError);
      }),
    );
  });

  it('takes no hop but ten lower-case hex digits', () => {
    fc.assert(
      fc.property(traceId, anyText, (trace, hop) => {
        fc.pre(!/^[0-9a-f]{10}$/.test(hop));
        expect(() => hopUuid(trace, hop)).toThrow(RangeError);
      }),
    );
  });
});

describe('derived IDs', () => {
  it('are the same each time, and carry the time of their cause', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, timeMs, async (source, cause, ms) => {
        fc.pre(ms < Date.UTC(9999, 0));
        const createdAt = new Date(ms).toISOString();
        const trace = await deriveTraceId({ source, cause, createdAt });
        expect(await deriveTraceId({ source, cause, createdAt })).toBe(trace);
        expect(timeOf(trace)).toBe(ms);
        expect(uuidPlace(trace)).toBe('trace');
      }),
    );
  });

  it('never name a reserved hop', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, anyText, async (source, eventId, target) => {
        const { deliveryId, hop } = await deriveDelivery({ source, eventId, target });
        expect(deliveryId).toMatch(/^[0-9a-f]{64}$/);
        expect(hop).toMatch(/^[0-9a-f]{10}$/);
        expect(hop).not.toMatch(/^(0+|f+)$/);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom('0', 'f'), hex(54), (digit, rest) => {
        expect(hopOfDigest(digit.repeat(10) + rest)).not.toMatch(/^(0+|f+)$/);
      }),
    );
  });

  it('refuse a time that is none, with its text in the message', async () => {
    const derived = deriveTraceId({ source: 'shop', cause: 'x', createdAt: 'yesterday' });
    await expect(derived).rejects.toThrow('"yesterday" is no time');
  });

  it('need five bytes of chance and a time that fits', () => {
    expect(() => mintSystemId('x', { nowMs: 0, random: new Uint8Array(4) })).toThrow('five bytes');
    expect(() => mintSystemId('x', { nowMs: -1 })).toThrow(RangeError);
    expect(() => mintSystemId('x', { nowMs: 1.5 })).toThrow(RangeError);
    expect(() => mintSystemId('x', { nowMs: 2 ** 48 })).toThrow(RangeError);
  });

  it('minted by chance differ', () => {
    const minted = new Set(Array.from({ length: 50 }, () => mintSystemId('x', { nowMs: 0 })));
    expect(minted.size).toBe(50);
  });
});

describe('a timestamp', () => {
  it('means the same in every zone and in its canonical form', () => {
    const zone = fc.constantFrom('', 'Z', 'z', '+00', '+02:00', '-0530', ' +14:00');
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), zone, fc.nat(999_999), (date, suffix, us) => {
        fc.pre(date.getTime() >= 0 && date.getUTCFullYear() < 10_000);
        const text = date.toISOString().slice(0, 19);
        const micros = String(us).padStart(6, '0');
        const time = parseCreatedAt(`${text}.${micros}${suffix}`);
        expect(time).toEqual({
          canonical: `${text}.${micros}Z`,
          ms: Math.floor(date.getTime() / 1000) * 1000 + Math.floor(us / 1000),
        });
        expect(parseCreatedAt(time?.canonical ?? '')).toEqual(time);
      }),
    );
  });

  it('of any text is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(() => parseCreatedAt(text)).not.toThrow();
      }),
    );
  });
});

describe('a traceparent', () => {
  it('that is sent is always valid, whatever came', () => {
    const inbound = fc.oneof(
      fc.constant(null),
      anyText,
      fc.tuple(hex(2), hex(32), hex(16), hex(2)).map((parts) => parts.join('-')),
    );
    fc.assert(
      fc.property(traceId, hex(10), inbound, (trace, hop, header) => {
        const sent = traceparentFor({
          traceId: trace,
          hopId: hopUuid(trace, hop),
          inbound: header,
        });
        const read = parseTraceparent(sent);
        expect(read?.version).toBe('00');
        expect(read?.parentId.endsWith(hop)).toBe(true);
        const continued = header === null ? null : parseTraceparent(header);
        expect(read?.traceId).toBe(continued?.traceId ?? trace.replaceAll('-', ''));
      }),
    );
  });
});

describe('an actor, however odd', () => {
  it('is classified and named, never rejected and never lost', () => {
    const op = fc.constantFrom('INSERT', 'UPDATE', 'DELETE', 'MANUAL', null);
    const value = fc.option(oddActor);
    fc.assert(
      fc.property(op, value, value, value, value, (operation, actor, previous, user, session) => {
        const kind = classifyActor({
          op: operation,
          actor,
          previousActor: previous,
          sessionUser: user,
          sessionCorrelationId: session,
        });
        expect(['user', 'system', 'carried', 'unattributed', 'legacy', 'unknown']).toContain(kind);
        expect(actorName(actor)).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('joins only traces of version 8 within the longest cascade', () => {
    fc.assert(
      fc.property(oddActor, oddActor, timeMs, fc.nat(), (actor, session, atMs, longest) => {
        const { joins, by } = placeEvent({
          op: 'INSERT',
          actor,
          previousActor: null,
          sessionCorrelationId: session,
          atMs,
          longestCascadeMs: longest,
        });
        expect(joins === null).toBe(by === null);
        const oldestMs = joins === null ? atMs : timeOf(joins);
        expect(oldestMs).toBeGreaterThanOrEqual(atMs - longest);
      }),
    );
  });
});
