// What is said of one thing twice becomes one entry, and which entries a filter lets through. Pure.
import type { ChangeEntry, Counts, LiveEntry, LiveFilter, NodeChange } from './protocol.ts';

/** In one entry: whoever wants them all asks the API. */
export const mostNodes = 10;
const mostNames = 8;

/** Of several entries about one thing, one with what all of them say: in the order in which things were named last. */
export function mergeEntries(entries: readonly LiveEntry[]): LiveEntry[] {
  const merged = new Map<string, LiveEntry>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const before = merged.get(key);
    merged.delete(key);
    merged.set(key, before ? mergeTwo(before, entry) : entry);
  }
  return [...merged.values()];
}

/** True where any of them lets it through; without any, everything passes. */
export function passes(filters: readonly LiveFilter[], entry: LiveEntry): boolean {
  return filters.length === 0 || filters.some((filter) => matches(filter, entry));
}

export function noCounts(): Counts {
  return { cascade: 0, growth: 0, dead_letter: 0, circuit: 0, loop: 0 };
}

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    cascade: a.cascade + b.cascade,
    growth: a.growth + b.growth,
    dead_letter: a.dead_letter + b.dead_letter,
    circuit: a.circuit + b.circuit,
    loop: a.loop + b.loop,
  };
}

export function countEntries(entries: readonly LiveEntry[]): Counts {
  const counts = noCounts();
  for (const { kind } of entries) counts[kind] += 1;
  return counts;
}

export function totalOf(counts: Counts): number {
  return counts.cascade + counts.growth + counts.dead_letter + counts.circuit + counts.loop;
}

function isChange(entry: LiveEntry): entry is ChangeEntry {
  return entry.kind === 'cascade' || entry.kind === 'growth';
}

function keyOf(entry: LiveEntry): string {
  switch (entry.kind) {
    case 'cascade':
    case 'growth':
      return `cascade ${entry.traceId}`;
    case 'dead_letter':
      return `dead ${entry.deliveryId}`;
    case 'circuit':
      return `circuit ${entry.id}`;
    case 'loop':
      return `loop ${entry.traceId} ${entry.source} ${entry.trigger} ${entry.table}`;
  }
}

/** The later one's word counts, but of a cascade nothing is dropped that the earlier one named. */
function mergeTwo(before: LiveEntry, entry: LiveEntry): LiveEntry {
  if (!isChange(before) || !isChange(entry)) return entry;
  const nodes = new Map<string, NodeChange>();
  for (const node of [...before.nodes, ...entry.nodes]) {
    const key = node.of === 'event' ? `${node.source}\0${node.id}` : node.id;
    nodes.delete(key);
    nodes.set(key, node);
  }
  const named = [...nodes.values()];
  return {
    ...entry,
    kind: before.kind === 'cascade' ? 'cascade' : entry.kind,
    problem: before.problem || entry.problem,
    sources: union(before.sources, entry.sources),
    triggers: union(before.triggers, entry.triggers),
    tables: union(before.tables, entry.tables),
    jobs: union(before.jobs, entry.jobs),
    nodes: named.slice(-mostNodes),
    nodesLeftOut: before.nodesLeftOut + entry.nodesLeftOut + Math.max(0, named.length - mostNodes),
  };
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])];
}

/** The names of a list, each once, as many as an entry has room for. */
export function someNames(names: Iterable<string | null>): string[] {
  const some = new Set<string>();
  for (const name of names) {
    if (name !== null && name !== '') some.add(name);
    if (some.size === mostNames) break;
  }
  return [...some];
}

function matches(filter: LiveFilter, entry: LiveEntry): boolean {
  if (filter.kinds && !filter.kinds.includes(entry.kind)) return false;
  if (filter.onlyProblems === true && !entry.problem) return false;
  const facts = factsOf(entry);
  return (
    isIn(filter.cascade, facts.cascades) &&
    isIn(filter.trigger, facts.triggers) &&
    isIn(filter.table, facts.tables) &&
    isIn(filter.job, facts.jobs)
  );
}

function isIn(wanted: string | undefined, names: readonly (string | null)[]): boolean {
  return wanted === undefined || names.includes(wanted);
}

type Facts = Record<'cascades' | 'triggers' | 'tables' | 'jobs', readonly (string | null)[]>;

/** What a filter can ask of it: nothing of what a thing does not have. */
function factsOf(entry: LiveEntry): Facts {
  switch (entry.kind) {
    case 'cascade':
    case 'growth': {
      const { traceId, triggers, tables, jobs } = entry;
      return { cascades: [traceId], triggers, tables, jobs };
    }
    case 'dead_letter': {
      const { traceId, trigger, table, job } = entry;
      return { cascades: [traceId], triggers: [trigger], tables: [table], jobs: [job] };
    }
    case 'loop': {
      const { traceId, trigger, table } = entry;
      return { cascades: [traceId], triggers: [trigger], tables: [table], jobs: [] };
    }
    case 'circuit':
      return { cascades: [], triggers: [], tables: [], jobs: [] };
  }
}
