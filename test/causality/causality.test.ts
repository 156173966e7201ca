// Cascades of generated applications, run through everything that is real, and held against what their jobs really did.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledWorker } from '../support/bundled-worker.ts';
import { createDatabase } from '../support/database.ts';
import { chain, fanOut, scenarioOf, stylesOf } from './scenario.ts';
import { type CausalityWorld, startCausalityWorld } from './world.ts';

/** Given, a failure comes again; else each run sees other applications. */
const seed = Number(process.env['CAUSALITY_SEED'] ?? Date.now() % 1_000_000_000);
const cascades = 200;
const styles = stylesOf(seed);

let world: CausalityWorld;
const drops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const application = await createDatabase('causality_app');
  const observability = await createDatabase('causality');
  drops.push(
    () => application.drop(),
    () => observability.drop(),
  );
  world = await startCausalityWorld({
    worker: await bundledWorker(),
    applicationUrl: application.url,
    observabilityUrl: observability.url,
    styles,
  });
});
afterAll(async () => {
  await world.stop();
  for (const drop of drops) await drop();
});

describe('cascades as they really happened', () => {
  it(`are shown so: ${cascades} of seed ${seed}`, async () => {
    const scenario = scenarioOf({ depth: 4 });
    const roots = fc.sample(scenario, { seed, numRuns: cascades });
    const result = await world.run(roots, { redeliverEvery: 20 });
    const [first] = result.broken;
    if (first && first.scenario >= 0) {
      // The same scenario alone, made smaller for as long as it fails.
      await fc.assert(
        fc.asyncProperty(scenario, async (root) => {
          const [broken] = (await world.run([root])).broken;
          if (broken) throw new Error(broken.what);
        }),
        { seed, path: String(first.scenario), numRuns: 1, endOnFailure: false },
      );
    }
    expect(result.broken).toEqual([]);
    expect(result.events).toBeGreaterThan(cascades);
    expect(result.session.right + result.value.right).toBeGreaterThan(0);
  });

  it('of depth 50 are one path', async () => {
    const result = await world.run([chain(styles, 'use', 50), chain(styles, 'value', 50)]);
    expect(result.broken).toEqual([]);
    // Each write is reported by two triggers.
    expect(result.session).toEqual({ right: 100, wrong: 0, missing: 0 });
    expect(result.value).toEqual({ right: 100, wrong: 0, missing: 0 });
  });

  it('of 500 rows written at once all come from the one job', async () => {
    const result = await world.run([fanOut(styles, 'use', 500)]);
    expect(result.broken).toEqual([]);
    expect(result.session).toEqual({ right: 1_000, wrong: 0, missing: 0 });
  });
});
