// Which versions of the Worker ran, as crons note them.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { withClient } from '../../../src/store/client.ts';
import { maintainAtCron } from '../../../src/store/maintain.ts';
import { listWorkerVersions, noteWorkerVersion } from '../../../src/store/worker-versions.ts';
import { createDatabase } from '../../support/database.ts';

const beganMs = Date.parse('2026-11-20T10:00:00Z');
const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

let database: Awaited<ReturnType<typeof createDatabase>>;
beforeEach(async () => {
  database = await createDatabase('versions');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
});
afterEach(() => database.drop());

const at = (ms: number): string => new Date(beganMs + ms).toISOString();
const note = (id: string, ms: number): Promise<void> =>
  withClient(database.url, (client) => noteWorkerVersion(client, { id, tag: '' }, at(ms)));
const minuteOf = (time: string): number => (Date.parse(time) - beganMs) / minuteMs;
const listed = async (): Promise<string[]> => {
  const runs = await withClient(database.url, (client) => listWorkerVersions(client, 30));
  return runs.map(({ id, from, until }) => `${id} ${minuteOf(from)} to ${minuteOf(until)}`);
};

it('begins once, however often it is seen, and again when it comes back', async () => {
  for (const minute of [0, 5, 10, 50]) await note('old', minute * minuteMs);
  await note('new', 55 * minuteMs);
  await note('new', 60 * minuteMs);
  await note('old', 180 * minuteMs);
  expect(await listed()).toEqual(['old 180 to 180', 'new 55 to 60', 'old 0 to 50']);
});

it('begins once each where two run in turn, as in a gradual deployment', async () => {
  for (let turn = 0; turn < 6; turn += 1) await note(turn % 2 ? 'b' : 'a', turn * 5 * minuteMs);
  expect(await listed()).toEqual(['b 5 to 25', 'a 0 to 20']);
});

it('is never told to have ended before it was seen, by a cron that comes late', async () => {
  await note('a', 0);
  await note('a', 10 * minuteMs);
  await note('a', 5 * minuteMs);
  expect(await listed()).toEqual(['a 0 to 10']);
});

it('is forgotten a year after it was seen last', async () => {
  await note('a', 0);
  await note('b', 364 * dayMs);
  expect(await listed()).toHaveLength(2);
  await note('b', 367 * dayMs);
  expect(await listed()).toEqual([
    `b ${367 * 1_440} to ${367 * 1_440}`,
    `b ${364 * 1_440} to ${364 * 1_440}`,
  ]);
});

it('is noted by the cron, with its tag', async () => {
  const reports: string[] = [];
  await maintainAtCron(
    (work) => withClient(database.url, work),
    { id: 'f3b1', tag: 'v12' },
    (text, facts) => reports.push(`${text} ${JSON.stringify(facts)}`),
  );
  expect(reports.filter((text) => !text.startsWith('The store was maintained'))).toEqual([]);
  const [run] = await withClient(database.url, (client) => listWorkerVersions(client, 30));
  expect(run).toMatchObject({ id: 'f3b1', tag: 'v12' });
});
