// The graph's nodes, drawn from texts worked out beforehand; a node subscribes to its own selection only.
import { StackIcon } from '@phosphor-icons/react/Stack';
import type { NodeProps, NodeTypes } from '@xyflow/react';
import { memo, useContext, type ReactElement } from 'react';
import { withShown } from '../cascade/describe.ts';
import { domIdOf } from '../cascade/dom-id.ts';
import { SelectContext, TurnContext, useIsSelected } from '../cascade/view-store.ts';
import { MarkChips } from '../list/RowParts.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { toneFill } from '../ui/tone-fill.ts';
import type { Tone } from '../words/outcome.ts';
import type { GraphNode } from './drawn.ts';

const toneClass: Record<Tone, string> = {
  ok: 'text-ok',
  fail: 'text-fail',
  retry: 'text-retry',
  run: 'text-run',
  wait: 'text-wait',
};

const HopNode = memo(function HopNode({ id, data }: NodeProps<GraphNode>): ReactElement {
  const select = useContext(SelectContext);
  const turn = useContext(TurnContext);
  const selected = useIsSelected(id);
  const { look, tone } = data;
  const isMore = look === 'more';
  const end =
    tone === null || look !== 'node'
      ? null
      : [tone === 'ok' ? '' : shortWord(data.word), data.took].filter(Boolean).join(' · ');
  return (
    <>
      <button
        type="button"
        id={domIdOf(id)}
        tabIndex={-1}
        aria-label={withShown(data.label, [data.name, data.detail, end])}
        aria-pressed={selected}
        title={data.label}
        data-selected={selected}
        className={`tl-node tl-graph-node ${data.dashed ? 'tl-node-dashed' : ''} ${look === 'group' ? 'tl-group' : ''} ${isMore ? 'tl-graph-more' : ''}`}
        onClick={() => (isMore ? turn(data.row) : select(id))}
      >
        <span className="tl-graph-name flex items-center gap-1.5 text-[13px] leading-[18px] font-semibold tracking-[-0.012em] whitespace-nowrap">
          <span className="tl-graph-kind text-sub">
            {look === 'group' ? <StackIcon size={16} /> : <KindIcon kind={data.icon} size={16} />}
          </span>
          <span className={`tl-graph-text min-w-0 truncate ${data.hit ? 'tl-hit' : ''}`}>
            {data.name}
          </span>
          {tone !== null && (
            <span className={`ml-auto ${data.fold !== '' && !data.isOpen ? 'mr-4' : ''}`}>
              <Glyph tone={tone} size={14} />
            </span>
          )}
        </span>{' '}
        <span className="tl-graph-detail mt-0.5 flex items-center gap-2 text-[12px] leading-4 whitespace-nowrap text-sub">
          <span className="min-w-0 truncate">{data.detail}</span>{' '}
          {tone !== null && end !== null && (
            <span className={`ml-auto flex-none ${tone === 'ok' ? '' : toneClass[tone]}`}>
              {end}
            </span>
          )}
        </span>
        {data.attempts.length > 0 && (
          <span aria-hidden="true" className="absolute inset-x-1 bottom-1 flex h-[3px] gap-px">
            {data.attempts.map((attempt) => (
              <i
                key={attempt.id}
                className={`rounded-[1px] ${toneFill[attempt.tone]}`}
                style={{ flexGrow: attempt.share }}
              />
            ))}
          </span>
        )}
      </button>
      {data.marks.length > 0 && (
        <span className="tl-graph-detail absolute -top-2.5 right-2 bg-canvas">
          <MarkChips marks={data.marks.slice(0, 2)} />
        </span>
      )}
      {data.fold !== '' && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={data.fold}
          title={`${data.fold} (Space)`}
          className={`tl-fold-button tl-graph-fold nopan ${data.isOpen ? 'tl-graph-fold-open' : ''}`}
          onClick={() => turn(data.row)}
        >
          {data.isOpen ? '−' : `+${data.fold.slice('Open, '.length)}`}
        </button>
      )}
    </>
  );
});

/** "attempt 3" of "Delivered, attempt 3"; the node has little room. */
function shortWord(word: string): string {
  return word.replace('Delivered, ', '').replace('Waiting to retry', 'waiting');
}

/** Constant, as React Flow asks for. */
export const graphNodeTypes: NodeTypes = { hop: HopNode };
