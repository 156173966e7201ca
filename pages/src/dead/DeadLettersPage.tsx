// Deliveries that nobody tries again by themselves: what was lost and why, and trying them again.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { listDeadLetters, replayDeadLetter } from '../api/client.ts';
import { Problem } from '../api/http.ts';
import { useLacking } from '../api/me.ts';
import { deadLettersQuery } from '../api/queries.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { Lacking } from '../ui/Lacking.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, Page, RowsSkeleton } from '../ui/Page.tsx';
import { Segments } from '../ui/Segments.tsx';
import { LoadOlder } from '../ui/LoadOlder.tsx';
import { DeadLettersTable } from './DeadLettersTable.tsx';
import { Replayed } from './Replayed.tsx';
import { Runs } from '../replays/Runs.tsx';
import { StartRun } from '../replays/StartRun.tsx';
import { countJobs, type DeadLetter } from './words.ts';

const everyJob = '';

export function DeadLettersPage(): ReactElement {
  const { job = everyJob } = useSearch({ from: '/dead' });
  const navigate = useNavigate({ from: '/dead' });
  const client = useQueryClient();
  const [isStarting, setStarting] = useState(false);
  const [replayed, setReplayed] = useState<DeadLetter[]>([]);
  const query = useInfiniteQuery({
    queryKey: ['dead-letters', 'pages'],
    queryFn: ({ pageParam, signal }) => listDeadLetters(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: 10_000,
  });
  const replay = useMutation({
    mutationFn: ({ deliveryId }: DeadLetter) => replayDeadLetter(deliveryId),
    onSuccess: (_view, letter) =>
      setReplayed((known) => [
        letter,
        ...known.filter(({ deliveryId }) => deliveryId !== letter.deliveryId),
      ]),
    onSettled: () => client.invalidateQueries({ queryKey: deadLettersQuery.queryKey }),
  });

  const lacking = useLacking('operator');
  const letters = query.data?.pages.flatMap(({ deadLetters }) => deadLetters) ?? [];
  const jobs = countJobs(letters);
  const shown = job === everyJob ? letters : letters.filter((letter) => letter.job === job);
  return (
    <Page
      title="Dead letters"
      note={
        query.data !== undefined && (
          <>
            <span className="text-sub">
              {letters.length === 0
                ? 'none'
                : `${letters.length}${query.hasNextPage ? ' loaded' : ''}`}
            </span>
            <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} quiet fed />
          </>
        )
      }
      aside={
        shown.length > 1 && (
          <button
            type="button"
            className="btn max-w-full"
            disabled={lacking !== null}
            title={lacking ?? undefined}
            onClick={() => setStarting(true)}
          >
            <span className="truncate">
              {job === everyJob ? 'Replay all…' : `Replay all of ${job}…`}
            </span>
          </button>
        )
      }
    >
      {shown.length > 0 && <Lacking why={lacking} />}
      {isStarting && (
        <StartRun
          key={job}
          job={job === everyJob ? null : job}
          onCancel={() => setStarting(false)}
        />
      )}
      {replayed.length > 0 && (
        <Card title="Replayed by you" count={replayed.length}>
          <ul>
            {replayed.map((letter) => (
              <Replayed
                key={letter.deliveryId}
                letter={letter}
                onDone={() => setReplayed((known) => known.filter((each) => each !== letter))}
              />
            ))}
          </ul>
        </Card>
      )}
      {replay.isError && (
        <p role="alert" className="flex items-center gap-2 text-fail">
          <Glyph tone="fail" />
          {replay.variables.job} was not replayed:{' '}
          {replay.error instanceof Problem && replay.error.detail !== ''
            ? replay.error.detail
            : replay.error.message}
        </p>
      )}
      {jobs.length > 1 && (
        <Segments
          label="Of which job"
          value={job}
          items={[
            { value: everyJob, label: 'Every job' },
            ...jobs.map(({ job: name, count }) => ({ value: name, label: `${name} ${count}` })),
          ]}
          onChange={(value) => void navigate({ search: value === everyJob ? {} : { job: value } })}
        />
      )}
      {query.isError && query.data === undefined ? (
        <ProblemNotice
          error={query.error}
          what="Dead letters"
          onRetry={() => void query.refetch()}
        />
      ) : (
        <section className="flex-none overflow-hidden rounded-[10px] border border-line bg-base">
          {query.isPending && <RowsSkeleton rows={8} what="dead letters" />}
          {query.data !== undefined && shown.length === 0 && (
            <Nothing>
              <span className="flex items-center gap-2 font-medium text-ink">
                <Glyph tone="ok" />
                {job === everyJob ? 'Nothing is lost' : `No dead letter of ${job}`}
              </span>
              <p className="mt-1">
                A delivery stands here once all its attempts have failed, its destination is gone or
                not allowed, or somebody cancelled it. Nothing is thrown away: it can be replayed
                from here.
              </p>
            </Nothing>
          )}
          {shown.length > 0 && (
            <DeadLettersTable
              letters={shown}
              lacking={lacking}
              busyId={replay.isPending ? replay.variables.deliveryId : null}
              onReplay={(letter) => replay.mutate(letter)}
            />
          )}
          <LoadOlder query={query} />
        </section>
      )}
      <Runs />
    </Page>
  );
}
