// Cancels everything that waits of a delivery's job, once the reader has seen how many that are.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { WaitingCancelledView } from '../../../src/api/waiting-views.ts';
import type { DeliveryView } from '../../../src/api/views.ts';
import { cancelWaiting, countWaiting } from '../api/client.ts';
import { failureText } from '../api/http.ts';
import { useLacking } from '../api/me.ts';
import { FieldError } from '../ui/Field.tsx';

function question(job: string, found: number, isAll: boolean): string {
  const many = isAll ? String(found) : `the newest ${found}`;
  return `Cancel the further attempts of ${many} ${found === 1 ? 'delivery' : 'deliveries'} of ${job} (two days)? None is attempted again by itself. They become dead letters, and can be replayed then.`;
}

function told({ cancelled, failed, isAll }: WaitingCancelledView): string {
  const rest = failed > 0 ? ` ${failed} could not be cancelled: try again.` : '';
  return `${cancelled} cancelled.${rest}${isAll ? '' : ' More wait: do it again.'}`;
}

export function CancelWaiting({ delivery }: { delivery: DeliveryView }): ReactElement {
  const { source, job } = delivery;
  const client = useQueryClient();
  const lacking = useLacking('operator');
  const run = useMutation({
    mutationFn: async () => {
      const { found, isAll } = await countWaiting({ source, job });
      if (found === 0) return 'Nothing waits any more.';
      if (!globalThis.confirm(question(job, found, isAll))) return null;
      return told(await cancelWaiting({ source, job }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['cascade'] }),
  });
  return (
    <>
      <button
        type="button"
        className="btn"
        disabled={run.isPending || lacking !== null}
        title={lacking ?? undefined}
        onClick={() => run.mutate()}
      >
        {run.isPending ? 'Counting…' : `Cancel all that waits of ${job}…`}
      </button>
      <output className="text-sub">{run.data}</output>
      {run.isError && (
        <div role="alert" className="w-full">
          <FieldError>{failureText(run.error)}</FieldError>
        </div>
      )}
    </>
  );
}
