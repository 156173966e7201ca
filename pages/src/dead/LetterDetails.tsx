// One dead letter looked into where it stands in the list: what every attempt came to, what a replay sends, who discarded
// it, and the ways on.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement, type ReactNode } from 'react';
import type { DeadLetterDetail } from '../../../src/api/dead-letter-views.ts';
import { AttemptsTab } from '../panel/AttemptsTab.tsx';
import { RequestTab } from '../panel/RequestTab.tsx';
import { RowHistoryLink } from '../rows/RowHistoryLink.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Moment } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { RowsSkeleton } from '../ui/Page.tsx';
import { Tabs } from '../ui/Tabs.tsx';
import { readDeadLetter } from './dead-client.ts';
import type { DeadLetter } from './words.ts';

type Tab = 'attempts' | 'request' | 'headers';

function KeptHeaders({ request }: { request: DeadLetterDetail['request'] }): ReactElement {
  if (request.kept === 'elsewhere') {
    return (
      <p className="p-4 text-sub">
        The request is large: it is kept to be sent, and not read to be shown.
      </p>
    );
  }
  return (
    <div className="overflow-auto px-4 py-2.5">
      <p className="mb-2 text-[12px] text-sub">
        What a replay sends beside the body. Values that can be secrets are kept and not shown.
      </p>
      <dl className="flex flex-col gap-y-1 text-[12px] leading-[18px]">
        {request.headers.map(({ name, value }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- A name can come twice.
          <div key={`${name} ${index}`} className="flex flex-wrap items-start gap-x-2">
            <dt className="w-[160px] flex-none wrap-anywhere text-sub">{name}</dt>
            <dd className="min-w-0 flex-1 font-mono text-[11.5px] wrap-anywhere">
              {value ?? <span className="font-sans text-sub italic">not shown</span>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Body({ detail }: { detail: DeadLetterDetail }): ReactElement {
  const [tab, setTab] = useState<Tab>('attempts');
  const { delivery, event, request } = detail;
  return (
    <div className="flex max-h-[420px] flex-col">
      <Tabs<Tab>
        label={`About ${detail.job}`}
        value={tab}
        onChange={setTab}
        items={[
          { value: 'attempts', label: 'Attempts', count: delivery.attempts.length },
          { value: 'request', label: 'Request' },
          { value: 'headers', label: 'Kept headers' },
        ]}
      >
        {tab === 'attempts' && <AttemptsTab delivery={delivery} event={event} />}
        {tab === 'request' && (
          <RequestTab
            event={event}
            delivery={delivery}
            kept={request.kept === 'here' ? request : null}
          />
        )}
        {tab === 'headers' && <KeptHeaders request={request} />}
      </Tabs>
    </div>
  );
}

export function LetterDetails(props: {
  letter: DeadLetter;
  /** What can be done with it, where the row has no place for that. */
  children: ReactNode;
}): ReactElement {
  const { letter } = props;
  const query = useQuery({
    queryKey: ['dead-letter', letter.deliveryId],
    queryFn: ({ signal }) => readDeadLetter(letter.deliveryId, signal),
  });
  const { discard } = letter;
  return (
    <section aria-label={`Dead letter of ${letter.job}`} className="bg-canvas">
      <h2 className="sr-only">Dead letter of {letter.job}</h2>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-hair px-4 py-2 text-[12px]">
        <span className="flex min-w-0 items-center gap-1.5 text-sub">
          <code className="min-w-0 font-mono text-[11.5px] wrap-anywhere">
            {letter.correlationId}
          </code>
          <CopyButton text={letter.correlationId} label="Copy the correlation ID" />
        </span>
        <span className="flex-1" />
        <Link
          to="/c/$traceId"
          params={{ traceId: letter.traceId }}
          search={{ sel: letter.deliveryId, tab: 'attempts' }}
          className="link"
        >
          Cascade
        </Link>
        <Link
          to="/jobs/$source/$job"
          params={{ source: letter.source, job: letter.job }}
          className="link"
        >
          Job
        </Link>
        <RowHistoryLink of={letter} className="link" />
        {props.children}
      </div>
      {discard !== null && (
        <p className="border-b border-hair px-4 py-2 text-[12px]">
          Discarded by{' '}
          <b className="font-semibold">{discard.onBehalfOf ?? discard.who ?? 'a stop'}</b>{' '}
          <Moment at={discard.at} />
          {discard.note !== null && `: ${discard.note}`}
        </p>
      )}
      {query.isPending && <RowsSkeleton rows={4} what="the letter" />}
      {query.isError && query.data === undefined && (
        <div className="p-4">
          <ProblemNotice
            error={query.error}
            what="The letter"
            onRetry={() => void query.refetch()}
          />
        </div>
      )}
      {query.data !== undefined && <Body detail={query.data} />}
    </section>
  );
}
