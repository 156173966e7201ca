// Everything that a scenario runs through, and all of it real: application database with tracking, event engine, the
// Worker in workerd with its queue, observability database. One world runs many scenarios side by side.
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import pg from 'pg';
import { type EventEngine, startEventEngine } from '../../demo/event-engine/engine.ts';
import { migrate } from '../../migrations/run.ts';
import { migrationSets } from '../../migrations/sets.ts';
import type { BundledWorker } from '../support/bundled-worker.ts';
import { eventTriggers, prepareApplication } from './application.ts';
import { compare, type Comparison, type ShownLink } from './compare.ts';
import { Jobs } from './jobs.ts';
import type { Root, Styles } from './scenario.ts';

const ingestKey = 'tl_causality_key';
const pollMs = 20;
/** So many scenarios run side by side. */
const atOnce = 40;

export type CausalityWorld = {
  /** Runs scenarios to their end and compares everything they made with what is shown. */
  run(
    roots: readonly Root[],
    options?: { redeliverEvery?: number; onProgress?: (done: number) => void },
  ): Promise<Comparison>;
  stop(): Promise<void>;
};

/** @param databases empty; the caller drops them */
export async function startCausalityWorld(options: {
  worker: BundledWorker;
  applicationUrl: string;
  observabilityUrl: string;
  /** How each job writes. */
  styles: Styles;
}): Promise<CausalityWorld> {
  const { worker, applicationUrl, observabilityUrl } = options;
  await migrate({ databaseUrl: observabilityUrl, ...migrationSets.observability });
  await prepareApplication(applicationUrl);
  const jobs = new Jobs(applicationUrl, options.styles);
  const jobsUrl = await jobs.listen();
  const miniflare = startWorker(worker, observabilityUrl);
  await miniflare.ready;
  const edgeUrl = (await miniflare.unsafeGetDirectURL('throughline')).origin;
  const problems: string[] = [];
  const engine = await startEventEngine({
    url: applicationUrl,
    triggers: eventTriggers({ edgeUrl, ingestKey, jobsUrl }),
    pollMs,
    onProblem: (message) => problems.push(message),
  });
  const application = new pg.Pool({ connectionString: applicationUrl, max: 2 });
  const observability = new pg.Pool({ connectionString: observabilityUrl, max: 2 });
  // For the jobs' question which events their transaction has made, and for ours.
  await application.query('create index on hdb_catalog.event_log (created_at)');
  let scenarios = 0;
  return {
    async run(roots, { redeliverEvery = 0, onProgress } = {}) {
      const begun = scenarios;
      let next = 0;
      const runNext = async (): Promise<void> => {
        while (next < roots.length) {
          const index = next++;
          const root = roots[index];
          if (root) await jobs.begin(begun + index, root);
          await settled(application, 100);
          onProgress?.(index);
        }
      };
      await Promise.all(Array.from({ length: Math.min(atOnce, roots.length) }, runNext));
      scenarios += roots.length;
      await drained(application, jobs);
      if (redeliverEvery > 0) {
        await redeliver(engine, jobs, redeliverEvery);
        await drained(application, jobs);
      }
      await recorded(application, observability);
      const truth = jobs.truth.filter(({ scenario }) => scenario >= begun);
      const comparison = await settledComparison(observability, truth);
      for (const problem of [...problems, ...jobs.problems]) {
        comparison.broken.push({ scenario: -1, what: problem });
      }
      for (const eventId of jobs.fromUnchanged) {
        comparison.broken.push({
          scenario: -1,
          what: `A save of something unchanged made ${eventId}`,
        });
      }
      return {
        ...comparison,
        broken: comparison.broken.map((line) => ({ ...line, scenario: line.scenario - begun })),
      };
    },
    async stop() {
      await engine.stop();
      await miniflare.dispose();
      await jobs.stop();
      await application.end();
      await observability.end();
    },
  };
}

function startWorker(worker: BundledWorker, observabilityUrl: string): Miniflare {
  const { ratelimits: _simulated, ...options } = worker;
  return new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      workers: [
        {
          ...options,
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
          bindings: {
            INGEST_SOURCE: 'simulation',
            INGEST_KEY_SHA256: createHash('sha256').update(ingestKey).digest('hex'),
            ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
            ALLOW_PRIVATE_DESTINATIONS: 'true',
          },
          hyperdrives: { OBSERVABILITY: observabilityUrl, APPLICATION: observabilityUrl },
        },
      ],
    }),
  );
}

const waitingEvents = `select count(*)::int as waiting from hdb_catalog.event_log
  where not delivered and not error and not archived`;

/** Until few events wait: so that scenarios run side by side and do not pile up. */
async function settled(application: pg.Pool, most: number): Promise<void> {
  for (;;) {
    const { rows } = await application.query<{ waiting: number }>(waitingEvents);
    if ((rows[0]?.waiting ?? 0) <= most) return;
    await wait(pollMs);
  }
}

/** Until every event is delivered, and no job is at work that could write more. */
async function drained(application: pg.Pool, jobs: Jobs): Promise<void> {
  for (;;) {
    await settled(application, 0);
    if (!jobs.isIdle) {
      await wait(pollMs);
      continue;
    }
    // A job in the background may have written between the two looks.
    const { rows } = await application.query<{ waiting: number }>(waitingEvents);
    if (rows[0]?.waiting === 0 && jobs.isIdle) return;
  }
}

async function redeliver(engine: EventEngine, jobs: Jobs, every: number): Promise<void> {
  const again = jobs.truth.filter((_event, index) => index % every === 0);
  for (const { eventId } of again) await engine.redeliver(eventId);
}

/** Until what the engine has sent is stored, with its ends. */
async function recorded(application: pg.Pool, observability: pg.Pool): Promise<void> {
  const sent = await application.query<{ sent: number }>(
    'select count(*)::int as sent from hdb_catalog.event_invocation_logs',
  );
  const wanted = sent.rows[0]?.sent ?? 0;
  let last = -1;
  let quietSince = Date.now();
  for (;;) {
    const { rows } = await observability.query<{ ended: number }>(
      'select count(*)::int as ended from attempts where ended_at is not null',
    );
    const ended = rows[0]?.ended ?? 0;
    if (ended >= wanted) return;
    if (ended !== last) {
      last = ended;
      quietSince = Date.now();
    }
    if (Date.now() - quietSince > 30_000) {
      throw new Error(`Of ${wanted} attempts ${ended} were recorded, and no more came for 30 s.`);
    }
    await wait(50);
  }
}

/** What is stored may still be judged: asked again until nothing is broken, or nothing changes any more. */
async function settledComparison(
  observability: pg.Pool,
  truth: Parameters<typeof compare>[0],
): Promise<Comparison> {
  let last = '';
  let unchanged = 0;
  for (;;) {
    const { rows } = await observability.query<ShownLink>(
      `select l.event_id as "eventId", l.evidence, l.rule,
         case when d.id is null then null else json_build_object('eventId', d.event_id, 'job', d.job) end as cause
       from readable_links l left join readable_deliveries d on d.id = l.cause_delivery_id`,
    );
    const comparison = compare(truth, rows);
    if (comparison.broken.length === 0) return comparison;
    const text = JSON.stringify(comparison);
    unchanged = text === last ? unchanged + 1 : 0;
    last = text;
    if (unchanged >= 20) return comparison;
    await wait(100);
  }
}
