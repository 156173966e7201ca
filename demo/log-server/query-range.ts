// Answers `query_range`: reads its parameters as Loki does, and groups what matched into streams. Pure but for the
// clock it is given.
import { sorted } from './entry.ts';
import type { Entry } from './entry.ts';
import { parseLogql } from './logql.ts';
import { LogqlError } from './logql-tokens.ts';
import { runQuery } from './run-query.ts';
import type { Match } from './run-query.ts';

export type RangeAnswer = { kind: 'json'; body: unknown } | { kind: 'error'; message: string };

/** Loki's default for `max_entries_limit_per_query`. */
const maxEntries = 5000;
const defaultLimit = 100;
const hourNs = 3_600_000_000_000n;

/**
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time
 * @param entries oldest first
 * @param options.categorize true under `X-Loki-Response-Encoding-Flags: categorize-labels`
 */
export function queryRange(
  entries: readonly Entry[],
  parameters: URLSearchParams,
  options: { nowMs: number; categorize: boolean },
): RangeAnswer {
  try {
    return { kind: 'json', body: answer(entries, parameters, options) };
  } catch (error) {
    if (error instanceof LogqlError || error instanceof ParameterError) {
      return { kind: 'error', message: error.message };
    }
    throw error;
  }
}

class ParameterError extends Error {}

function answer(
  entries: readonly Entry[],
  parameters: URLSearchParams,
  options: { nowMs: number; categorize: boolean },
): unknown {
  const now = BigInt(options.nowMs) * 1_000_000n;
  const end = timestamp(parameters, 'end') ?? now;
  const start = timestamp(parameters, 'start') ?? (end > now ? now : end) - hourNs;
  if (end < start) {
    throw new ParameterError('end timestamp must not be before or equal to start time');
  }
  const limit = readLimit(parameters.get('limit'));
  const forward = readDirection(parameters.get('direction')) === 'forward';
  const query = parseLogql(parameters.get('query') ?? '');
  const within = entries.filter(({ at }) => at >= start && at < end);
  const found: Match[] = [];
  for (const match of runQuery(query, forward ? within : within.toReversed())) {
    found.push(match);
    if (found.length === limit) break;
  }
  return {
    status: 'success',
    data: {
      resultType: 'streams',
      ...(options.categorize && { encodingFlags: ['categorize-labels'] }),
      result: options.categorize ? categorized(found) : merged(found),
      stats: stats(within, found),
    },
  };
}

/** Metadata and parsed labels are labels of the stream, so lines that differ in them are streams of their own. */
function merged(found: readonly Match[]): unknown[] {
  return grouped(
    found,
    ({ stream, metadata, parsed }) => ({ ...stream, ...metadata, ...parsed }),
    ({ at, line }) => [at.toString(), line],
  );
}

/** Streams keep their own labels; each line has the rest as a third element. */
function categorized(found: readonly Match[]): unknown[] {
  return grouped(
    found,
    ({ stream }) => stream,
    ({ at, line, metadata, parsed }) => [
      at.toString(),
      line,
      {
        ...(Object.keys(metadata).length > 0 && { structuredMetadata: sorted(metadata) }),
        ...(Object.keys(parsed).length > 0 && { parsed: sorted(parsed) }),
      },
    ],
  );
}

function grouped(
  found: readonly Match[],
  labelsOf: (match: Match) => Record<string, string>,
  valueOf: (match: Match) => unknown[],
): unknown[] {
  const streams = new Map<string, { stream: Record<string, string>; values: unknown[] }>();
  for (const match of found) {
    const stream = sorted(labelsOf(match));
    const key = JSON.stringify(stream);
    const group = streams.get(key) ?? { stream, values: [] };
    group.values.push(valueOf(match));
    streams.set(key, group);
  }
  return [...streams.values()];
}

/** A small part of Loki's statistics, with its names. */
function stats(within: readonly Entry[], found: readonly Match[]): unknown {
  return {
    summary: {
      bytesProcessedPerSecond: 0,
      linesProcessedPerSecond: 0,
      totalBytesProcessed: within.reduce((bytes, { line }) => bytes + line.length, 0),
      totalLinesProcessed: within.length,
      execTime: 0,
      queueTime: 0,
      subqueries: 0,
      totalEntriesReturned: found.length,
    },
  };
}

function readLimit(text: string | null): number {
  if (!text) return defaultLimit;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ParameterError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const limit = Number(text);
  if (limit <= 0) throw new ParameterError('limit must be a positive value');
  if (limit > maxEntries) {
    throw new ParameterError(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${maxEntries})`,
    );
  }
  return limit;
}

function readDirection(text: string | null): 'forward' | 'backward' {
  const direction = (text || 'backward').toLowerCase();
  if (direction === 'forward' || direction === 'backward') return direction;
  throw new ParameterError(`invalid direction '${text}'`);
}

/** Nanoseconds, seconds (up to ten digits, or with a fraction), or RFC 3339. */
function timestamp(parameters: URLSearchParams, name: 'start' | 'end'): bigint | null {
  const text = parameters.get(name);
  if (!text) return null;
  if (/^\d+\.\d+$/.test(text)) return BigInt(Math.round(Number(text) * 1000)) * 1_000_000n;
  if (/^\d+$/.test(text)) return text.length <= 10 ? BigInt(text) * 1_000_000_000n : BigInt(text);
  const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const ms = rfc3339 ? Date.parse(`${rfc3339[1]}${rfc3339[3]}`) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new ParameterError(
      `could not parse '${name}' parameter: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return BigInt(ms) * 1_000_000n + BigInt((rfc3339?.[2] ?? '').padEnd(9, '0'));
}
