// Who did what to the configuration, also what was refused. Nothing can be changed here.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { AuditPage as Page } from '../../../src/api/admin/views.ts';
import { Status } from '../ui/Glyph.tsx';
import { Ago } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, RowsSkeleton } from '../ui/Page.tsx';
import { LoadOlder } from '../ui/LoadOlder.tsx';
import type { Outcome } from '../words/outcome.ts';
import { AdminPage } from './AdminPage.tsx';
import { listAudit } from './admin-client.ts';
import { actionText, whoText } from './words.ts';

type Entry = Page['entries'][number];

const outcomes: Record<Entry['outcome'], Outcome> = {
  applied: { tone: 'ok', word: 'Applied' },
  unchanged: { tone: 'wait', word: 'Nothing differed' },
  refused: { tone: 'fail', word: 'Refused' },
  begun: { tone: 'retry', word: 'Begun' },
};

function EntryRow({ entry }: { entry: Entry }): ReactElement {
  return (
    <li className="grid gap-x-4 gap-y-0.5 border-b border-hair px-4 py-2.5 last:border-b-0 md:grid-cols-[100px_minmax(0,1fr)_200px_140px]">
      <span className="text-sub">
        <Ago at={entry.at} />
      </span>
      <div className="min-w-0">
        <p className="wrap-anywhere">{actionText(entry)}</p>
        {entry.note !== '' && <p className="wrap-anywhere text-sub">“{entry.note}”</p>}
        {entry.detail !== null && (
          <p
            className={`text-[12px] wrap-anywhere ${entry.outcome === 'refused' ? 'text-fail' : 'text-sub'}`}
          >
            {entry.detail}
          </p>
        )}
      </div>
      <span className="wrap-anywhere text-sub">{whoText(entry)}</span>
      <span className="flex flex-col gap-0.5">
        <Status {...outcomes[entry.outcome]} />
        {entry.toVersion !== entry.fromVersion && (
          <Link
            to="/admin/versions"
            search={{ open: entry.toVersion }}
            className="link text-[12px]"
          >
            version {entry.toVersion}
          </Link>
        )}
      </span>
    </li>
  );
}

export function AuditPage(): ReactElement {
  const query = useInfiniteQuery({
    queryKey: ['admin', 'audit'],
    queryFn: ({ pageParam, signal }) => listAudit(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <AdminPage title="Audit">
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} what="The audit" onRetry={() => void query.refetch()} />
      ) : (
        <Card title="Audit" hint="newest first; names behind the shared token are what they said">
          {query.isPending && <RowsSkeleton rows={8} what="the audit" />}
          {query.data !== undefined && entries.length === 0 && (
            <Nothing>Nobody has changed anything yet.</Nothing>
          )}
          <ol>
            {entries.map((entry) => (
              <EntryRow key={entry.id} entry={entry} />
            ))}
          </ol>
          <LoadOlder query={query} />
        </Card>
      )}
    </AdminPage>
  );
}
