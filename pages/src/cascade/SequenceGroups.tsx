// Groups in the diagram: many nodes of one lifeline as one, with how many there are, how the worst of them fared, and
// the way to open them in place.
import { CaretDownIcon } from '@phosphor-icons/react/CaretDown';
import { CaretRightIcon } from '@phosphor-icons/react/CaretRight';
import { useContext, type ReactElement } from 'react';
import { Glyph } from '../ui/Glyph.tsx';
import { toneFill } from '../ui/tone-fill.ts';
import { withShown } from './describe.ts';
import { domIdOf } from './dom-id.ts';
import type { DrawnGroupData, DrawnMoreData } from './drawn-group.ts';
import { SelectContext, TurnContext, useIsSelected } from './view-store.ts';

/** Each outcome's part of the group; none so small that it cannot be seen. */
function Shares({ shares }: Pick<DrawnGroupData, 'shares'>): ReactElement {
  return (
    <span aria-hidden="true" className="absolute inset-x-1.5 bottom-1 flex h-[3px] gap-px">
      {shares.map(({ tone, count }) => (
        <i
          key={tone}
          className={`min-w-1 basis-0 rounded-[1px] ${toneFill[tone]}`}
          style={{ flexGrow: count }}
        />
      ))}
    </span>
  );
}

export function GroupBox({ id, data }: { id: string; data: DrawnGroupData }): ReactElement {
  const select = useContext(SelectContext);
  const turn = useContext(TurnContext);
  const selected = useIsSelected(id);
  const { label, count, worst, detail, tone, shares, isOpen, turnName, found, row } = data;
  const Caret = isOpen ? CaretDownIcon : CaretRightIcon;
  return (
    <>
      <button
        type="button"
        id={domIdOf(id)}
        tabIndex={-1}
        aria-label={withShown(label, [count, worst, found === '' ? detail : found])}
        aria-pressed={selected}
        aria-expanded={isOpen}
        title={label}
        data-selected={selected}
        className={`tl-node tl-group ${isOpen ? 'tl-group-open' : ''}`}
        onClick={() => select(id)}
      >
        <span className="flex items-center gap-[5px] pr-5 text-[12px] leading-[17px] font-semibold tracking-[-0.012em] whitespace-nowrap">
          <Glyph tone={tone} />
          <span className="truncate">{count}</span>
        </span>{' '}
        <span className="block truncate text-[11px] leading-[15px] tracking-[-0.012em]">
          {worst}
        </span>{' '}
        <span className="mb-2.5 block truncate text-[11px] leading-[15px] tracking-[-0.012em] text-sub">
          {found === '' ? detail : <span className="tl-hit text-ink">{found}</span>}
        </span>
        <Shares shares={shares} />
      </button>
      <button
        type="button"
        tabIndex={-1}
        aria-label={turnName}
        title={`${turnName} (Space)`}
        className="tl-group-caret nopan"
        onClick={() => turn(row)}
      >
        <Caret size={12} weight="bold" />
      </button>
    </>
  );
}

export function MoreBox({ id, data }: { id: string; data: DrawnMoreData }): ReactElement {
  const turn = useContext(TurnContext);
  const selected = useIsSelected(id);
  return (
    <button
      type="button"
      id={domIdOf(id)}
      tabIndex={-1}
      aria-label={data.label}
      title={data.label}
      data-selected={selected}
      className="tl-node tl-node-dashed"
      onClick={() => turn(data.row)}
    >
      <span className="block truncate text-[12px] leading-[17px] font-medium text-link">
        {data.main}
      </span>
      <span className="block truncate text-[11px] leading-[15px] text-sub">{data.detail}</span>
    </button>
  );
}
