// How the event logs of the application databases are: whether they can be compared, and what waits in them.
import type { ReactElement } from 'react';
import type { CoverageView } from '../../../src/api/coverage-views.ts';
import { Status } from '../ui/Glyph.tsx';
import { Ago } from '../ui/Moment.tsx';
import { Card, Nothing } from '../ui/Page.tsx';
import type { Outcome } from '../words/outcome.ts';

type EventLog = CoverageView['eventLogs'][number];

const states: Record<EventLog['state'], Outcome> = {
  ok: { tone: 'ok', word: 'Compared' },
  needs_index: { tone: 'retry', word: 'Needs an index' },
  unreachable: { tone: 'fail', word: 'Out of reach' },
  no_event_log: { tone: 'wait', word: 'Has no event log' },
};

function sizeText(bytes: number): string {
  const mb = bytes / 1_048_576;
  return mb < 1_024
    ? `${mb < 10 ? mb.toFixed(1) : Math.round(mb)} MB`
    : `${(mb / 1_024).toFixed(1)} GB`;
}

function factsOf(log: EventLog): string[] {
  return [
    log.pending === null ? null : `${log.pending.toLocaleString('en')} waiting`,
    log.longLocked ? `${log.longLocked.toLocaleString('en')} locked for long` : null,
    log.estimatedRows === null
      ? null
      : `some ${log.estimatedRows.toLocaleString('en')} events kept`,
    log.totalBytes === null ? null : sizeText(log.totalBytes),
  ].filter((text) => text !== null);
}

export function EventLogs({ logs }: { logs: CoverageView['eventLogs'] }): ReactElement {
  return (
    <Card title="Event logs" hint="what Hasura recorded, compared with what reached the edge">
      {logs.length === 0 && (
        <Nothing>
          No application database may be read, so an event that never left Hasura would not be
          missed here. Give Throughline a connection that may read <code>hdb_catalog</code>.
        </Nothing>
      )}
      <ul>
        {logs.map((log) => (
          <li
            key={log.source}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hair px-4 py-2.5 last:border-b-0"
          >
            <b className="font-semibold">{log.source}</b>
            <Status {...states[log.state]} />
            <span className="text-sub">{factsOf(log).join(', ')}</span>
            <span className="flex-1" />
            <span className="text-[12px] text-sub">
              looked at <Ago at={log.checkedAt} />
            </span>
            {log.detail !== '' && log.state !== 'ok' && (
              <p className="w-full text-[12px] text-sub">{log.detail}</p>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
