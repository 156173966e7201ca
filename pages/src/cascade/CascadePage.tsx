// One cascade: asks for it, keeps the selection in the address, and says what stands in for it meanwhile.
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { isMissing } from '../api/http.ts';
import { cascadeQuery, isLive } from '../api/queries.ts';
import { useFailure } from '../api/use-failure.ts';
import { Frame } from '../frame/Frame.tsx';
import { cascadeKeys } from '../keys/key-lines.ts';
import { useNow } from '../time/clock.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Notice, ProblemNotice } from '../ui/Notice.tsx';
import { rowKeyLabel, tableLabel } from '../words/names.ts';
import { CascadeSkeleton } from './CascadeSkeleton.tsx';
import { CascadeView } from './CascadeView.tsx';
import { isTraceId } from './trace-id.ts';
import type { TraceDetail } from '../../../src/api/views.ts';

function Crumbs({
  detail,
  traceId,
}: {
  detail: TraceDetail | undefined;
  traceId: string;
}): ReactElement {
  const root = detail?.trace.root ?? null;
  const slash = <span className="text-sub max-sm:hidden">/</span>;
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-2.5">
      <Link to="/cascades" className="rounded text-sub hover:text-ink">
        Cascades
      </Link>
      {root?.table != null && (
        <>
          {slash}
          <span className="text-sub max-sm:hidden">{tableLabel(root.table)}</span>
          {root.rowKey !== null && (
            <>
              {slash}
              <span className="font-medium max-sm:hidden">{rowKeyLabel(root.rowKey)}</span>
            </>
          )}
        </>
      )}
      <code className="truncate font-mono text-[12px] text-sub max-md:hidden" title={traceId}>
        {traceId}
      </code>
      <span className="max-md:hidden">
        <CopyButton text={traceId} label="Copy the trace ID" />
      </span>
    </nav>
  );
}

function Waiting({ traceId }: { traceId: string }): ReactElement {
  return (
    <Notice tone="run" title="Not recorded yet, waiting" announce="status">
      <p>
        No event of <code className="font-mono text-[12px] wrap-anywhere">{traceId}</code> has been
        recorded so far. Records follow a few seconds behind; this page shows the cascade as soon as
        it is there.
      </p>
      <Link to="/cascades" className="link">
        See all cascades
      </Link>
    </Notice>
  );
}

export function CascadePage(): ReactElement {
  const { traceId } = useParams({ from: '/c/$traceId' });
  const search = useSearch({ from: '/c/$traceId' });
  const known = isTraceId(traceId);
  const query = useQuery({ ...cascadeQuery(traceId), enabled: known });
  const failure = useFailure(query, traceId);
  const nowMs = useNow(5_000);
  const detail = query.data;

  const body = ((): ReactElement => {
    if (!known) {
      return (
        <Notice tone="fail" title="This is not a trace ID" announce="alert">
          <p>
            <code className="font-mono text-[12px] wrap-anywhere">{traceId}</code> is no UUID. A
            trace ID looks like 0199a3f2-7c41-8b7e-9a10-5f0000000000.
          </p>
          <Link to="/cascades" className="link">
            See all cascades
          </Link>
        </Notice>
      );
    }
    if (detail !== undefined) {
      // A trace joined to another is shown at its root's address.
      if (detail.trace.id !== traceId && isTraceId(detail.trace.id)) {
        return (
          <Navigate
            to="/c/$traceId"
            params={{ traceId: detail.trace.id }}
            search={search}
            replace
          />
        );
      }
      return (
        <CascadeView
          key={traceId}
          detail={detail}
          search={search}
          live={isLive(detail, nowMs)}
          updatedAtMs={query.dataUpdatedAt}
          failing={query.isError}
        />
      );
    }
    if (isMissing(failure)) return <Waiting traceId={traceId} />;
    if (failure !== null) {
      return (
        <ProblemNotice error={failure} what="This cascade" onRetry={() => void query.refetch()} />
      );
    }
    return <CascadeSkeleton />;
  })();

  return (
    <Frame crumbs={<Crumbs detail={detail} traceId={traceId} />} narrow keys={cascadeKeys}>
      {detail === undefined ? (
        <main className="flex min-h-0 flex-1 flex-col">
          <h1 className="sr-only">Cascade</h1>
          {body}
        </main>
      ) : (
        body
      )}
    </Frame>
  );
}
