// What was sent: the headers that Throughline sets, and the payload as far as it is kept; to be copied as JSON, or as a
// command that sends it once more.
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { DeliveryView, EventView } from '../../../src/api/views.ts';
import { useEdge } from '../api/edge.ts';
import { payloadQuery } from '../api/queries.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { RowsSkeleton } from '../ui/Page.tsx';
import { ScrollArea } from '../ui/ScrollArea.tsx';
import { marksExplained, marksIn } from '../words/marks.ts';
import { curlOf } from './curl.ts';
import {
  destinationOf,
  type KeptRequest,
  requestOfJob,
  requestThroughEdge,
  throughlineHeaders,
} from './hop-requests.ts';
import { missingPayload } from './payload.ts';

function Headers(props: { delivery: DeliveryView; areKept: boolean }): ReactElement {
  const { delivery, areKept } = props;
  return (
    <section aria-label="Request headers" className="border-b border-hair px-4 py-2.5">
      <p className="font-mono text-[11.5px] leading-[17px] wrap-anywhere">
        {destinationOf(delivery)}
      </p>
      <dl className="mt-2 flex flex-col gap-y-1 text-[12px] leading-[18px]">
        {throughlineHeaders(delivery).map(([name, value]) => (
          <div key={name} className="flex items-start gap-2">
            <dt className="w-[120px] flex-none text-sub">{name}</dt>
            <dd className="min-w-0 flex-1 font-mono text-[11.5px] wrap-anywhere">{value}</dd>
            <dd className="-my-0.5">
              <CopyButton text={value} label={`Copy ${name}`} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-1.5 text-[12px] text-sub">
        {areKept ? (
          'The others stand under Kept headers, and are in the command for the job.'
        ) : (
          <>
            Beside them the job got <code>traceparent</code> and the sender’s own headers, which are
            handed on and not kept.
          </>
        )}
      </p>
    </section>
  );
}

function Commands(props: {
  delivery: DeliveryView;
  payload: object | null;
  edge: string | null;
  kept: KeptRequest | null;
}): ReactElement {
  const { delivery, payload, edge, kept } = props;
  return (
    <>
      <CopyButton
        text={curlOf(requestOfJob(delivery, payload, kept))}
        label="Copy a call of the job itself, with the same idempotency key"
      >
        Copy curl
      </CopyButton>
      <CopyButton
        text={curlOf(requestThroughEdge(delivery, payload, edge))}
        label="Copy a call that sends the event through Throughline again; your key stands as $THROUGHLINE_KEY"
      >
        Copy curl via the edge
      </CopyButton>
    </>
  );
}

/** @param props.delivery null: what an event brought, whoever it was sent to */
export function RequestTab(props: {
  event: EventView | null;
  delivery: DeliveryView | null;
  /** Of a dead letter: what a replay sends beside the body. */
  kept?: KeptRequest | null;
}): ReactElement {
  const { event, delivery, kept = null } = props;
  const edge = useEdge().url;
  const missing = event === null ? 'Its event is not recorded yet.' : missingPayload(event);
  const query = useQuery({
    ...payloadQuery(event ?? { id: '', source: '' }),
    enabled: missing === null,
  });
  const payload = query.data?.payload ?? null;
  const text = JSON.stringify(payload, null, 2);
  const isAsking = missing === null && query.isPending;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-none flex-wrap items-center gap-2 border-b border-hair px-4 py-2">
        {delivery !== null && !isAsking && (
          <Commands delivery={delivery} payload={payload} edge={edge} kept={kept} />
        )}
        {payload !== null && (
          <CopyButton text={text} label="Copy the payload">
            Copy JSON
          </CopyButton>
        )}
      </div>
      <ScrollArea kind="group" label="Request">
        {delivery !== null && <Headers delivery={delivery} areKept={kept !== null} />}
        {missing !== null && <p className="px-4 py-2.5 text-sub">{missing}</p>}
        {isAsking && <RowsSkeleton rows={4} what="the payload" />}
        {query.isError && payload === null && (
          <div className="p-4">
            <ProblemNotice
              error={query.error}
              what="The payload"
              onRetry={() => void query.refetch()}
            />
          </div>
        )}
        {payload !== null && (
          <>
            {marksExplained(marksIn(payload)).map((sentence) => (
              <p key={sentence} className="px-4 pt-2.5 text-[12px] text-sub">
                {sentence}
              </p>
            ))}
            <pre
              aria-label="Payload"
              className="px-4 py-2 font-mono text-[11.5px] leading-[17px] wrap-anywhere whitespace-pre-wrap"
            >
              {text}
            </pre>
          </>
        )}
      </ScrollArea>
    </div>
  );
}
