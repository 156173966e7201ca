// Finds nodes by what somebody types: `status:failed took:>1s row:orders#42 attempt:>1 weak:true`, and free text.
// Decides what matches, never what is done with it. Pure.
import { nodeIcon, nodeLabel, nodeName, nodeOutcome, triggersOf } from '../cascade/describe.ts';
import type { CascadeNode } from '../cascade/model.ts';
import { readSpan } from '../time/span.ts';
import { rowLabel } from '../words/names.ts';
import { at, tones, type CascadeTree } from './tree.ts';

const fields = [
  'status',
  'took',
  'row',
  'attempt',
  'weak',
  'kind',
  'name',
  'trigger',
  'id',
] as const;
type Field = (typeof fields)[number];

type Test = (tree: CascadeTree, index: number, node: CascadeNode) => boolean;

export interface Find {
  tests: Test[];
  /** What could not be understood, as a sentence each. */
  problems: string[];
}

/** Words, or "quoted texts", each with an optional `-` and an optional `field:`. */
const words = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi;

export function parseFind(text: string): Find {
  const tests: Test[] = [];
  const problems: string[] = [];
  for (const [, minus, name, quoted, bare] of text.matchAll(words)) {
    const value = quoted ?? bare ?? '';
    const field = fields.find((known) => known === name?.toLowerCase());
    const found =
      field === undefined
        ? freeText(name === undefined ? value : `${name}:${value}`)
        : fieldTest(field, value);
    if (typeof found === 'string') problems.push(found);
    else if (minus === '-') tests.push((...given) => !found(...given));
    else tests.push(found);
  }
  return { tests, problems };
}

/** Indices in order of time; empty where nothing is asked for. */
export function findIn(tree: CascadeTree, { tests }: Find): number[] {
  if (tests.length === 0) return [];
  const hits: number[] = [];
  for (const [index, node] of tree.nodes.entries()) {
    if (tests.every((test) => test(tree, index, node))) hits.push(index);
  }
  return hits;
}

/** What stays in sight under "Problems only": these, and what led to them. */
export function isProblem(tree: CascadeTree, index: number): boolean {
  const tone = tones[at(tree.arrays.tone, index)];
  return tone === 'fail' || tone === 'retry';
}

const haystacks = new WeakMap<CascadeNode, string>();

function haystackOf(tree: CascadeTree, node: CascadeNode): string {
  const known = haystacks.get(node);
  if (known !== undefined) return known;
  const parts = [nodeLabel(tree.cascade, node, null), node.id];
  if (node.kind === 'hop') {
    parts.push(node.delivery.correlationId, node.delivery.target, node.event?.trigger ?? '');
    for (const { error, destination } of node.delivery.attempts) {
      parts.push(error ?? '', destination);
    }
  }
  if (node.kind === 'change') {
    const { rowKey } = node.event;
    parts.push(triggersOf(node), rowKey ?? '', ...node.events.map(({ id }) => id));
    for (const { column, old, new: now } of node.event.changes) {
      parts.push(column, textOf(old), textOf(now));
    }
  }
  if (node.kind === 'missing') parts.push(node.correlationId);
  const text = parts.join('\n').toLowerCase();
  haystacks.set(node, text);
  return text;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function freeText(text: string): Test {
  const wanted = text.toLowerCase();
  return (tree, _, node) => haystackOf(tree, node).includes(wanted);
}

const states = [
  'delivered',
  'failed',
  'dead',
  'running',
  'waiting',
  'retried',
  'skipped',
  'missing',
] as const;
const stateWords = states.join(', ');

function fieldTest(field: Field, value: string): Test | string {
  const text = value.toLowerCase();
  switch (field) {
    case 'status':
      return statusTest(text);
    case 'took': {
      const wanted = compared(text, readSpan);
      if (wanted === null) return 'took: needs a time, such as took:>1s or took:<200ms';
      return ({ arrays }, index) => wanted(at(arrays.tookMs, index));
    }
    case 'attempt': {
      const wanted = compared(text, (digits) => (/^\d+$/.test(digits) ? Number(digits) : null));
      if (wanted === null) return 'attempt: needs a number, such as attempt:>1';
      return (_, __, node) => node.kind === 'hop' && wanted(node.delivery.attempts.length);
    }
    case 'weak': {
      if (text !== 'true' && text !== 'false') return 'weak: is true or false';
      return ({ cascade }, _, node) =>
        (cascade.causeOf.get(node.id)?.evidence === 'weak') === (text === 'true');
    }
    case 'row':
      return rowTest(text);
    case 'kind':
      return (_, __, node) => nodeIcon(node) === text || node.kind === text;
    case 'name':
      return (_, __, node) => nodeName(node).toLowerCase().includes(text);
    case 'trigger':
      return (_, __, node) => triggerText(node).includes(text);
    case 'id':
      return (tree, _, node) => haystackOf(tree, node).includes(text);
  }
}

function triggerText(node: CascadeNode): string {
  if (node.kind === 'change') {
    return node.events
      .map(({ trigger }) => trigger ?? '')
      .join(' ')
      .toLowerCase();
  }
  if (node.kind === 'hop') return (node.event?.trigger ?? '').toLowerCase();
  return node.kind === 'missing' ? (node.trigger ?? '').toLowerCase() : '';
}

function statusTest(text: string): Test | string {
  const wanted = states.find((state) => state === text);
  if (wanted === undefined) return `status: is one of ${stateWords}`;
  return (_, __, node) => {
    if (node.kind === 'missing') return wanted === 'missing';
    if (node.kind !== 'hop') return false;
    const { state, attempts } = node.delivery;
    switch (wanted) {
      // A dead letter has failed too.
      case 'failed':
        return nodeOutcome(node).tone === 'fail';
      case 'retried':
        return attempts.length > 1;
      case 'skipped':
        return attempts.some(({ skipped }) => skipped.length > 0);
      case 'missing':
        return false;
      case 'dead':
      case 'delivered':
      case 'running':
      case 'waiting':
        return state === wanted;
    }
  };
}

/** "orders#42", "orders", "#42": of a change its own row, of a hop the row that it was about. */
function rowTest(text: string): Test {
  const [table = '', key] = text.split('#');
  return (_, __, node) => {
    const event = node.kind === 'change' || node.kind === 'hop' ? node.event : null;
    if (event === null || event.table === null) return false;
    const name = rowLabel({ ...event, rowKey: null }).toLowerCase();
    if (table !== '' && name !== table) return false;
    return key === undefined || key === '' || event.rowKey?.toLowerCase() === key;
  };
}

/** ">1s", "<=200", "=2", "2" as a test of a number; null for what is none. */
function compared(
  text: string,
  read: (text: string) => number | null,
): ((value: number) => boolean) | null {
  const [, sign = '', rest = ''] = /^(>=|<=|>|<|=)?(.*)$/.exec(text) ?? [];
  const wanted = read(rest);
  if (wanted === null) return null;
  switch (sign) {
    case '>':
      return (value) => value > wanted;
    case '<':
      return (value) => value < wanted;
    case '>=':
      return (value) => value >= wanted;
    case '<=':
      return (value) => value <= wanted;
    default:
      return (value) => value === wanted;
  }
}
