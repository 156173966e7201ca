// What came of a test: what was sent, what its sender would have got, and the way to its cascade once it is recorded.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { TestSendReport } from '../../../src/deliveries/test-send-report.ts';
import { readEvent } from '../api/client.ts';
import { isMissing } from '../api/http.ts';
import { formatSpan } from '../time/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Badge, Glyph } from '../ui/Glyph.tsx';
import { Card } from '../ui/Page.tsx';
import type { Tone } from '../words/outcome.ts';

const askAgainMs = 1_000;
/** Refused before anything was delivered, it is never recorded as an event. */
const looksAtMost = 30;

function toneOf(status: number): { tone: Tone; word: string } {
  if (status === 202) return { tone: 'wait', word: 'HTTP 202, queued' };
  return { tone: status >= 200 && status < 300 ? 'ok' : 'fail', word: `HTTP ${status}` };
}

function ToCascade({ event }: { event: TestSendReport['event'] }): ReactElement {
  const query = useQuery({
    queryKey: ['event', event.source, event.id],
    queryFn: ({ signal }) => readEvent(event, signal),
    refetchInterval: ({ state }) =>
      state.data === undefined && state.fetchFailureCount + state.errorUpdateCount < looksAtMost
        ? askAgainMs
        : false,
  });
  if (query.data !== undefined) {
    return (
      <Link
        to="/c/$traceId"
        params={{ traceId: query.data.traceId }}
        search={{ sel: query.data.id }}
        className="link"
      >
        Open its cascade
      </Link>
    );
  }
  const isNotRecorded = isMissing(query.error);
  return (
    <span className="flex items-center gap-1.5 text-sub">
      {query.isError && !isNotRecorded ? (
        query.error.message
      ) : query.errorUpdateCount >= looksAtMost ? (
        'No event was recorded of it.'
      ) : (
        <>
          <Glyph tone="run" />
          Its record is on its way
        </>
      )}
    </span>
  );
}

function Message(props: {
  title: string;
  lines: readonly (readonly [string, string])[];
  body: string;
  note?: string;
}): ReactElement {
  return (
    <section aria-label={props.title} className="border-t border-hair px-4 py-3">
      <div className="flex items-center gap-2">
        <h3 className="flex-1 text-[13px] font-semibold">{props.title}</h3>
        {props.body !== '' && (
          <CopyButton text={props.body} label={`Copy the ${props.title.toLowerCase()}’s body`} />
        )}
      </div>
      <dl className="mt-1.5 grid grid-cols-[minmax(90px,auto)_minmax(0,1fr)] gap-x-4 gap-y-0.5 font-mono text-[11.5px] leading-[18px]">
        {props.lines.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="wrap-anywhere text-sub">{name}</dt>
            <dd className="m-0 wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      {props.body === '' ? (
        <p className="mt-1.5 text-[12px] text-sub">No body.</p>
      ) : (
        <pre className="mt-2 rounded-md bg-recess px-2.5 py-1.5 font-mono text-[11.5px] leading-[17px] wrap-anywhere whitespace-pre-wrap">
          {props.body}
        </pre>
      )}
      {props.note !== undefined && <p className="mt-1 text-[12px] text-sub">{props.note}</p>}
    </section>
  );
}

export function TestReport({ report }: { report: TestSendReport }): ReactElement {
  const { request, answer, event } = report;
  return (
    <Card
      title="What was sent"
      hint={report.version === null ? undefined : `by version ${report.version}`}
      aside={<Badge {...toneOf(answer.status)} />}
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
        <Badge tone="wait" word="Test" />
        <span>answered after {formatSpan(report.tookMs)}</span>
        <span className="flex-1" />
        <ToCascade event={event} />
      </div>
      <Message
        title="Request"
        lines={[[request.method, request.url], ...Object.entries(request.headers)]}
        body={request.body ?? ''}
      />
      <Message
        title="Answer"
        lines={[['status', String(answer.status)], ...Object.entries(answer.headers)]}
        body={answer.body}
        {...(answer.isCut ? { note: 'The first bytes of it.' } : {})}
      />
    </Card>
  );
}
