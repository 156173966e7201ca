// Who wrote a row, and which trace the event belongs to.
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/correlation/actor.ts';
import { actorName, classifyActor, resolveActor } from '../../../src/correlation/actor.ts';
import { placeEvent } from '../../../src/correlation/place-event.ts';

const hopUuid = '01a20ed5-79e3-8349-97d2-cd0123456789';
const hop = `order_placed.reserve-stock.${hopUuid}`;
const otherHop = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cdabcdef0123';
const declared = 'nightly.01a20ed5-79e3-8349-97d2-cd0000000000';
const unattributed = 'shop.01a20ed5-79e3-8349-97d2-cdffffffffff';
const foreign = 'import.9b2d6c1e-7a54-4f0b-8c3d-2e1f0a9b8c7d';
const jane = 'jane@example.com';

type Row = [op: Operation, previous: string | null, actor: string | null, kind: string];

describe('who wrote a row', () => {
  it.each<Row>([
    ['INSERT', null, jane, 'user'],
    ['UPDATE', hop, jane, 'user'],
    ['UPDATE', jane, jane, 'carried'],
    ['UPDATE', 'bob@example.com', jane, 'user'],
    ['INSERT', null, 'jane@work@example.com', 'user'],
    ['INSERT', null, hop, 'system'],
    ['UPDATE', jane, hop, 'system'],
    ['UPDATE', otherHop, hop, 'system'],
    ['UPDATE', hop, hop, 'carried'],
    ['INSERT', null, declared, 'system'],
    ['INSERT', null, foreign, 'system'],
    ['UPDATE', null, hop.toUpperCase(), 'system'],
    ['INSERT', null, unattributed, 'unattributed'],
    ['UPDATE', unattributed, unattributed, 'carried'],
    ['INSERT', null, '42', 'legacy'],
    ['UPDATE', '41', '42', 'legacy'],
    ['UPDATE', '42', '42', 'carried'],
    ['INSERT', null, hopUuid, 'legacy'],
    ['INSERT', null, 'x'.repeat(300), 'legacy'],
    ['INSERT', null, null, 'unknown'],
    ['UPDATE', jane, null, 'unknown'],
    ['INSERT', null, 'system', 'unknown'],
    ['UPDATE', 'SYSTEM', 'SYSTEM', 'unknown'],
    ['UPDATE', jane, ' ', 'unknown'],
    ['DELETE', jane, null, 'unknown'],
    ['DELETE', hop, null, 'unknown'],
    ['MANUAL', null, jane, 'carried'],
    [null, null, null, 'unknown'],
  ])('%s from %s to %s, with nobody in the session, is %s', (op, previousActor, actor, kind) => {
    expect(classifyActor({ op, actor, previousActor, sessionUser: null })).toBe(kind);
  });

  it('is the session’s user where the row does not say', () => {
    const session = { sessionUser: jane };
    for (const facts of [
      { op: 'DELETE', actor: null, previousActor: hop },
      { op: 'UPDATE', actor: 'system', previousActor: hop },
      { op: 'UPDATE', actor: hop, previousActor: hop },
      { op: 'UPDATE', actor: jane, previousActor: jane },
      { op: 'INSERT', actor: '42', previousActor: null },
      { op: 'MANUAL', actor: hop, previousActor: null },
    ] as const) {
      expect(resolveActor({ ...facts, ...session })).toEqual({ kind: 'user', value: jane });
    }
  });

  it('is the session’s job where the row does not say, before the session’s user', () => {
    const facts = { op: 'DELETE', actor: null, previousActor: jane, sessionUser: jane } as const;
    expect(resolveActor({ ...facts, sessionCorrelationId: hop })).toEqual({
      kind: 'system',
      value: hop,
    });
  });

  it('is what the write set, whoever the session names', () => {
    const facts = { op: 'UPDATE', previousActor: null, sessionUser: 'bob@example.com' } as const;
    expect(resolveActor({ ...facts, actor: jane })).toEqual({ kind: 'user', value: jane });
    expect(resolveActor({ ...facts, actor: hop })).toEqual({ kind: 'system', value: hop });
  });

  it('is nobody where the session says "system" or what is no ID', () => {
    const facts = { op: 'UPDATE', actor: null, previousActor: null } as const;
    expect(
      classifyActor({ ...facts, sessionUser: 'System', sessionCorrelationId: 'not an id' }),
    ).toBe('unknown');
  });
});

describe('an actor’s name', () => {
  it.each([
    [jane, jane],
    [hop, 'reserve-stock'],
    [declared, 'nightly'],
    [unattributed, 'shop'],
    ['42', '42'],
    [' 42 ', '42'],
    ['system', 'system'],
    [null, 'unknown'],
    ['', 'unknown'],
  ])('of %s is %s', (value, name) => {
    expect(actorName(value)).toBe(name);
  });
});

describe('the trace an event belongs to', () => {
  const mintedMs = 0x01a20ed579e3;
  const day = 86_400_000;
  const place = (event: Partial<Parameters<typeof placeEvent>[0]>) =>
    placeEvent({
      op: 'UPDATE',
      actor: null,
      previousActor: null,
      sessionCorrelationId: null,
      atMs: mintedMs + 1000,
      longestCascadeMs: day,
      ...event,
    });
  const nowhere = { joins: null, by: null };

  it('is the one its session names, whatever the row says and whatever was done', () => {
    const bySession = { joins: hopUuid, by: 'session' };
    expect(place({ sessionCorrelationId: hop, actor: otherHop })).toEqual(bySession);
    expect(place({ op: 'DELETE', sessionCorrelationId: hop, previousActor: jane })).toEqual(
      bySession,
    );
    expect(place({ op: null, sessionCorrelationId: hop })).toEqual(bySession);
  });

  it('is the one its new actor names where this write put it there', () => {
    const byValue = { joins: hopUuid, by: 'value' };
    expect(place({ op: 'INSERT', actor: hop })).toEqual(byValue);
    expect(place({ actor: hop, previousActor: jane })).toEqual(byValue);
    expect(place({ actor: hop, previousActor: otherHop })).toEqual(byValue);
  });

  it('is its own where the ID merely stood in the row', () => {
    expect(place({ actor: hop, previousActor: hop })).toEqual(nowhere);
    expect(place({ op: 'MANUAL', actor: hop })).toEqual(nowhere);
    expect(place({ op: 'DELETE', previousActor: hop })).toEqual(nowhere);
  });

  it('is its own where the ID is older than the longest cascade, to the millisecond', () => {
    expect(place({ op: 'INSERT', actor: hop, atMs: mintedMs + day }).by).toBe('value');
    expect(place({ op: 'INSERT', actor: hop, atMs: mintedMs + day + 1 })).toEqual(nowhere);
    expect(place({ sessionCorrelationId: hop, atMs: mintedMs + day + 1 })).toEqual(nowhere);
  });

  it('is its own where the ID was minted elsewhere', () => {
    expect(place({ op: 'INSERT', actor: foreign })).toEqual(nowhere);
    expect(place({ sessionCorrelationId: foreign })).toEqual(nowhere);
  });

  it('is the actor’s where the session names what is no usable ID', () => {
    expect(place({ op: 'INSERT', actor: hop, sessionCorrelationId: foreign }).by).toBe('value');
    expect(place({ op: 'INSERT', actor: hop, sessionCorrelationId: 'none' }).by).toBe('value');
  });

  it('is the minted one where the database minted the actor', () => {
    expect(place({ op: 'INSERT', actor: unattributed }).by).toBe('value');
    expect(place({ op: 'INSERT', actor: declared }).by).toBe('value');
  });
});
