// How true cascades are: thousands of generated ones, run through everything that is real, held against what their jobs
// really did. There is no baseline: the figures are shares, and the truth is what they are held against.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ensureDatabase } from '../../demo/postgres/database.ts';
import { type PostgresServer, startPostgres } from '../../demo/postgres/server.ts';
import type { Comparison, Tally } from '../../test/causality/compare.ts';
import { mutants, mutate } from '../../test/causality/mutants.ts';
import { scenarioOf, stylesOf } from '../../test/causality/scenario.ts';
import { startCausalityWorld } from '../../test/causality/world.ts';
import { type BundledWorker, bundledWorker } from '../../test/support/bundled-worker.ts';

const cascades = { whole: 10_000, quick: 300 };
/** Applications whose jobs write in other ways, one after the other. */
const applications = { whole: 10, quick: 1 };
const seed = 20_261_125;

/** @returns shares from 0 to 1, over all applications together */
export async function benchCausality(quick: boolean): Promise<Record<string, number>> {
  const kind = quick ? 'quick' : 'whole';
  const directory = await mkdtemp(join(tmpdir(), 'throughline-causality-'));
  // Started by root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o755);
  const postgres = await startPostgres({ directory: join(directory, 'data') });
  const worker = await bundledWorker();
  const all: Comparison[] = [];
  let killed = 0;
  try {
    for (let index = 0; index < applications[kind]; index += 1) {
      const count = cascades[kind] / applications[kind];
      const result = await runApplication(postgres, worker, { index, count });
      all.push(result);
      print(index, result);
    }
    for (const [index, mutant] of (quick ? [] : mutants).entries()) {
      const mutated = mutate(worker, mutant);
      const result = await runApplication(postgres, mutated, { index: 100 + index, count: 100 });
      const isKilled = result.broken.length > 0;
      if (isKilled) killed += 1;
      console.log(`mutant "${mutant.name}": ${isKilled ? 'found' : 'NOT FOUND'}`);
    }
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
  const session = total(all.map((result) => result.session));
  const value = total(all.map((result) => result.value));
  const copied = total(all.map((result) => result.copied));
  const weak = total(all.flatMap((result) => Object.values(result.weak)));
  return {
    events: all.reduce((sum, result) => sum + result.events, 0),
    sessionPrecision: share(session.right, session.wrong),
    sessionRecall: share(session.right, session.wrong + session.missing),
    valuePrecision: share(value.right, value.wrong + copied.wrong),
    valueRecall: share(value.right, value.wrong + value.missing),
    weakPrecision: share(weak.right, weak.wrong),
    weakRecall: share(weak.right, weak.wrong + weak.missing),
    broken: all.reduce((sum, result) => sum + result.broken.length, 0),
    ...(quick ? {} : { mutants: mutants.length, mutantsFound: killed }),
  };
}

/** @param run.index which application, and the names of its databases */
async function runApplication(
  postgres: PostgresServer,
  worker: BundledWorker,
  { index, count }: { index: number; count: number },
): Promise<Comparison> {
  const databases = {
    applicationUrl: postgres.url(`application_${index}`),
    observabilityUrl: postgres.url(`observability_${index}`),
  };
  for (const url of Object.values(databases)) await ensureDatabase(url);
  const styles = stylesOf(seed + index);
  const world = await startCausalityWorld({ worker, ...databases, styles });
  try {
    const roots = fc.sample(scenarioOf({ depth: 4 }), { seed: seed + index, numRuns: count });
    return await world.run(roots, { redeliverEvery: 20 });
  } finally {
    await world.stop();
  }
}

function print(index: number, result: Comparison): void {
  console.log(
    `application ${index + 1}: ${result.events} events; session ${shown(result.session)}; value ${shown(result.value)}; copied ${shown(result.copied)}`,
  );
  for (const [rule, tally] of Object.entries(result.weak)) {
    console.log(`  weak, ${rule}: ${shown(tally)}`);
  }
  for (const { what } of result.broken.slice(0, 20)) console.log(`  BROKEN ${what}`);
}

function shown({ right, wrong, missing }: Tally): string {
  return `${right} right, ${wrong} wrong, ${missing} missing`;
}

function total(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, { right, wrong, missing }) => ({
      right: sum.right + right,
      wrong: sum.wrong + wrong,
      missing: sum.missing + missing,
    }),
    { right: 0, wrong: 0, missing: 0 },
  );
}

function share(right: number, others: number): number {
  return right + others === 0 ? 1 : right / (right + others);
}
