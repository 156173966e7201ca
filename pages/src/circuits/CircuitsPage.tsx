// Destinations that have failed lately: whether they are skipped, why, until when, and letting them go by hand.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { CircuitView } from '../../../src/api/views.ts';
import { letGo } from '../api/client.ts';
import { failureText } from '../api/http.ts';
import { useLacking } from '../api/me.ts';
import { circuitsQuery } from '../api/queries.ts';
import { shortAddress } from '../dead/words.ts';
import { useNow } from '../time/clock.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { Badge, Glyph } from '../ui/Glyph.tsx';
import { Lacking } from '../ui/Lacking.tsx';
import { Ago } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Nothing, Page, RowsSkeleton } from '../ui/Page.tsx';
import { circuitMeaning, circuitOutcome, formatLeft, worstFirst } from './words.ts';

function NextProbe({ at }: { at: string }): ReactElement {
  const leftMs = Date.parse(at) - useNow(1_000);
  return <>{leftMs <= 0 ? 'The next event tries it.' : `Tried again in ${formatLeft(leftMs)}.`}</>;
}

function CircuitRow(props: { circuit: CircuitView; lacking: string | null }): ReactElement {
  const { circuit, lacking } = props;
  const client = useQueryClient();
  const go = useMutation({
    mutationFn: () => letGo(circuit),
    onSettled: () => client.invalidateQueries({ queryKey: circuitsQuery.queryKey }),
  });
  const { state, since, nextProbeAt, lastError, lastDeliveredAt } = circuit;
  return (
    <li className="grid gap-x-4 gap-y-1.5 border-b border-hair px-4 py-3 last:border-b-0 md:grid-cols-[minmax(0,1fr)_130px_minmax(0,1.4fr)_124px] md:items-start">
      <p className="min-w-0 font-mono text-[12px] font-medium wrap-anywhere">
        {shortAddress(circuit.destination)}
      </p>
      <div className="flex flex-col items-start gap-1">
        <Badge {...circuitOutcome(state)} />
        {since !== null && (
          <span className="text-[12px] text-sub">
            <Ago at={since} />
          </span>
        )}
      </div>
      <div className="min-w-0">
        <p className="wrap-anywhere">{circuit.reason ?? circuitMeaning(state)}</p>
        <p className="mt-0.5 text-[12px] text-sub">
          {circuit.reason !== null && `${circuitMeaning(state)} `}
          {nextProbeAt !== null && state !== 'disabled' && <NextProbe at={nextProbeAt} />}
        </p>
        {lastError !== null && (
          <p className="mt-0.5 text-[12px] wrap-anywhere text-sub">
            last error <Ago at={lastError.at} />: {lastError.text}
          </p>
        )}
        {lastDeliveredAt !== null && (
          <p className="text-[12px] text-sub">
            last delivered <Ago at={lastDeliveredAt} />
          </p>
        )}
        {go.isError && (
          <p role="alert" className="mt-1 text-fail">
            {failureText(go.error)}
          </p>
        )}
      </div>
      {state !== 'closed' && (
        <button
          type="button"
          className="btn self-start justify-self-start md:justify-self-end"
          aria-label={`${state === 'disabled' ? 'Enable' : 'Close the circuit of'} ${shortAddress(circuit.destination)}`}
          title={
            lacking ?? 'Everything is sent there again; should it fail on, it is skipped again'
          }
          disabled={go.isPending || lacking !== null}
          onClick={() => go.mutate()}
        >
          {state === 'disabled' ? 'Enable' : 'Close circuit'}
        </button>
      )}
    </li>
  );
}

export function CircuitsPage(): ReactElement {
  const query = useQuery({ ...circuitsQuery, refetchInterval: 3_000 });
  const circuits = worstFirst(query.data?.circuits ?? []);
  const lacking = useLacking('operator');
  return (
    <Page
      title="Circuits"
      note={
        <>
          <span className="text-sub">destinations that have failed lately</span>
          {query.data !== undefined && (
            <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} quiet fed />
          )}
        </>
      }
    >
      {circuits.length > 0 && <Lacking why={lacking} />}
      {query.data !== undefined && query.data.objectsOutOfReach > 0 && (
        <p role="alert" className="flex items-center gap-2 text-retry">
          <Glyph tone="retry" />
          The list is not whole: {query.data.objectsOutOfReach} of the objects that keep circuits
          did not answer.
        </p>
      )}
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} what="Circuits" onRetry={() => void query.refetch()} />
      ) : (
        <section className="flex-none overflow-hidden rounded-[10px] border border-line bg-base">
          {query.isPending && <RowsSkeleton rows={4} what="circuits" />}
          {query.data !== undefined && circuits.length === 0 && (
            <Nothing>
              <span className="flex items-center gap-2 font-medium text-ink">
                <Glyph tone="ok" />
                No destination has failed lately
              </span>
              <p className="mt-1">
                A destination that keeps failing is skipped for some time, so that events take
                another way or wait instead of failing one by one. After days of it the destination
                is disabled, and stands here until somebody enables it.
              </p>
            </Nothing>
          )}
          <ul aria-label="Circuits">
            {circuits.map((circuit) => (
              <CircuitRow key={circuit.id} circuit={circuit} lacking={lacking} />
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}
