// One replay run: how far it is, what came of its letters, its canaries, who did what, and the way to steer it.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { ReplayRunView } from '../../../src/api/replay-views.ts';
import { failureText, Problem } from '../api/http.ts';
import { useLacking } from '../api/me.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { Badge, Glyph } from '../ui/Glyph.tsx';
import { Clock } from '../ui/Moment.tsx';
import { Lacking } from '../ui/Lacking.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, Page, RowsSkeleton } from '../ui/Page.tsx';
import { type Command, commandRun, readRun } from './replays-client.ts';
import {
  isUnderWay,
  partsOfProgress,
  runActionText,
  runOutcome,
  selectionText,
  skippedText,
} from './words.ts';

const fills = {
  ok: 'bg-ok',
  fail: 'tl-strip-fail',
  retry: 'tl-gap',
  run: 'bg-run',
  wait: 'bg-tint',
} as const;

function Progress({ run }: { run: ReplayRunView }): ReactElement {
  const parts = partsOfProgress(run);
  const { found, skipped } = run.progress;
  const handled = found - run.progress.waiting;
  return (
    <Card
      title={`${handled.toLocaleString('en')} of ${found.toLocaleString('en')}`}
      hint="dead letters dealt with"
    >
      <div className="flex flex-col gap-3 p-4">
        <progress
          className="sr-only"
          aria-label="Dead letters dealt with"
          max={Math.max(1, found)}
          value={handled}
        />
        <div aria-hidden="true" className="flex h-2.5 gap-px overflow-hidden rounded-full bg-tint">
          {parts.map(({ name, count, tone }) => (
            <span
              key={name}
              className={`block min-w-1 ${fills[tone]}`}
              style={{ width: `${(count / Math.max(1, found)) * 100}%` }}
            />
          ))}
        </div>
        <ul className="flex flex-wrap gap-x-6 gap-y-1.5" aria-label="What came of them">
          {parts.map(({ name, count, tone }) => (
            <li key={name} className="flex items-center gap-1.5">
              <Glyph tone={tone} />
              <b className="font-semibold">{count.toLocaleString('en')}</b> {name}
            </li>
          ))}
        </ul>
        {skippedText(skipped) !== '' && (
          <p className="text-[12px] text-sub">skipped: {skippedText(skipped)}</p>
        )}
        {run.canaries !== null && (
          <p className="text-sub">
            Canaries: {run.canaries.delivered} delivered, {run.canaries.failed} failed,{' '}
            {run.canaries.open} under way, of {run.canary}
          </p>
        )}
      </div>
    </Card>
  );
}

function Controls({ run }: { run: ReplayRunView }): ReactElement {
  const client = useQueryClient();
  const command = useMutation({
    mutationFn: (what: Command) => commandRun(run.id, what),
    onSuccess: async (view) => {
      // What was asked before it was done would say that it has not been.
      await client.cancelQueries({ queryKey: ['replays', run.id] });
      client.setQueryData(['replays', run.id], view);
    },
    onError: () => client.invalidateQueries({ queryKey: ['replays', run.id] }),
  });
  const goes = run.state === 'running' || run.state === 'judging';
  const lacking = useLacking('operator');
  if (lacking !== null) return <Lacking why={goes || run.state === 'paused' ? lacking : null} />;
  return (
    <>
      {command.isError && (
        <span role="alert" className="text-fail">
          {failureText(command.error)}
        </span>
      )}
      {run.state === 'paused' && (
        <Button
          variant="primary"
          size="sm"
          disabled={command.isPending}
          onClick={() => command.mutate('continue')}
        >
          Continue
        </Button>
      )}
      {goes && (
        <Button size="sm" disabled={command.isPending} onClick={() => command.mutate('pause')}>
          Pause
        </Button>
      )}
      {(goes || run.state === 'paused') && (
        <Button size="sm" disabled={command.isPending} onClick={() => command.mutate('cancel')}>
          Cancel
        </Button>
      )}
    </>
  );
}

export function RunPage(): ReactElement {
  const { run: id } = useParams({ from: '/replays/$run' });
  const query = useQuery({
    queryKey: ['replays', id],
    queryFn: ({ signal }) => readRun(id, signal),
    refetchInterval: ({ state }) =>
      state.data === undefined || isUnderWay(state.data) ? 1_000 : 10_000,
  });
  const run = query.data;
  const isUnknown =
    query.error instanceof Problem && (query.error.status === 404 || query.error.status === 400);
  return (
    <Page
      title={run === undefined ? 'Replay run' : `Replay ${selectionText(run)}`}
      crumbs={
        <>
          <Link to="/dead" className="text-sub hover:text-ink">
            Dead letters
          </Link>
          <span className="text-sub" aria-hidden="true">
            /
          </span>
          <span className="font-medium">Replay run</span>
        </>
      }
      note={
        run !== undefined && (
          <>
            <Badge {...runOutcome(run.state)} />
            <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} quiet />
          </>
        )
      }
      aside={run !== undefined && <Controls run={run} />}
    >
      {query.isPending && (
        <Card title="Replay run">
          <RowsSkeleton rows={4} what="the run" />
        </Card>
      )}
      {isUnknown && (
        <Card title="Replay run">
          <Nothing>
            There is no such run.{' '}
            <Link to="/dead" className="link">
              Dead letters
            </Link>
          </Nothing>
        </Card>
      )}
      {query.isError && run === undefined && !isUnknown && (
        <ProblemNotice error={query.error} what="The run" onRetry={() => void query.refetch()} />
      )}
      {run !== undefined && (
        <>
          {run.because !== null && (
            <p className="flex items-center gap-2">
              <Glyph tone={runOutcome(run.state).tone} />
              {run.because}
              {run.state === 'paused' && ' Look at them, then let it go on.'}
            </p>
          )}
          <Progress run={run} />
          <Card title="What happened" hint={`${run.ratePerSecond} letters a second`}>
            <ol>
              {run.actions.map((entry) => (
                <li
                  key={`${entry.at} ${entry.action}`}
                  className="flex flex-wrap gap-x-4 gap-y-0.5 border-b border-hair px-4 py-2 last:border-b-0"
                >
                  <span className="text-sub">
                    <Clock at={entry.at} />
                  </span>
                  <span>
                    {entry.onBehalfOf ?? (entry.who === 'throughline' ? 'The run' : entry.who)}{' '}
                    {runActionText(entry.action)}
                  </span>
                  {entry.because !== null && <span className="text-sub">{entry.because}</span>}
                </li>
              ))}
            </ol>
          </Card>
        </>
      )}
    </Page>
  );
}
