// The node's facts in two columns.
import type { ReactElement, ReactNode } from 'react';
import { triggersOf } from '../cascade/describe.ts';
import type { CascadeNode, ChangeNode, HopNode } from '../cascade/model.ts';
import { formatSpan } from '../time/format.ts';
import { Clock } from '../ui/Moment.tsx';
import { actorLabel, actorTitle, hostOf } from '../words/names.ts';

type Fact = [name: string, value: ReactNode, title?: string];

function hopFacts({ delivery, event }: HopNode): Fact[] {
  const { attempts, durationMs } = delivery;
  const last = attempts.at(-1);
  const status =
    last === undefined
      ? ''
      : last.status === null
        ? `, ${last.outcome.replace('_', ' ')}`
        : `, HTTP ${last.status}`;
  const destination = last?.destination ?? delivery.target;
  return [
    ['Started', <Clock key="started" at={delivery.startedAt} />],
    ['Trigger', event?.trigger ?? 'none, a webhook'],
    ['Took', durationMs === null ? 'running' : formatSpan(durationMs)],
    ['Sent to', hostOf(destination), destination],
    ['Attempt', `${attempts.length} of ${attempts.length}${status}`],
    ['Algorithm', delivery.algorithm],
    ...(delivery.rerunOf === null ? [] : [againOf(delivery.rerunOf)]),
    ...(delivery.reruns.length === 0 ? [] : [sentAgain(delivery.reruns.length)]),
  ];
}

function againOf(deliveryId: string): Fact {
  return ['Again', 'sent by hand, after it had arrived', `Makes delivery ${deliveryId} again`];
}

function sentAgain(times: number): Fact {
  return ['Again', times === 1 ? 'sent once more by hand' : `sent ${times} times more by hand`];
}

function changeFacts(change: ChangeNode): Fact[] {
  const { event, events } = change;
  const arrivals = events.reduce((sum, { arrivals: count }) => sum + count, 0);
  const delayMs = Date.parse(event.arrivedAt) - Date.parse(event.createdAt);
  return [
    ['Written', <Clock key="written" at={event.createdAt} />],
    [
      events.length === 1 ? 'Trigger' : 'Triggers',
      triggersOf(change),
      events.map(({ trigger }) => trigger).join(', '),
    ],
    [
      'Arrived',
      <span key="arrived">
        <Clock at={event.arrivedAt} />{' '}
        <span className="text-sub">
          ({delayMs < 0 ? '' : '+'}
          {formatSpan(delayMs)})
        </span>
      </span>,
    ],
    ['Actor', actorLabel(event.actor), actorTitle(event.actor)],
    ['Arrivals', events.length === 1 ? String(arrivals) : `${arrivals}, ${events.length} events`],
    ['Source', event.source],
  ];
}

export function Facts({ node }: { node: CascadeNode }): ReactElement | null {
  const facts =
    node.kind === 'hop' ? hopFacts(node) : node.kind === 'change' ? changeFacts(node) : [];
  if (facts.length === 0) return null;
  return (
    <dl className="grid grid-cols-[64px_minmax(0,1fr)_64px_minmax(0,1fr)] gap-x-2 gap-y-[3px] border-b border-line px-4 py-2.5 text-[12px] leading-[18px] max-[400px]:grid-cols-[64px_minmax(0,1fr)]">
      {facts.map(([name, value, title]) => (
        <div key={name} className="contents">
          <dt className="text-sub">{name}</dt>
          <dd className="truncate" title={title ?? (typeof value === 'string' ? value : undefined)}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
