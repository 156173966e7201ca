// What became of a dead letter that the reader has replayed: followed until it is over, and undone while it is not.
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { DeliveryView, TraceDetail } from '../../../src/api/views.ts';
import { cancelDelivery } from '../api/client.ts';
import { failureText } from '../api/http.ts';
import { cascadeQuery } from '../api/queries.ts';
import { Badge } from '../ui/Glyph.tsx';
import { deliveryOutcome, type Outcome } from '../words/outcome.ts';
import type { DeadLetter } from './words.ts';

const pollMs = 1_000;

/** As far as its cascade tells: an attempt more than before says that the replay has been carried out. */
function useOutcome({ traceId, deliveryId, attempts }: DeadLetter): Outcome {
  const known = (data: TraceDetail | undefined): DeliveryView | undefined =>
    data?.deliveries.find(({ id, attempts: made }) => id === deliveryId && made.length > attempts);
  const { data } = useQuery({
    ...cascadeQuery(traceId),
    refetchInterval: ({ state }) => (isOpen(known(state.data)) ? pollMs : false),
  });
  const delivery = known(data);
  return delivery === undefined
    ? { tone: 'run', word: 'Waits for its attempt' }
    : deliveryOutcome(delivery);
}

/** Something may still come of it. */
function isOpen(delivery: DeliveryView | undefined): boolean {
  return delivery === undefined || delivery.state === 'running' || delivery.state === 'waiting';
}

export function Replayed(props: { letter: DeadLetter; onDone: () => void }): ReactElement {
  const { letter } = props;
  const outcome = useOutcome(letter);
  const undo = useMutation({ mutationFn: () => cancelDelivery(letter.deliveryId) });
  const open = outcome.tone === 'run' || outcome.word === 'Waiting to retry';
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-hair px-4 py-2 last:border-b-0">
      <output className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
        <span>
          <b className="font-semibold">{letter.job}</b> was replayed
        </span>
        {undo.isSuccess ? <Badge tone="wait" word="Cancelled" /> : <Badge {...outcome} />}
      </output>
      {undo.isError && (
        <span role="alert" className="text-fail">
          {failureText(undo.error)}
        </span>
      )}
      <span className="flex-1" />
      <Link
        to="/c/$traceId"
        params={{ traceId: letter.traceId }}
        search={{ sel: letter.deliveryId, tab: 'attempts' }}
        className="link"
      >
        Open its cascade
      </Link>
      {open && !undo.isSuccess ? (
        <button
          type="button"
          className="btn"
          disabled={undo.isPending}
          onClick={() => undo.mutate()}
        >
          Undo
        </button>
      ) : (
        <button type="button" className="btn" onClick={props.onDone}>
          Close
        </button>
      )}
    </li>
  );
}
