// The vectors that TypeScript and SQL share: made from the specification, not by either.
import { describe, expect, it } from 'vitest';
import { isGenericActor } from '../../../src/correlation/actor.ts';
import { parseCorrelationId } from '../../../src/correlation/correlation-id.ts';
import { parseCreatedAt } from '../../../src/correlation/created-at.ts';
import { deriveDelivery, deriveTraceId, hopOfDigest } from '../../../src/correlation/derive.ts';
import { mintSystemId } from '../../../src/correlation/mint.ts';
import { normaliseName } from '../../../src/correlation/names.ts';
import { traceparentFor } from '../../../src/correlation/trace-context.ts';
import { hopUuid, timeOf, traceIdOf, uuidPlace } from '../../../src/correlation/trace-uuid.ts';
import vectors from '../../vectors/correlation.json' with { type: 'json' };

describe('the shared vectors', () => {
  it.each(vectors.names)('spell the name $text as $name: $note', ({ text, name }) => {
    expect(normaliseName(text)).toBe(name);
  });

  it.each(vectors.parse)('take $text apart: $note', ({ text, id }) => {
    expect(parseCorrelationId(text)).toEqual(id);
  });

  it.each(vectors.generic)('know whether $actor names anybody', ({ actor, generic }) => {
    expect(isGenericActor(actor)).toBe(generic);
  });

  it.each(vectors.places)('place $uuid: $note', ({ uuid, place, timeMs }) => {
    expect(uuidPlace(uuid)).toBe(place);
    expect(timeOf(uuid)).toBe(timeMs);
  });

  it.each(vectors.places.filter((vector) => vector.traceId !== null))(
    'give $uuid its trace',
    ({ uuid, traceId }) => {
      expect(traceIdOf(uuid)).toBe(traceId);
    },
  );

  it.each(vectors.places.filter((vector) => vector.traceId === null))(
    'give $uuid no trace: $note',
    ({ uuid }) => {
      expect(() => traceIdOf(uuid)).toThrow(RangeError);
    },
  );

  it.each(vectors.hopUuids)('put hop $hop into its trace', ({ traceId, hop, uuid }) => {
    expect(hopUuid(traceId, hop)).toBe(uuid);
  });

  it.each(vectors.createdAt)('read the time $text: $note', ({ text, canonical, ms }) => {
    expect(parseCreatedAt(text)).toEqual(canonical === null ? null : { canonical, ms });
  });

  it.each(vectors.traces)(
    'derive a trace: $note',
    async ({ source, cause, createdAt, traceId }) => {
      expect(await deriveTraceId({ source, cause, createdAt })).toBe(traceId);
    },
  );

  it.each(vectors.deliveries)('derive a delivery: $note', async (vector) => {
    const { source, eventId, target, deliveryId, hop } = vector;
    expect(await deriveDelivery({ source, eventId, target })).toEqual({ deliveryId, hop });
  });

  it.each(vectors.reservedHops)('keep the hop of $digest off reserved ones', ({ digest, hop }) => {
    expect(hopOfDigest(digest)).toBe(hop);
  });

  it.each(vectors.minted)('mint $id', ({ system, nowMs, random, unattributed, id }) => {
    expect(mintSystemId(system, { nowMs, unattributed, random: Uint8Array.from(random) })).toBe(id);
  });

  it.each(vectors.traceparent)('answer traceparent $inbound: $note', (vector) => {
    const { traceId, hopId, inbound, traceparent } = vector;
    expect(traceparentFor({ traceId, hopId, inbound })).toBe(traceparent);
  });
});
