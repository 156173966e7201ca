// The answer of a dry run, drawn: refused or sent, by which choice, and each delivery with who would take over.
import type { ReactElement } from 'react';
import type { DryRunView } from '../../../src/api/admin/views.ts';
import { shortAddress } from '../dead/words.ts';
import { Badge, Glyph } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { Card } from '../ui/Page.tsx';
import { formatSpan } from '../time/format.ts';
import { AlgorithmShape } from './AlgorithmShape.tsx';

function Delivery({ plan }: { plan: DryRunView['deliveries'][number] }): ReactElement {
  return (
    <li className="border-b border-hair px-4 py-3 last:border-b-0">
      <p className="flex flex-wrap items-center gap-2">
        <span className="text-sub">
          <KindIcon kind="job" />
        </span>
        <b className="font-semibold">{plan.job}</b>
        <span className="text-[12px] text-sub">
          {plan.method}, {formatSpan(plan.attemptTimeoutMs)} an attempt
        </span>
      </p>
      <p className="mt-1 font-mono text-[12px] wrap-anywhere">{shortAddress(plan.destination)}</p>
      {plan.circuit !== null && plan.circuit.state !== 'closed' && (
        <p className="mt-1 flex items-start gap-1.5 text-[12px] wrap-anywhere">
          <Glyph tone={plan.circuit.state === 'half_open' ? 'wait' : 'fail'} />
          <span>
            circuit {plan.circuit.state === 'half_open' ? 'half open' : plan.circuit.state}
            {plan.circuit.reason !== null && (
              <span className="text-sub">. {plan.circuit.reason}</span>
            )}
          </span>
        </p>
      )}
      {plan.takeOver.length > 0 && (
        <p className="mt-1 text-[12px] wrap-anywhere text-sub">
          takes over: {plan.takeOver.map(shortAddress).join(', then ')}
        </p>
      )}
      <details className="mt-1.5 text-[12px]">
        <summary className="w-fit cursor-pointer rounded text-sub">Headers</summary>
        <dl className="mt-1.5 grid grid-cols-[minmax(90px,auto)_minmax(0,1fr)] gap-x-4 gap-y-0.5 font-mono text-[11.5px] leading-[18px]">
          {Object.entries(plan.headers).map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="wrap-anywhere text-sub">{name}</dt>
              <dd className="m-0 wrap-anywhere">
                {value ?? <span className="text-sub">the sender’s, not shown</span>}
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

function Facts({ report }: { report: DryRunView }): ReactElement {
  const { choice, event } = report;
  const rows: [string, string][] = [];
  if (event !== null) {
    const what =
      event.kind === 'webhook'
        ? 'a webhook'
        : `${event.op ?? 'an event'} of ${event.table?.name ?? 'a table'} ${event.rowKey ?? ''}, trigger ${event.trigger ?? 'unknown'}`;
    rows.push(['Taken for', `${what} from ${event.source}`]);
    rows.push(['Cascade', event.startsTrace ? 'begins one' : 'continues one']);
  }
  if (choice?.isRollout != null)
    rows.push(['Rollout', choice.isRollout ? 'this row takes the other way' : 'this row stays']);
  if (choice?.rotation != null)
    rows.push([
      'Turn',
      choice.rotation.turn === null
        ? 'not known: the rotation is out of reach'
        : `${choice.rotation.turn + 1}, of whoever sends next`,
    ]);
  if (report.stop !== null)
    rows.push([
      'Stopped',
      `since ${report.stop.since}, by ${report.stop.by}: kept until it is released or discarded`,
    ]);
  rows.push(['Sender must sign', report.requiredSignature ?? 'no']);
  rows.push(['Signed for the jobs', report.isSigned ? 'yes, Standard Webhooks' : 'no']);
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 border-b border-hair px-4 py-3">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-sub">{name}</dt>
          <dd className="m-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function DryRunReport({ report }: { report: DryRunView }): ReactElement {
  const { choice, problem, deliveries, notes } = report;
  return (
    <Card
      title="What would be sent"
      hint={`by version ${report.version}${report.publishedVersion < report.version ? `; the edge works by ${report.publishedVersion} still` : ''}`}
      aside={
        report.wouldSend ? (
          <Badge
            tone="ok"
            word={`${deliveries.length} ${deliveries.length === 1 ? 'delivery' : 'deliveries'}`}
          />
        ) : report.stop === null ? (
          <Badge tone="fail" word="Refused" />
        ) : (
          <Badge tone="wait" word="Kept" />
        )
      }
    >
      {problem !== null && (
        <div className="border-b border-hair px-4 py-3">
          <p className="flex items-center gap-2 font-semibold text-fail">
            <Glyph tone="fail" />
            {problem.title} (HTTP {problem.status})
          </p>
          <p className="mt-1 wrap-anywhere">{problem.detail}</p>
        </div>
      )}
      {choice !== null && (
        <p className="flex items-center gap-2 px-4 pt-3">
          <AlgorithmShape algorithm={choice.algorithm} />
          <b className="font-semibold">{choice.algorithm}</b>
          <span className="text-sub">
            {choice.route === null ? 'by the URL' : `by the route ${choice.route}`}
          </span>
        </p>
      )}
      <Facts report={report} />
      <ul aria-label="Deliveries">
        {deliveries.map((plan) => (
          <Delivery key={plan.correlationId} plan={plan} />
        ))}
      </ul>
      {notes.length > 0 && (
        <ul className="flex flex-col gap-1 border-t border-hair px-4 py-3 text-[12px] text-sub">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </Card>
  );
}
