// What a generated application does: a root write, and for each event that a write makes what its jobs then do. Only
// the shape and its generator; nothing here runs.
import fc from 'fast-check';

/** The tables of the application. `plain` is without tracking; the others are tracked. */
export const tables = ['orders', 'payments', 'stock', 'plain'] as const;
export type Table = (typeof tables)[number];

/** Each table's events go to two jobs, by two event triggers. How a job writes is the application's: see `stylesOf`. */
export const slots = ['one', 'two'] as const;
export type Slot = (typeof slots)[number];

/** How a job says, or does not say, that it is the one who writes. */
export const styles = [
  /** `correlation.use`, as the job kit does. */
  'use',
  /** A Hasura mutation whose session variables name the delivery. */
  'hasura',
  /** `updated_by` set to the correlation ID. */
  'value',
  /** `updated_by = 'system'`. */
  'generic',
  /** An ORM that saves what it changed, and never `updated_by`. */
  'dirty',
  /** An ORM that saves every column as it was read, `updated_by` too. */
  'full_row',
  /** An account of its own, which other jobs write too. */
  'shared_account',
  /** `INSERT … SELECT` of the row that the event is about, `updated_by` too. */
  'copy',
] as const;
export type Style = (typeof styles)[number];

/** One row written. */
export type Write = {
  table: Table;
  /** `again`: the row that the job's own event is about is written. */
  op: 'insert' | 'again' | 'delete';
  /** What the event of this write leads to; null: that job does nothing. */
  jobs: Record<Slot, Job | null>;
};

export type Job = {
  /** In one transaction. */
  writes: Write[];
  /** The work goes on after the answer. */
  isBackground: boolean;
  /** The first time: the transaction is lost, or it stands and the answer is 500. */
  crash: 'no' | 'before_commit' | 'after_commit';
  /** Saves what it wrote once more, unchanged. */
  savesAgain: boolean;
  /** Before it writes. */
  pauseMs: number;
  /** The writer's session. */
  timeZone: 'UTC' | 'America/New_York' | 'Asia/Kolkata';
};

/** How each job of an application writes, by its name. */
export type Styles = ReadonlyMap<string, Style>;

/** Two jobs of the tracked tables name what they do, so that every run has some; the seed draws the rest. */
export function stylesOf(seed: number): Styles {
  const draw = { seed, numRuns: 1 };
  const [others = []] = fc.sample(fc.shuffledSubarray([...styles], { minLength: 6 }), draw);
  const [tracked = []] = fc.sample(
    fc.shuffledSubarray<Style>(['use', 'value', ...others.slice(0, 4)], { minLength: 6 }),
    draw,
  );
  const order = [...tracked, ...others.slice(4)];
  const jobs = tables.flatMap((table) => slots.map((slot) => jobNameOf(table, slot)));
  return new Map(jobs.map((name, index) => [name, order[index] ?? 'generic']));
}

/** The last segment of its URL. */
export function jobNameOf(table: Table, slot: Slot): string {
  return `${table}-${slot}`;
}

export type Root = {
  by: 'person' | 'person_in_session' | 'declared_system' | 'nobody';
  writes: Write[];
};

const idle = { one: null, two: null };

type Trees = { job: Job; write: Write };

/** @param given.depth how many jobs may follow one another */
export function scenarioOf({ depth }: { depth: number }): fc.Arbitrary<Root> {
  const op = fc.oneof(
    { weight: 5, arbitrary: fc.constant<Write['op']>('insert') },
    { weight: 3, arbitrary: fc.constant<Write['op']>('again') },
    { weight: 1, arbitrary: fc.constant<Write['op']>('delete') },
  );
  const table = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Table>('orders', 'payments', 'stock') },
    { weight: 1, arbitrary: fc.constant<Table>('plain') },
  );
  const { write } = fc.letrec<Trees>((tie) => ({
    write: fc.record({
      table,
      op,
      jobs: fc.oneof(
        { maxDepth: depth, depthIdentifier: 'cascade' },
        { weight: 1, arbitrary: fc.constant<Write['jobs']>(idle) },
        {
          weight: 4,
          arbitrary: fc.record({ one: tie('job'), two: fc.option(tie('job'), { freq: 2 }) }),
        },
      ),
    }),
    job: fc.record({
      writes: fc.array(tie('write'), { minLength: 1, maxLength: 2, depthIdentifier: 'cascade' }),
      isBackground: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
      crash: fc.oneof(
        { weight: 12, arbitrary: fc.constant<Job['crash']>('no') },
        fc.constantFrom<Job['crash']>('before_commit', 'after_commit'),
      ),
      savesAgain: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
      pauseMs: fc.integer({ min: 0, max: 30 }),
      timeZone: fc.oneof(
        { weight: 8, arbitrary: fc.constant<Job['timeZone']>('UTC') },
        fc.constantFrom<Job['timeZone']>('America/New_York', 'Asia/Kolkata'),
      ),
    }),
  }));
  return fc.record({
    by: fc.constantFrom<Root['by']>('person', 'person_in_session', 'declared_system', 'nobody'),
    writes: fc.array(
      write.map((root): Write => ({ ...root, op: 'insert' })),
      { minLength: 1, maxLength: 2, depthIdentifier: 'cascade' },
    ),
  });
}

/** Many rows that one job of a style writes at once. */
export function fanOut(applied: Styles, style: Style, rows: number): Root {
  const at = placeOf(applied, style);
  const leaf: Write = { table: 'stock', op: 'insert', jobs: idle };
  const writes = Array.from({ length: rows }, () => leaf);
  return { by: 'person', writes: [writeFollowedBy(at, writes)] };
}

/** Jobs of a style that follow one another. */
export function chain(applied: Styles, style: Style, depth: number): Root {
  const at = placeOf(applied, style);
  let write: Write = { table: at.table, op: 'insert', jobs: idle };
  for (let step = 0; step < depth; step += 1) write = writeFollowedBy(at, [write]);
  return { by: 'person', writes: [write] };
}

type Place = { table: Table; slot: Slot };

function placeOf(applied: Styles, style: Style): Place {
  for (const table of tables) {
    for (const slot of slots) {
      if (applied.get(jobNameOf(table, slot)) === style) return { table, slot };
    }
  }
  throw new Error(`No job writes as ${style} does.`);
}

function writeFollowedBy({ table, slot }: Place, writes: Write[]): Write {
  const job: Job = {
    writes,
    isBackground: false,
    crash: 'no',
    savesAgain: false,
    pauseMs: 0,
    timeZone: 'UTC',
  };
  return { table, op: 'insert', jobs: { ...idle, [slot]: job } };
}
