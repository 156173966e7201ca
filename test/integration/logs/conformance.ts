// What every source of logs must do, whatever it asks: one suite for all of them. It pushes lines of its own, under IDs
// that nobody else has, and reads them back.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  isFailure,
  type LogLine,
  type LogQuery,
  type LogSource,
} from '../../../src/logs/log-source.ts';
import { readLogCursor } from '../../../src/logs/log-cursor.ts';
import { readPage } from '../../../src/logs/read-page.ts';

export type PushedLine = {
  atNs: bigint;
  line: string;
  labels: Record<string, string>;
  metadata: Record<string, string>;
};

export type SourceUnderTest = {
  source: LogSource;
  push(lines: readonly PushedLine[]): Promise<void>;
};

const ms = 1_000_000n;
/** A quarter of an hour ago: no store refuses that, and nothing else is being written there. */
const startNs = BigInt(Math.floor(Date.now() / 1_000) - 900) * 1_000_000_000n;
const aJob = (job: string): string => `order_paid.${job}.${randomUUID()}`;

const lineOf = (id: string, at: number, message: string, level = 'info'): PushedLine => ({
  atNs: startNs + BigInt(at) * ms,
  line: JSON.stringify({ level, msg: message, correlation_id: id, order: 7 }),
  labels: { service_name: 'conformance', env: 'test' },
  metadata: { correlation_id: id },
});

const messages = (lines: readonly LogLine[]): string[] => lines.map(({ message }) => message);

/**
 * @param open called once, before the first test
 * @param options.isThere false where it needs what this machine was not given
 * @param options.findsText an ID is found wherever its text stands, so in a longer one too
 */
export function itConforms(
  name: string,
  open: () => Promise<SourceUnderTest>,
  options: { findsText?: boolean; isThere?: boolean } = {},
): void {
  describe.skipIf(options.isThere === false)(`source of logs: ${name}`, () => {
    let source: LogSource;
    const one = aJob('charge-card');
    const two = aJob('ship-order');
    /** Begins as `one` does, and has what queries and expressions are made of. */
    const odd = options.findsText ? `${aJob('odd')}.x|.*+` : `${one}.x"|\\.*+`;
    const ask = async (query: Partial<LogQuery>): Promise<LogLine[]> => {
      const answer = await source.fetchPage({
        correlationIds: [one],
        fromNs: startNs,
        toNs: startNs + 60_000n * ms,
        direction: 'forward',
        limit: 1_000,
        ...query,
      });
      if (isFailure(answer)) throw new Error(`${answer.reason}: ${answer.detail}`);
      return answer.lines;
    };

    beforeAll(async () => {
      const opened = await open();
      ({ source } = opened);
      const many = Array.from({ length: 40 }, (_, at) => lineOf(two, 20_000 + at, `many ${at}`));
      const atOnce = Array.from({ length: 12 }, (_, at) => lineOf(two, 30_000, `at once ${at}`));
      const pushed = [
        lineOf(one, 0, 'first'),
        lineOf(one, 1_000, 'second', 'error'),
        lineOf(one, 2_500, 'third'),
        lineOf(odd, 2_600, 'odd'),
        lineOf(two, 3_000, 'other'),
        ...many,
        ...atOnce,
      ];
      await opened.push(pushed);
      // A store shows what it was sent a little later.
      for (let tries = 0; tries < 100; tries += 1) {
        const [ofOne, ofTwo] = [await ask({}), await ask({ correlationIds: [two] })];
        if (ofOne.length === 3 && ofTwo.length === 53) return;
        await wait(200);
      }
    });

    it('finds the lines of an ID and no others, oldest first', async () => {
      const lines = await ask({});
      expect(messages(lines)).toEqual(['first', 'second', 'third']);
      expect(lines.map(({ correlationId }) => correlationId)).toEqual([one, one, one]);
      expect(lines.map(({ level }) => level)).toEqual(['info', 'error', 'info']);
      expect(lines[0]?.timestampNs).toBe(String(startNs));
      expect(lines[0]?.fields).toMatchObject({ order: '7' });
    });

    it('takes the ID as it stands, whatever it is made of', async () => {
      expect(messages(await ask({ correlationIds: [odd] }))).toEqual(['odd']);
      expect(messages(await ask({ correlationIds: [odd, one] }))).toHaveLength(4);
    });

    it('finds nothing for an ID that nobody wrote', async () => {
      expect(await ask({ correlationIds: [aJob('nobody')] })).toEqual([]);
    });

    it('finds the lines of several IDs at once', async () => {
      const lines = await ask({ correlationIds: [one, two], toNs: startNs + 5_000n * ms });
      expect(messages(lines)).toEqual(['first', 'second', 'third', 'other']);
    });

    it('begins with the window and ends before its end', async () => {
      for (const [from, to, message] of [
        [0n, 1_000n, 'first'],
        [1_000n, 1_001n, 'second'],
        [1_001n, 2_501n, 'third'],
      ] as const) {
        const lines = await ask({ fromNs: startNs + from * ms, toNs: startNs + to * ms });
        expect(messages(lines)).toEqual([message]);
      }
    });

    it('gives the earliest or the latest lines where there are more than the limit', async () => {
      const some = { correlationIds: [two], limit: 3, toNs: startNs + 25_000n * ms };
      const [earliest, latest] = [
        await ask({ ...some, direction: 'forward' }),
        await ask({ ...some, direction: 'backward' }),
      ];
      expect(messages(earliest)).toEqual(['other', 'many 0', 'many 1']);
      expect(messages(latest)).toEqual(['many 37', 'many 38', 'many 39']);
    });

    it('names a line the same in every answer, and no two alike', async () => {
      const [once, again] = [
        await ask({ correlationIds: [two] }),
        await ask({ correlationIds: [two, one], direction: 'backward' }),
      ];
      const ids = once.map(({ id }) => id);
      expect(new Set(ids).size).toBe(53);
      expect(again.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    });

    it.each(['newest', 'oldest'] as const)(
      'is read page by page from the %s on, each line once, those of one moment too',
      async (first) => {
        const targets = [one, two].map((correlationId) => ({
          correlationId,
          fromNs: startNs,
          toNs: startNs + 60_000n * ms,
        }));
        const seen: string[] = [];
        let cursor: string | null = null;
        for (let page = 0; page < 30; page += 1) {
          const answer = await readPage(source, {
            targets,
            first,
            limit: 5,
            cursor: cursor === null ? null : readLogCursor(cursor),
          });
          if (isFailure(answer)) throw new Error(answer.detail);
          seen.push(
            ...(first === 'newest' ? answer.lines.toReversed() : answer.lines).map(({ id }) => id),
          );
          cursor = first === 'newest' ? answer.olderCursor : answer.newerCursor;
          if (first === 'newest' ? cursor === null : !answer.hasNewer) break;
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toHaveLength(56);
      },
    );
  });
}
