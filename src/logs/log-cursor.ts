// A place in a log, and which lines at that place are known already: so pages never repeat a line, and lines that share
// a nanosecond are never lost between two pages. Opaque to callers. Pure.
import { hashOf } from './line-id.ts';

export type LogCursor = {
  /** `older`: before here; `newer`: from here on. Both include the moment itself. */
  towards: 'older' | 'newer';
  atNs: bigint;
  /** Hashes of the ids of lines that are known already. */
  known: readonly string[];
};

const hashLength = 12;
const pattern = /^([on])\.(\d{1,20})\.((?:[0-9a-f]{12})*)$/;
/** Some 7 KB in a URL that may have 16. */
const mostKnown = 600;

export function writeLogCursor(cursor: {
  towards: LogCursor['towards'];
  atNs: bigint;
  lineIds: readonly string[];
}): string {
  const known = cursor.lineIds.slice(0, mostKnown).map(hashOf).join('');
  return `${cursor.towards === 'older' ? 'o' : 'n'}.${cursor.atNs}.${known}`;
}

/** Null for a text that is no cursor. */
export function readLogCursor(text: string): LogCursor | null {
  const [, towards, atNs, hashes = ''] = pattern.exec(text) ?? [];
  if (towards === undefined || atNs === undefined) return null;
  return {
    towards: towards === 'o' ? 'older' : 'newer',
    atNs: BigInt(atNs),
    known: Array.from({ length: hashes.length / hashLength }, (_, at) =>
      hashes.slice(at * hashLength, (at + 1) * hashLength),
    ),
  };
}

/**
 * From where a tail looks again: lines come late and out of order, as their shippers send them. It goes back as far as
 * the lines in between can be told from new ones.
 * @param lines oldest first
 */
export function overlapOf(
  lines: readonly { id: string; timestampNs: string }[],
  overlapNs: bigint,
): { atNs: bigint; lineIds: string[] } | null {
  const last = lines.at(-1);
  if (!last) return null;
  const earliestNs = BigInt(last.timestampNs) - overlapNs;
  let at = lines.length;
  while (at > 0) {
    const before = lines[at - 1];
    if (!before || BigInt(before.timestampNs) < earliestNs) break;
    at -= 1;
  }
  const within = lines.slice(Math.max(at, lines.length - mostKnown));
  const [first] = within;
  if (within.length === lines.length - at && first) {
    return { atNs: earliestNs, lineIds: within.map(({ id }) => id) };
  }
  // Too many to name: it begins where a nanosecond begins whose lines are all named.
  const lastNs = BigInt(last.timestampNs);
  const firstNs = BigInt(first?.timestampNs ?? last.timestampNs);
  const atNs = firstNs === lastNs ? lastNs : firstNs + 1n;
  return {
    atNs,
    lineIds: within.filter(({ timestampNs }) => BigInt(timestampNs) >= atNs).map(({ id }) => id),
  };
}
