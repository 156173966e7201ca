// Everything about the selected node: what it is, why it ran, its facts, and its logs and data in tabs.
import { XIcon } from '@phosphor-icons/react/X';
import { useMemo, type ReactElement } from 'react';
import { useParams } from '@tanstack/react-router';
import { nodeIcon, nodeName, nodeOutcome } from '../cascade/describe.ts';
import type { Turn } from '../cascade/findings.ts';
import type { Cascade, CascadeNode, ChangeNode, HopNode } from '../cascade/model.ts';
import type { PanelTab } from '../cascade/search.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Badge } from '../ui/Glyph.tsx';
import { RepeatIcon } from '../ui/icons.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { Tabs, type TabItem } from '../ui/Tabs.tsx';
import { RowHistoryLink } from '../rows/RowHistoryLink.tsx';
import { AttemptsTab } from './AttemptsTab.tsx';
import { ChangeTab } from './ChangeTab.tsx';
import { Facts } from './Facts.tsx';
import { HopActions } from './HopActions.tsx';
import { JsonTab } from './JsonTab.tsx';
import { LogsTab, type LogsTabProps } from './LogsTab.tsx';
import { RequestTab } from './RequestTab.tsx';
import { TurnNote } from './TurnNote.tsx';
import { UsualDuration } from './UsualDuration.tsx';
import { WhyItRan } from './WhyItRan.tsx';

export interface NodePanelProps {
  cascade: Cascade;
  node: CascadeNode;
  turns: Map<string, Turn>;
  tab: PanelTab;
  live: boolean;
  onTab: (tab: PanelTab) => void;
  onSelect: (id: string) => void;
  onClose: () => void;
}

/** The ID that names the node in rows, headers and logs; null where there is none. */
function idOf(node: CascadeNode): { text: string; what: string } | null {
  switch (node.kind) {
    case 'hop':
      return { text: node.delivery.correlationId, what: 'correlation ID' };
    case 'missing':
      return { text: node.correlationId, what: 'correlation ID' };
    case 'change':
      return { text: node.event.id, what: 'event ID' };
    case 'actor':
      return node.actor.value === null || node.actor.value === node.actor.name
        ? null
        : { text: node.actor.value, what: 'actor' };
  }
}

function tabsOf(node: CascadeNode): TabItem<PanelTab>[] {
  switch (node.kind) {
    case 'hop':
      return [
        { value: 'logs', label: 'Logs' },
        { value: 'attempts', label: 'Attempts', count: node.delivery.attempts.length },
        { value: 'payload', label: 'Request' },
        ...(node.event === null ? [] : [{ value: 'change' as const, label: 'Row change' }]),
        { value: 'raw', label: 'Raw' },
      ];
    case 'change':
      return [
        { value: 'logs', label: 'Logs' },
        { value: 'change', label: 'Row change' },
        { value: 'payload', label: 'Payload' },
        { value: 'raw', label: 'Raw' },
      ];
    case 'actor':
    case 'missing':
      return [];
  }
}

const headings = {
  actor: 'Who began it',
  change: 'Why it was written',
  hop: 'Why it ran',
  missing: 'What it caused',
} as const;

/** Whose logs can be looked at from a node; its own come first. */
function logScopesOf(node: HopNode | ChangeNode, traceId: string): LogsTabProps['scopes'] {
  const cascade = {
    value: 'cascade',
    label: 'Whole cascade',
    target: { of: 'traces', id: traceId },
  } as const;
  if (node.kind === 'change') {
    const { id, event } = node;
    const target = { of: 'events', id, source: event.source } as const;
    return [{ value: 'event', label: 'Jobs it was sent to', target }, cascade];
  }
  const ofHop = (scope: 'hop' | 'effects') => ({ of: 'deliveries', id: node.id, scope }) as const;
  return [
    { value: 'hop', label: 'This hop', target: ofHop('hop') },
    { value: 'effects', label: 'And what follows', target: ofHop('effects') },
    cascade,
  ];
}

function TabBody(props: {
  cascade: Cascade;
  node: CascadeNode;
  tab: PanelTab;
  live: boolean;
  onSelect: (id: string) => void;
}): ReactElement | null {
  const { cascade, node, tab } = props;
  const { traceId } = useParams({ from: '/c/$traceId' });
  const hops = useMemo(() => {
    const nodes = new Map<string, string>();
    for (const each of cascade.nodes.values())
      if (each.kind === 'hop') nodes.set(each.delivery.correlationId, each.id);
    return nodes;
  }, [cascade]);
  if (node.kind !== 'hop' && node.kind !== 'change') return null;
  const { event } = node;
  switch (tab) {
    case 'logs':
      return (
        <LogsTab
          key={node.id}
          scopes={logScopesOf(node, traceId)}
          live={props.live}
          jumps={{ nodes: hops, onSelect: props.onSelect }}
        />
      );
    case 'attempts':
      return node.kind === 'hop' ? (
        <AttemptsTab delivery={node.delivery} event={node.event} />
      ) : null;
    case 'payload':
      return (
        <RequestTab
          key={node.id}
          event={event}
          delivery={node.kind === 'hop' ? node.delivery : null}
        />
      );
    case 'change':
      return event === null ? null : <ChangeTab event={event} />;
    case 'raw':
      return (
        <JsonTab
          value={node.kind === 'hop' ? node.delivery : node.events}
          what="record"
          note="As the API tells it."
        />
      );
  }
}

export function NodePanel(props: NodePanelProps): ReactElement {
  const { cascade, node, turns } = props;
  const turn = turns.get(node.id) ?? null;
  const id = idOf(node);
  const tabs = tabsOf(node);
  const tab = tabs.find(({ value }) => value === props.tab)?.value ?? tabs[0]?.value;
  const name = nodeName(node);
  return (
    <aside id="node-panel" aria-label={name} className="tl-panel">
      <div className="flex-none border-b border-line px-4 pt-3 pb-2.5">
        <div className="flex items-center gap-2">
          <span className="text-sub">
            <KindIcon kind={nodeIcon(node)} size={16} />
          </span>
          <h2
            tabIndex={-1}
            className="truncate text-[15px] leading-[22px] font-semibold tracking-[-0.01em]"
          >
            {name}
          </h2>
          {(node.kind === 'hop' || node.kind === 'missing') && <Badge {...nodeOutcome(node)} />}
          {(node.kind === 'hop' || node.kind === 'change') && node.event?.isTest === true && (
            <Badge tone="wait" word="Test" />
          )}
          {turn !== null && node.kind === 'hop' && (
            <Badge tone="retry" word={`run ${turn.n} of ${turn.of}`} icon={<RepeatIcon />} />
          )}
          <span className="flex-1" />
          <button
            type="button"
            className="btn-icon"
            aria-label="Close"
            title="Close (Esc in the diagram)"
            onClick={props.onClose}
          >
            <XIcon size={14} />
          </button>
        </div>
        {id !== null && (
          <div className="mt-1 flex items-center gap-1.5 text-[11.5px] leading-[18px] text-sub">
            <code className="min-w-0 font-mono wrap-anywhere">{id.text}</code>
            <CopyButton text={id.text} label={`Copy the ${id.what}`} />
          </div>
        )}
        {(node.kind === 'hop' || node.kind === 'change') && node.event !== null && (
          <RowHistoryLink of={node.event} className="link text-[12px]" />
        )}
      </div>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <div className="flex-none">
          <WhyItRan
            cascade={cascade}
            id={node.id}
            heading={headings[node.kind]}
            onSelect={props.onSelect}
          >
            <TurnNote cascade={cascade} node={node} turns={turns} onSelect={props.onSelect} />
          </WhyItRan>
          <Facts node={node} />
          {node.kind === 'hop' && <UsualDuration delivery={node.delivery} />}
          {node.kind === 'hop' && (
            <HopActions
              key={node.id}
              delivery={node.delivery}
              isShown={(other) => cascade.nodes.has(other)}
              onSelect={props.onSelect}
            />
          )}
        </div>
        {tab !== undefined && (
          <Tabs items={tabs} value={tab} onChange={props.onTab} label={`About ${name}`}>
            <TabBody
              cascade={cascade}
              node={node}
              tab={tab}
              live={props.live}
              onSelect={props.onSelect}
            />
          </Tabs>
        )}
      </div>
    </aside>
  );
}
