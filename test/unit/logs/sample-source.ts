// A source of logs in memory, for tests of what stands above sources. It keeps to the interface to the letter.
import type { LogLine, LogQuery, LogSource, SourceFailure } from '../../../src/logs/log-source.ts';

export type Sample = { id: string; atNs: bigint; of: string };

export class SampleSource implements LogSource {
  readonly name = 'Sample';
  readonly maxLines: number;
  readonly maxIds: number;
  lines: Sample[] = [];
  asked: LogQuery[] = [];
  failure: SourceFailure | null = null;
  /** How many are under way at most. */
  mostAtOnce = 0;
  #underWay = 0;
  #gate: Promise<void> = Promise.resolve();

  constructor(limits: { maxLines?: number; maxIds?: number } = {}) {
    this.maxLines = limits.maxLines ?? 5_000;
    this.maxIds = limits.maxIds ?? 50;
  }

  /** Until the returned function is called nothing is answered. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  textOf(ids: readonly string[]): string {
    return ids.join(' or ');
  }

  pageFor(): null {
    return null;
  }

  async fetchPage(query: LogQuery): Promise<{ lines: LogLine[]; isFull: boolean } | SourceFailure> {
    this.asked.push(query);
    this.#underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
    await this.#gate;
    this.#underWay -= 1;
    if (this.failure) return this.failure;
    const found = this.lines
      .filter(
        ({ of, atNs }) =>
          query.correlationIds.includes(of) && atNs >= query.fromNs && atNs < query.toNs,
      )
      .toSorted((a, b) => (a.atNs < b.atNs ? -1 : Number(a.atNs > b.atNs)));
    const limit = Math.min(query.limit, this.maxLines);
    const taken = query.direction === 'forward' ? found.slice(0, limit) : found.slice(-limit);
    return { lines: taken.map(lineOf), isFull: taken.length >= limit };
  }
}

function lineOf({ id, atNs, of }: Sample): LogLine {
  return {
    id,
    timestampNs: String(atNs),
    level: 'info',
    message: id,
    fields: {},
    correlationId: of,
  };
}
