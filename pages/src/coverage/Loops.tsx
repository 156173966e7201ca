// Triggers that fire themselves: the path on which they do, as a chain of names.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { LoopView } from '../../../src/api/views.ts';
import { listLoops } from '../api/client.ts';
import { Badge } from '../ui/Glyph.tsx';
import { RepeatIcon } from '../ui/icons.tsx';
import { Ago } from '../ui/Moment.tsx';
import { LoadOlder } from '../ui/LoadOlder.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, RowsSkeleton } from '../ui/Page.tsx';

const mostSteps = 7;

/** "order_paid → ship-order → order_shipped → …": triggers, and the jobs between them. */
function chainOf({ path }: LoopView): string {
  const steps = path.flatMap(({ job, trigger }) =>
    [job, trigger].filter((name): name is string => name !== null),
  );
  return steps.length > mostSteps
    ? `${steps.slice(0, mostSteps).join(' → ')} → …`
    : steps.join(' → ');
}

export function Loops(): ReactElement {
  const query = useInfiniteQuery({
    queryKey: ['loops'],
    queryFn: ({ pageParam, signal }) => listLoops(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: 30_000,
  });
  const loops = query.data?.pages.flatMap((page) => page.loops);
  return (
    <Card
      title="Loops"
      count={loops?.length}
      hint="triggers that fire themselves, directly or through others"
    >
      {query.isPending && <RowsSkeleton rows={2} what="loops" />}
      {query.isError && query.data === undefined && (
        <ProblemNotice error={query.error} what="Loops" onRetry={() => void query.refetch()} />
      )}
      {loops?.length === 0 && <Nothing>No trigger has been seen firing itself.</Nothing>}
      <ul>
        {loops?.map((loop) => (
          <li
            key={loop.id}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hair px-4 py-2.5 last:border-b-0"
          >
            <div className="min-w-0 flex-1 basis-[280px]">
              <p className="flex flex-wrap items-center gap-2">
                <b className="font-semibold wrap-anywhere">{loop.trigger}</b>
                <Badge tone="retry" word={`${loop.times} times`} icon={<RepeatIcon />} />
                {!loop.isCertain && <span className="text-[12px] text-sub">with weak links</span>}
              </p>
              <p className="mt-0.5 text-[12px] wrap-anywhere text-sub">{chainOf(loop)}</p>
            </div>
            <span className="text-[12px] text-sub">
              <Ago at={loop.latestAt} />
            </span>
            <Link
              to="/c/$traceId"
              params={{ traceId: loop.cascadeId }}
              search={{ sel: loop.eventId }}
              className="link"
            >
              Open the cascade
            </Link>
          </li>
        ))}
      </ul>
      <LoadOlder query={query} />
    </Card>
  );
}
