// The nodes of the diagram: actor, change, hop, and a hop that is not recorded yet. Drawn from primitives
// worked out beforehand; a node subscribes to its own selection only. Groups are beside.
import { memo, useContext, type ReactElement, type ReactNode } from 'react';
import { Glyph } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { RepeatIcon } from '../ui/icons.tsx';
import { initials } from '../words/names.ts';
import type { Tone } from '../words/outcome.ts';
import { withShown } from './describe.ts';
import { domIdOf } from './dom-id.ts';
import type { Drawn, DrawnNodeData, Pip } from './drawn.ts';
import { GroupBox, MoreBox } from './SequenceGroups.tsx';
import { SelectContext, TurnContext, useIsSelected } from './view-store.ts';

function NodeButton(props: {
  id: string;
  label: string;
  title: string;
  className: string;
  children: ReactNode;
}): ReactElement {
  const select = useContext(SelectContext);
  const selected = useIsSelected(props.id);
  return (
    <button
      type="button"
      id={domIdOf(props.id)}
      tabIndex={-1}
      aria-label={props.label}
      aria-pressed={selected}
      title={props.title}
      data-selected={selected}
      className={props.className}
      onClick={() => select(props.id)}
    >
      {props.children}
    </button>
  );
}

const pipClass: Record<Tone, string> = {
  ok: 'bg-ok',
  fail: 'bg-fail',
  run: 'bg-run',
  wait: 'bg-wait',
  retry: 'bg-retry',
};
const pipSign: Record<Tone, string> = { ok: '✓', fail: '✕', run: '…', wait: '–', retry: '…' };

function Pips({ pips, more }: { pips: Pip[]; more: number }): ReactElement {
  return (
    <span className="ml-auto inline-flex flex-none items-center gap-px" aria-hidden="true">
      {more > 0 && (
        <span
          data-more={`${more}+`}
          className="text-[9.5px] leading-[11px] text-sub before:content-[attr(data-more)]"
        />
      )}
      {pips.map(({ id, tone }) => (
        <span
          key={id}
          className={`h-[11px] w-2.5 rounded-[3px] text-center text-[8px] leading-[11px] font-bold text-raised ${pipClass[tone]}`}
        >
          {pipSign[tone]}
        </span>
      ))}
    </span>
  );
}

const markerClass = {
  retry: 'border-retry bg-retry-tint text-retry',
  wait: 'border-edge bg-raised text-sub',
} as const;

function Marker({ text, tone }: NonNullable<DrawnNodeData['marker']>): ReactElement {
  return (
    // By style: what an edge of the view leaves of a node must stand together in its name, and of three texts around a
    // corner two never do.
    <span
      data-marker={text}
      className={`absolute -top-3.5 -right-1.5 flex h-[17px] items-center gap-0.5 rounded-full border pr-[5px] pl-[3px] text-[10.5px] leading-none font-semibold after:content-[attr(data-marker)] ${markerClass[tone]}`}
    >
      <RepeatIcon size={12} />
    </span>
  );
}

/** What a folded node hides; opens it. */
function Folded(props: NonNullable<DrawnNodeData['folded']> & { className: string }): ReactElement {
  const { row, count, found } = props;
  const turn = useContext(TurnContext);
  const name = `Open, ${count.toLocaleString('en')} below${found > 0 ? `, ${found} found` : ''}`;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={name}
      title={`${name} (Space)`}
      className={`tl-fold-button nopan absolute ${props.className}`}
      onClick={() => turn(row)}
    >
      <span className={found > 0 ? 'tl-hit' : ''}>+{count.toLocaleString('en')}</span>
    </button>
  );
}

function BoxNode({ id, data }: { id: string; data: DrawnNodeData }): ReactElement {
  const { label, title, main, detail, tone, tag, pips, morePips, marker, dashed, hit, folded } =
    data;
  return (
    <>
      <NodeButton
        id={id}
        label={withShown(label, [main, detail, marker?.text ?? null])}
        title={title}
        className={`tl-node ${dashed ? 'tl-node-dashed' : ''}`}
      >
        <span className="flex items-center gap-[5px] text-[12px] leading-[17px] font-semibold tracking-[-0.012em] whitespace-nowrap">
          <Glyph tone={tone} />
          <span className={`truncate ${hit ? 'tl-hit' : ''}`}>{main}</span>{' '}
          {tag !== null && (
            // By style, since it is in the name in words.
            <span
              data-tag={tag}
              className="ml-auto flex-none rounded-[3px] border border-line px-0.5 text-[9.5px] leading-[14px] font-semibold text-sub before:content-[attr(data-tag)]"
            />
          )}
          {pips.length > 0 && <Pips pips={pips} more={morePips} />}
        </span>{' '}
        <span className="block truncate text-left text-[11px] leading-[15px] tracking-[-0.012em] text-sub">
          {detail}
        </span>
        {marker !== null && <Marker {...marker} />}
      </NodeButton>
      {folded !== null && <Folded {...folded} className="-right-1.5 -bottom-3.5" />}
    </>
  );
}

function CircleNode({ id, data }: { id: string; data: DrawnNodeData }): ReactElement {
  const lines = data.detail === '' ? [] : data.detail.split(', ');
  return (
    <>
      <NodeButton
        id={id}
        label={data.label}
        title={data.title}
        className={data.icon === 'unknown' ? 'tl-actor tl-actor-unknown' : 'tl-actor'}
      >
        {data.icon === 'user' ? (
          // By style: the name is read aloud, not its initials.
          <span
            data-initials={initials(data.main)}
            className="before:content-[attr(data-initials)]"
          />
        ) : (
          <KindIcon kind={data.icon} size={16} />
        )}
      </NodeButton>
      {data.folded !== null && <Folded {...data.folded} className="-top-3 left-5" />}
      <span
        aria-hidden="true"
        className="absolute top-8 left-1/2 -translate-x-1/2 bg-canvas px-1 text-center text-[11px] leading-[14px] whitespace-nowrap text-sub"
      >
        {lines.map((line) => (
          <span key={line} className="block">
            {line}
          </span>
        ))}
      </span>
    </>
  );
}

function shapeOf(drawn: Drawn): ReactElement {
  switch (drawn.type) {
    case 'box':
      return <BoxNode id={drawn.id} data={drawn.data} />;
    case 'circle':
      return <CircleNode id={drawn.id} data={drawn.data} />;
    case 'group':
      return <GroupBox id={drawn.id} data={drawn.data} />;
    case 'more':
      return <MoreBox id={drawn.id} data={drawn.data} />;
  }
}

/** Ours and no node of React Flow's, each of which looks at all that changes in its store. */
export const SequenceNode = memo(function SequenceNode({ drawn }: { drawn: Drawn }): ReactElement {
  const { x, y, width, height } = drawn;
  return (
    <div className="tl-placed" style={{ left: x, top: y, width, height }}>
      {shapeOf(drawn)}
    </div>
  );
});
