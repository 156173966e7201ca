// What a reader can do to one delivery: try it again, send it again as another one, or keep it from being tried.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { DeliveryView } from '../../../src/api/views.ts';
import { cancelDelivery, replayDeadLetter, rerunDelivery } from '../api/client.ts';
import { failureText } from '../api/http.ts';
import { useLacking } from '../api/me.ts';
import { Glyph } from '../ui/Glyph.tsx';
import { CancelWaiting } from './CancelWaiting.tsx';
import { Lacking } from '../ui/Lacking.tsx';

interface Action {
  label: string;
  /** What must be known before; null where it can be undone. */
  ask: string | null;
  /** @returns the delivery in which what comes of it is seen */
  act: () => Promise<string>;
  done: string;
}

function actionOf({ id, job, state }: DeliveryView): Action | null {
  switch (state) {
    case 'dead':
      return {
        label: 'Replay',
        ask: null,
        act: async () => (await replayDeadLetter(id)).deliveryId,
        done: 'It is attempted again.',
      };
    case 'waiting':
      return {
        label: 'Cancel its retries',
        ask: null,
        act: async () => (await cancelDelivery(id)).deliveryId,
        done: 'No attempt follows. It becomes a dead letter, and can be replayed then.',
      };
    case 'delivered':
      return {
        label: 'Send again…',
        ask: `Send the same event to ${job} once more? It is another delivery with an idempotency key of its own, so the job does its work again, and whatever follows from it happens again.`,
        act: async () => (await rerunDelivery(id)).deliveryId,
        done: 'It was sent again, as a delivery of its own.',
      };
    case 'running':
    case 'failed':
      return null;
  }
}

export function HopActions(props: {
  delivery: DeliveryView;
  /** Whether a delivery is drawn already. */
  isShown: (deliveryId: string) => boolean;
  onSelect: (id: string) => void;
}): ReactElement | null {
  const { delivery } = props;
  const client = useQueryClient();
  const action = actionOf(delivery);
  const lacking = useLacking('operator');
  const run = useMutation({
    mutationFn: async ({ act, done }: Action) => ({ deliveryId: await act(), done }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['cascade'] }),
  });
  if (action === null && run.data === undefined) return null;
  const other = run.data?.deliveryId;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-4 py-2 text-[12px]">
      {action !== null && (
        <button
          type="button"
          className="btn"
          disabled={run.isPending || lacking !== null}
          title={lacking ?? undefined}
          onClick={() => {
            if (action.ask === null || globalThis.confirm(action.ask)) run.mutate(action);
          }}
        >
          {action.label}
        </button>
      )}
      {delivery.state === 'waiting' && <CancelWaiting delivery={delivery} />}
      {action !== null && <Lacking why={lacking} />}
      <output className="min-w-0 flex-1">
        {run.data !== undefined && (
          <span className="text-sub">
            {run.data.done}{' '}
            {other !== undefined && other !== delivery.id && props.isShown(other) && (
              <button type="button" className="link" onClick={() => props.onSelect(other)}>
                Show it
              </button>
            )}
          </span>
        )}
      </output>
      {run.isError && (
        <p role="alert" className="flex w-full items-start gap-1.5 text-fail">
          <span className="mt-0.5">
            <Glyph tone="fail" size={13} />
          </span>
          {failureText(run.error)}
        </p>
      )}
    </div>
  );
}
