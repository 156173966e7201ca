// Where a route's rotations stand: whose turn it is, how many each destination has had, when they are forgotten; and the
// way to begin anew.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { RotationView } from '../../../src/api/admin/views.ts';
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { failureText } from '../api/http.ts';
import { shortAddress } from '../dead/words.ts';
import { useNow, useZone } from '../time/clock.ts';
import { formatFull, formatSpan } from '../time/format.ts';
import { FieldError } from '../ui/Field.tsx';
import { Badge } from '../ui/Glyph.tsx';
import { Ago } from '../ui/Moment.tsx';
import { Card, RowsSkeleton } from '../ui/Page.tsx';
import { resetRotation } from './admin-client.ts';
import { isAlgorithm } from './algorithms.ts';
import { askAgain, rotationsQuery } from './queries.ts';
import { turnsOf } from './turns.ts';

function Reset({ rotation, first }: { rotation: string; first: string }): ReactElement {
  const client = useQueryClient();
  const reset = useMutation({
    mutationFn: () => resetRotation(rotation),
    onSuccess: () => askAgain(client),
  });
  return (
    <div className="flex flex-wrap items-center gap-3">
      <button
        type="button"
        className="btn"
        disabled={reset.isPending}
        onClick={() => {
          if (
            globalThis.confirm(
              `Begin this rotation anew? The next event goes to ${first}, and the counts start at 0. It cannot be undone.`,
            )
          )
            reset.mutate();
        }}
      >
        {reset.isPending ? 'Resetting…' : 'Reset…'}
      </button>
      <output className="text-[12px] text-sub">
        {reset.isSuccess && 'It begins at the first destination.'}
      </output>
      {reset.isError && (
        <div role="alert">
          <FieldError>{failureText(reset.error)}</FieldError>
        </div>
      )}
    </div>
  );
}

function Expiry({ lastUsedAt, clearsAt }: RotationView): ReactElement {
  const nowMs = useNow(1_000);
  const { zone } = useZone();
  if (lastUsedAt === null) {
    return <>Not used yet, or forgotten: it begins at the first.</>;
  }
  const clearsMs = clearsAt === null ? null : Date.parse(clearsAt);
  return (
    <>
      Used <Ago at={lastUsedAt} />
      {clearsAt !== null && clearsMs !== null && (
        <>
          . Forgotten in{' '}
          <time dateTime={clearsAt} title={formatFull(clearsMs, zone)}>
            {formatSpan(Math.max(0, clearsMs - nowMs))}
          </time>{' '}
          unless it is used
        </>
      )}
    </>
  );
}

function Rotation(props: {
  view: RotationView;
  destinations: readonly string[];
  isRollout: boolean;
}): ReactElement {
  const { view, destinations } = props;
  const turns = turnsOf(view.nextTurn, destinations);
  return (
    <li className="flex flex-col gap-2.5 border-b border-hair p-4 last:border-b-0">
      {props.isRollout && <p className="font-medium">Of the rollout</p>}
      <ol aria-label="Turns" className="flex flex-col gap-1.5">
        {turns.map(({ destination, count, isNext }, index) => (
          <li key={destination} className="flex items-center gap-2 text-[12px]">
            <span className="text-sub">{index + 1}</span>
            <span
              className="min-w-0 flex-1 truncate font-mono text-[11.5px]"
              title={shortAddress(destination)}
            >
              {shortAddress(destination)}
            </span>
            {isNext && <Badge tone="run" word="next" />}
            <span className="text-right whitespace-nowrap text-sub">
              {count.toLocaleString('en')} {count === 1 ? 'turn' : 'turns'}
            </span>
          </li>
        ))}
      </ol>
      <p className="text-[12px] text-sub">
        <Expiry {...view} />
      </p>
      {view.nextTurn > 0 && turns[0] !== undefined && (
        <Reset rotation={view.rotation} first={shortAddress(turns[0].destination)} />
      )}
    </li>
  );
}

export function Rotations({ name, route }: { name: string; route: StoredRoute }): ReactElement {
  const query = useQuery(rotationsQuery(name));
  return (
    <Card title="Rotation" hint="turns are counted by the destinations as they are now">
      {query.isPending && <RowsSkeleton rows={2} what="the rotation" />}
      <ul>
        {query.data?.map((view) => {
          // The rollout's side has destinations and a rotation of its own.
          const isRollout = view.rotation.endsWith(':rollout');
          const lists = isRollout ? route.rollout : route;
          if (lists === null || !isAlgorithm(lists.algorithm, 'round-robin')) return null;
          return (
            <Rotation
              key={view.rotation}
              view={view}
              destinations={lists.destinations}
              isRollout={isRollout}
            />
          );
        })}
        {query.isError && (
          <li role="alert" className="p-4">
            <FieldError>{query.error.message}</FieldError>
          </li>
        )}
      </ul>
    </Card>
  );
}
