// Reads the time that a webhook's own id or headers carry: the same in every try. What a sender says of the try itself
// (`webhook-timestamp`, `Date`) is no such time.
import { parseCreatedAt } from '../correlation/created-at.ts';

/** How long before its arrival an event may have been made: jobs join a trace that is a day old at most. */
const longestAgeMs = 43_200_000;
/** By how much a sender's clock may be ahead. */
const aheadMs = 60_000;
/** UUID time counts 100 ns from 1582-10-15 (RFC 9562 §5.1); ms from there to 1970. */
const gregorianMs = 12_219_292_800_000;
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * When a webhook's event was made, by its sender: `ce-time` of CloudEvents beside the `ce-id` that names the event, or
 * the time within an id that is a UUIDv1, v6, v7 (RFC 9562) or a ULID, after a prefix such as `msg_` or `evt-` too.
 *
 * @param event.time `ce-time`; null where the sender has none
 * @param event.arrivedAtMs ms since 1970
 * @returns whole ms since 1970; null where there is none, or one that cannot be: older than twelve hours, or ahead
 */
export function senderTimeMs(event: {
  id: string;
  time: string | null;
  arrivedAtMs: number;
}): number | null {
  const ms = (event.time === null ? null : timestampMs(event.time)) ?? timeOfId(event.id);
  if (ms === null) return null;
  const ageMs = event.arrivedAtMs - ms;
  return ageMs <= longestAgeMs && ageMs >= -aheadMs ? ms : null;
}

/** RFC 3339, where the zone counts. */
function timestampMs(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || parseCreatedAt(text) === null ? null : ms;
}

function timeOfId(id: string): number | null {
  const text = /^(?:[a-z]+[_-])?(.+)$/i.exec(id)?.[1] ?? '';
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i.test(text)) {
    let ms = 0;
    for (let place = 0; place < 10; place += 1) {
      ms = ms * 32 + crockford.indexOf(text.charAt(place).toUpperCase());
    }
    return ms;
  }
  const uuid = /^([0-9a-f]{8})-([0-9a-f]{4})-([167])([0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
  const [, first = '', second = '', version, third = ''] = uuid.exec(text) ?? [];
  if (version === '7') return Number.parseInt(first + second, 16);
  if (version === '6') return gregorian(first + second + third);
  return version === '1' ? gregorian(third + second + first) : null;
}

function gregorian(hex: string): number | null {
  const ms = Number(BigInt(`0x${hex}`) / 10_000n) - gregorianMs;
  return ms < 0 ? null : ms;
}
