// Why what an event's sender sent is not there, in words.
import type { EventView } from '../../../src/api/views.ts';

/** Null where it is kept. @param event its kind tells why nothing was kept */
export function missingPayload(
  event: Pick<EventView, 'kind' | 'op' | 'payloadKept' | 'payloadRemovedAt'>,
): string | null {
  if (event.payloadRemovedAt !== null) {
    return `Removed on ${event.payloadRemovedAt.slice(0, 10)}: what is in an event is kept for a shorter time than the event itself.`;
  }
  if (event.kind === 'webhook') {
    return 'Not kept: it is a generic webhook, or an event so large that it was streamed through.';
  }
  if (!event.payloadKept) {
    return 'Not kept: when it came, nobody could say what has to be left out before it is stored.';
  }
  return event.op === null ? 'It tells of no row: what began it was a schedule.' : null;
}
