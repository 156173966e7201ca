// Decides what generated cascades are about: triggers with their tables and jobs, the often ones first. It writes nothing.

export type Shape = { trigger: string; table: string; job: string; host: string };

const tables = [
  'orders',
  'payments',
  'users',
  'stock',
  'shipments',
  'invoices',
  'carts',
  'reviews',
  'refunds',
  'suppliers',
];
const reactions = [
  ['placed', 'charge-card'],
  ['changed', 'notify-customer'],
  ['synced', 'refresh-search'],
  ['closed', 'book-ledger'],
] as const;

/** Forty triggers. */
export const shapes: readonly Shape[] = reactions.flatMap(([what, does]) =>
  tables.map((table) => ({
    trigger: `${table}_${what}`,
    table,
    job: `${does}-${table}`,
    host: `https://jobs-${does.split('-')[0]}.example.com`,
  })),
);

/** So many people write, a few of them most of the time. */
export const people = 2_000;
