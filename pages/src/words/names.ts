// Names of rows, jobs and people in the interface's words. Pure.

import type { ActorView } from '../../../src/api/views.ts';

interface TableName {
  schema: string;
  name: string;
}

/** "orders", or "billing.orders" outside `public`. */
export function tableLabel(table: TableName): string {
  return table.schema === 'public' ? table.name : `${table.schema}.${table.name}`;
}

/** "#42"; long keys such as uuids are cut to "#3f2a9c1e…". */
export function rowKeyLabel(rowKey: string): string {
  return rowKey.length > 12 ? `#${rowKey.slice(0, 8)}…` : `#${rowKey}`;
}

/** "orders #42"; what a webhook is called when there is no table. */
export function rowLabel(of: {
  table: TableName | null;
  rowKey: string | null;
  trigger?: string | null;
}): string {
  if (of.table === null) return of.trigger ?? 'webhook';
  return of.rowKey === null
    ? tableLabel(of.table)
    : `${tableLabel(of.table)} ${rowKeyLabel(of.rowKey)}`;
}

/** Who wrote: an actor that merely stood in the row, or that the database minted, is nobody known. */
export function actorLabel(actor: ActorView): string {
  return actor.kind === 'user' || actor.kind === 'system' || actor.kind === 'legacy'
    ? actor.name
    : 'unknown';
}

/** The same in full, for a title: what stands in the row, and what that means. */
export function actorTitle(actor: ActorView): string {
  const value = actor.value ?? 'nothing';
  switch (actor.kind) {
    case 'user':
    case 'system':
      return value;
    case 'legacy':
      return `${value}, a bare id`;
    case 'carried':
      return `Unknown: ${value} already stood in the row and was not set by this write`;
    case 'unattributed':
      return `Unknown: the write named no cause, the database gave it ${value}`;
    case 'unknown':
      return `Unknown: the row names ${value}`;
  }
}

/** "DK" for dana.k@acme.io, "NS" for nightly-sync. */
export function initials(name: string): string {
  const parts = (name.split('@')[0] ?? '').split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '');
  const first = parts[0] ?? '?';
  const second = parts[1];
  return (
    second === undefined ? first.slice(0, 2) : first.slice(0, 1) + second.slice(0, 1)
  ).toUpperCase();
}

/** The host of a destination's URL with its port; the text itself where it is no URL. */
export function hostOf(destination: string): string {
  return URL.canParse(destination) ? new URL(destination).host : destination;
}

/** Trigger and job that a correlation ID names: `{trigger}.{job}.{uuid}`, `{system}.{uuid}`. */
export function partsOfCorrelationId(text: string): { trigger: string | null; job: string } {
  const parts = text.split('.');
  return parts.length === 3
    ? { trigger: parts[0] ?? null, job: parts[1] ?? text }
    : { trigger: null, job: parts[0] ?? text };
}
