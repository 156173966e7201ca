// Makes log lines of a data frame's rows, within the window that was asked for, oldest first. Pure.
import type { FrameRow } from './grafana-query.ts';
import { hashOf } from './line-id.ts';
import type { IdPlace, LogLine, LogQuery } from './log-source.ts';
import { byTime } from './loki-answer.ts';
import { readLogLine } from './read-log-line.ts';

export function frameLines(
  rows: readonly FrameRow[],
  query: LogQuery,
  columns: {
    time: string;
    /** The first of these that a row has is its line. */
    message: readonly string[];
    /** What names a row once and for all, where there is such a column. */
    id: string | null;
    /** Told by no row to anybody. */
    hidden: ReadonlySet<string>;
    place: IdPlace;
  },
): LogLine[] {
  const asked = new Set(query.correlationIds);
  const seen = new Map<string, number>();
  const lines: LogLine[] = [];
  for (const row of rows) {
    const timestampNs = row[columns.time];
    if (!timestampNs || !/^\d{1,20}$/.test(timestampNs)) continue;
    const at = BigInt(timestampNs);
    if (at < query.fromNs || at >= query.toNs) continue;
    const messageColumn = columns.message.find((name) => row[name] !== undefined);
    const labels = Object.fromEntries(
      Object.entries(row).filter(
        ([name]) => name !== columns.time && name !== messageColumn && !columns.hidden.has(name),
      ),
    );
    const ownId = columns.id === null ? undefined : row[columns.id];
    const content = `${timestampNs}-${hashOf(ownId ?? JSON.stringify(row))}`;
    // Rows that are the same throughout are rows all the same: nothing else tells them apart.
    const count = seen.get(content) ?? 0;
    seen.set(content, count + 1);
    lines.push(
      readLogLine(
        {
          id: count === 0 ? content : `${content}-${count}`,
          timestampNs,
          line: messageColumn === undefined ? '' : (row[messageColumn] ?? ''),
          labels,
        },
        columns.place,
        asked,
      ),
    );
  }
  return lines.toSorted(byTime);
}
