// Names of rows, jobs and people in the interface's words. Pure.

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
