// The latest replay runs, each a link to its page.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Status } from '../ui/Glyph.tsx';
import { Ago } from '../ui/Moment.tsx';
import { Card } from '../ui/Page.tsx';
import { listRuns } from './replays-client.ts';
import { runOutcome, selectionText } from './words.ts';

/** Nothing at all while there has been none. */
export function Runs(): ReactElement | null {
  const query = useQuery({
    queryKey: ['replays'],
    queryFn: ({ signal }) => listRuns(signal),
    refetchInterval: 10_000,
  });
  const runs = query.data?.runs ?? [];
  if (runs.length === 0) return null;
  return (
    <Card title="Replay runs" hint="latest first">
      <ul>
        {runs.map((run) => (
          <li
            key={run.id}
            className="relative flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-hair px-4 py-2.5 last:border-b-0 hover:bg-recess has-[a:focus-visible]:bg-recess"
          >
            <Link
              to="/replays/$run"
              params={{ run: run.id }}
              className="min-w-0 flex-1 basis-[220px] font-medium wrap-anywhere outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
            >
              {selectionText(run)}
            </Link>
            <Status {...runOutcome(run.state)} />
            <span className="text-[12px] text-sub">
              {run.ratePerSecond} a second, <Ago at={run.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
