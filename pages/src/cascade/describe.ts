// What a node is called and what is read aloud about it. Pure.
import { formatSpan } from '../time/format.ts';
import { actorLabel, rowLabel } from '../words/names.ts';
import { deliveryOutcome, type Outcome } from '../words/outcome.ts';
import { changeText, shortChange } from '../words/sentence.ts';
import type { Turn } from './findings.ts';
import type { Cascade, CascadeNode, ChangeNode } from './model.ts';

/** "send-receipt", "orders #42", "dana@acme.io". */
export function nodeName(node: CascadeNode): string {
  switch (node.kind) {
    case 'actor':
      return actorLabel(node.actor);
    case 'change':
      return rowLabel(node.event);
    case 'hop':
      return node.delivery.job;
    case 'missing':
      return node.job;
  }
}

/** Whom or what a node stands for, as its icon and the head of its lane show it. */
export type NodeIcon = 'user' | 'system' | 'unknown' | 'table' | 'webhook' | 'job';

export function nodeIcon(node: CascadeNode): NodeIcon {
  switch (node.kind) {
    case 'actor':
      return node.actor.kind === 'user' || node.actor.kind === 'system'
        ? node.actor.kind
        : 'unknown';
    case 'change':
      return node.event.table === null ? 'webhook' : 'table';
    case 'hop':
    case 'missing':
      return 'job';
  }
}

export function nodeOutcome(node: CascadeNode): Outcome {
  switch (node.kind) {
    case 'hop':
      return deliveryOutcome(node.delivery);
    case 'missing':
      return { tone: 'wait', word: 'Not recorded yet' };
    case 'change':
    case 'actor':
      return { tone: 'ok', word: 'Recorded' };
  }
}

/** "order_paid", "order_paid and order_receipt", "3 triggers". */
export function triggersOf(change: ChangeNode): string {
  if (change.events.length === 1) return change.event.trigger ?? 'webhook';
  const names = [...new Set(change.events.map(({ trigger }) => trigger ?? 'webhook'))];
  return names.length > 2 ? `${names.length} triggers` : names.join(' and ');
}

/** A hop's time so far or in all; null while its first attempt runs. */
export function hopSpan(node: CascadeNode & { kind: 'hop' }): string | null {
  const { durationMs } = node.delivery;
  return durationMs === null ? null : formatSpan(durationMs);
}

/** The second line inside a node. */
export function nodeDetail(node: CascadeNode): string {
  switch (node.kind) {
    case 'actor':
      return node.notes.join(', ');
    case 'change':
      return shortChange(node.event);
    case 'hop':
      return node.event?.trigger ?? 'webhook';
    case 'missing':
      return node.trigger ?? 'unknown trigger';
  }
}

/** "send-receipt, job, delivered, run 2 of 2, 388 ms, caused by orders #42, weak link earlier in its cause". */
export function nodeLabel(cascade: Cascade, node: CascadeNode, turn: Turn | null): string {
  const parts = [nodeName(node)];
  switch (node.kind) {
    case 'actor':
      parts.push(node.actor.kind, ...node.notes);
      break;
    case 'change':
      parts.push(node.event.table === null ? 'webhook' : 'table', changeText(node.event));
      if (turn !== null) parts.push(`change ${turn.n} of ${turn.of} of this row`);
      break;
    case 'hop':
      parts.push('job', deliveryOutcome(node.delivery).word.toLowerCase());
      if (turn !== null) parts.push(`run ${turn.n} of ${turn.of}`);
      parts.push(hopSpan(node) ?? 'still running');
      if (node.delivery.state !== 'delivered' && node.delivery.attempts.length > 1) {
        parts.push(`${node.delivery.attempts.length} attempts`);
      }
      break;
    case 'missing':
      parts.push('job', 'not recorded yet');
      break;
  }
  const cause = cascade.causeOf.get(node.id);
  const from = cause === undefined ? undefined : cascade.nodes.get(cause.from);
  if (cause !== undefined && from !== undefined) {
    parts.push(`caused by ${nodeName(from)}`);
    if (cause.evidence !== 'certain') parts.push(`${cause.evidence} link`);
    else if (hasWeakCause(cascade, from.id)) parts.push('weak link earlier in its cause');
  }
  return parts.join(', ');
}

/**
 * What is read aloud, and then what is written there: people who speak to their computer say what they see (WCAG 2.5.3).
 * @param shown in the order in which it is written
 */
export function withShown(label: string, shown: readonly (string | null)[]): string {
  const written = shown.filter((text) => text !== null && text !== '').join(' ');
  return written === '' ? label : `${label}. ${written}`;
}

function hasWeakCause(cascade: Cascade, id: string): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const cause = cascade.causeOf.get(at);
    if (cause !== undefined && cause.evidence !== 'certain') return true;
    at = cause?.from;
  }
  return false;
}
