import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../../../src/logs/log-source.ts';
import { readLogCursor } from '../../../src/logs/log-cursor.ts';
import { batchesOf, type LogTarget, type Page, readPage } from '../../../src/logs/read-page.ts';
import { type Sample, SampleSource } from './sample-source.ts';

const second = 1_000_000_000n;
const target = (correlationId: string, from = 0n, to = 100n): LogTarget => ({
  correlationId,
  fromNs: from * second,
  toNs: to * second,
});

async function read(
  source: SampleSource,
  targets: LogTarget[],
  given: { cursor?: string | null; first?: 'newest' | 'oldest'; limit?: number } = {},
): Promise<Page> {
  const page = await readPage(source, {
    targets,
    first: given.first ?? 'newest',
    limit: given.limit ?? 1_000,
    cursor: given.cursor ? readLogCursor(given.cursor) : null,
  });
  if (isFailure(page)) throw new Error(page.detail);
  return page;
}

const ids = (page: Page): string[] => page.lines.map(({ id }) => id);

describe('pages', () => {
  /** Few moments and many lines, so that many share theirs. */
  const samples = fc
    .array(fc.record({ at: fc.integer({ min: 0, max: 30 }), of: fc.integer({ min: 0, max: 6 }) }), {
      maxLength: 60,
    })
    .map((all): Sample[] =>
      all.map(({ at, of }, index) => ({
        id: `l${index}`,
        atNs: BigInt(at) * second,
        of: `id${of}`,
      })),
    );

  it.each(['newest', 'oldest'] as const)(
    'from the %s on give every line once, however they fall on moments, IDs and queries',
    async (first) => {
      await fc.assert(
        fc.asyncProperty(samples, fc.integer({ min: 1, max: 9 }), async (lines, limit) => {
          const source = new SampleSource({ maxIds: 2, maxLines: 200 });
          source.lines = lines;
          const targets = Array.from({ length: 7 }, (_, at) => target(`id${at}`));
          const seen: string[] = [];
          let cursor: string | null = null;
          for (let turn = 0; turn < 100; turn += 1) {
            const page: Page = await read(source, targets, { cursor, first, limit });
            expect(page.lines.length).toBeLessThanOrEqual(limit);
            const times = page.lines.map(({ timestampNs }) => BigInt(timestampNs));
            expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : Number(a > b))));
            seen.push(...ids(page));
            cursor = first === 'newest' ? page.olderCursor : page.newerCursor;
            if (first === 'newest' ? cursor === null : !page.hasNewer) break;
          }
          expect(seen.toSorted()).toEqual(lines.map(({ id }) => id).toSorted());
        }),
        { numRuns: 150 },
      );
    },
  );

  it('go on beyond what one answer of the source can hold', async () => {
    const source = new SampleSource({ maxLines: 5_000 });
    source.lines = Array.from({ length: 12_345 }, (_, at) => ({
      id: `l${at}`,
      atNs: BigInt(at) * 1_000n,
      of: 'a',
    }));
    const seen = new Set<string>();
    let cursor: string | null = null;
    do {
      const page: Page = await read(source, [target('a')], { cursor, limit: 5_000 });
      for (const id of ids(page)) seen.add(id);
      cursor = page.olderCursor;
    } while (cursor !== null);
    expect(seen.size).toBe(12_345);
    expect(source.asked.every(({ limit }) => limit <= 5_000)).toBe(true);
  });

  it('say what no query can reach: more lines of one nanosecond than an answer holds', async () => {
    const source = new SampleSource({ maxLines: 10 });
    source.lines = Array.from({ length: 25 }, (_, at) => ({
      id: `l${at}`,
      atNs: 5n * second,
      of: 'a',
    }));
    const first = await read(source, [target('a')], { limit: 10 });
    const next = await read(source, [target('a')], { limit: 10, cursor: first.olderCursor });
    expect(next.isIncomplete).toBe(true);
    // And there is a way on to what lies before.
    source.lines.push({ id: 'before', atNs: 4n * second, of: 'a' });
    expect(ids(await read(source, [target('a')], { cursor: next.olderCursor }))).toEqual([
      'before',
    ]);
  });
});

describe('a tail', () => {
  it('gives each new line once, those that are late and those of a known moment too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(
            fc.record({ at: fc.integer({ min: 0, max: 50 }), of: fc.integer({ min: 0, max: 3 }) }),
            {
              maxLength: 12,
            },
          ),
          { minLength: 1, maxLength: 6 },
        ),
        async (batches) => {
          const source = new SampleSource({ maxIds: 2 });
          const targets = [0, 1, 2, 3].map((at) => target(`id${at}`));
          const seen: string[] = [];
          let cursor: string | null = null;
          let count = 0;
          for (const batch of batches) {
            // All within the minute that a tail looks back.
            for (const { at, of } of batch) {
              source.lines.push({ id: `l${count}`, atNs: BigInt(at) * second, of: `id${of}` });
              count += 1;
            }
            const page: Page = await read(source, targets, { cursor });
            seen.push(...ids(page));
            cursor = page.newerCursor;
          }
          expect(seen.toSorted()).toEqual(source.lines.map(({ id }) => id).toSorted());
        },
      ),
      { numRuns: 150 },
    );
  });

  it('stays short enough for an address, however much is written', async () => {
    const source = new SampleSource();
    source.lines = Array.from({ length: 4_000 }, (_, at) => ({
      id: `l${at}`,
      atNs: BigInt(at) * 1_000_000n,
      of: 'a',
    }));
    const page = await read(source, [target('a')], { limit: 5_000 });
    expect(page.newerCursor?.length).toBeLessThan(8_000);
    expect(ids(await read(source, [target('a')], { cursor: page.newerCursor }))).toEqual([]);
  });
});

describe('the queries for many IDs', () => {
  it('are few at a time, each of no more IDs than a source takes and with a window of its own', async () => {
    const source = new SampleSource({ maxIds: 10 });
    const targets = Array.from({ length: 95 }, (_, at) =>
      target(`id${at}`, BigInt(at), BigInt(at + 2)),
    );
    await read(source, targets);
    expect(source.asked).toHaveLength(10);
    expect(source.mostAtOnce).toBeLessThanOrEqual(4);
    const asked = source.asked.flatMap(({ correlationIds }) => correlationIds);
    expect(new Set(asked).size).toBe(95);
    for (const { fromNs, toNs } of source.asked) {
      expect(toNs - fromNs).toBeLessThanOrEqual(11n * second);
    }
  });

  it('are not made where the page is full without them', async () => {
    const source = new SampleSource({ maxIds: 1 });
    const targets = Array.from({ length: 40 }, (_, at) =>
      target(`id${at}`, BigInt(at), BigInt(at + 1)),
    );
    source.lines = targets.map(({ correlationId, fromNs }) => ({
      id: correlationId,
      atNs: fromNs,
      of: correlationId,
    }));
    expect(ids(await read(source, targets, { limit: 3 }))).toEqual(['id37', 'id38', 'id39']);
    expect(source.asked.length).toBeLessThanOrEqual(8);
  });

  it('end with the first that fails', async () => {
    const source = new SampleSource({ maxIds: 1 });
    source.failure = { reason: 'failed', detail: 'x' };
    const targets = Array.from({ length: 40 }, (_, at) => target(`id${at}`));
    const page = await readPage(source, { targets, first: 'newest', limit: 10, cursor: null });
    expect(page).toMatchObject({ reason: 'failed' });
    expect(source.asked.length).toBeLessThanOrEqual(4);
  });

  it('stay short in characters too', () => {
    const long = Array.from({ length: 100 }, (_, at) => target(`${'x'.repeat(300)}${at}`));
    for (const batch of batchesOf(long, 50)) {
      expect(batch.map(({ correlationId }) => correlationId).join().length).toBeLessThan(4_000);
    }
  });
});

describe('a cursor', () => {
  it.each(['', 'n', 'n.1', 'n.x.', 'z.1.', 'n.1.abc', 'o.-1.', `n.${'1'.repeat(21)}.`])(
    'is not %j',
    (text) => {
      expect(readLogCursor(text)).toBeNull();
    },
  );
});
