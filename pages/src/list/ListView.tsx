// The cascade as a list: a treegrid with everything that the diagrams show, for screen readers, print and small
// screens. One tab stop; rows in sight are drawn.
/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events -- Rows of a table cannot be placed by hand, and only those in sight are drawn. The grid has the keys of all rows. */
import { memo, type ReactElement } from 'react';
import { domIdOf } from '../cascade/dom-id.ts';
import { nodeName, nodeOutcome, withShown } from '../cascade/describe.ts';
import { useOfferControls } from '../cascade/controls.ts';
import {
  foundText,
  groupLabel,
  groupOutcome,
  rowLabelOf,
  type OutlineViewProps,
} from '../cascade/outline-view.ts';
import { useFoundBelow } from '../cascade/use-found-below.ts';
import { linkText, marksOf } from '../tree/marks.ts';
import { folds, rowKinds } from '../tree/outline.ts';
import { rowIdOf, rowOf } from '../tree/rows.ts';
import { at } from '../tree/tree.ts';
import { formatElapsed, formatFull, formatSpan } from '../time/format.ts';
import { useZone } from '../time/clock.ts';
import { Glyph } from '../ui/Glyph.tsx';
import { NewBelow } from '../ui/NewBelow.tsx';
import { useMedia } from '../ui/use-media.ts';
import type { Tone } from '../words/outcome.ts';
import { moreText } from './more-text.ts';
import { TreeCell } from './RowParts.tsx';
import { useTreeRows } from './use-tree-rows.ts';

const rowHeight = 32;
const narrowRowHeight = 52;
const headHeight = 30;

const toneClass: Record<Tone, string> = {
  ok: 'text-ok',
  fail: 'text-fail',
  retry: 'text-retry',
  run: 'text-run',
  wait: 'text-wait',
};

/** Of the view's what rows need: nothing that changes with the selection, or all rows would be drawn again for it. */
interface RowProps extends Pick<
  OutlineViewProps,
  'tree' | 'outline' | 'marks' | 'onPick' | 'onTurn'
> {
  row: number;
  height: number;
  narrow: boolean;
  selected: boolean;
  hit: boolean;
  /** How many of what the search found it hides. */
  hidden: number;
}

interface Said {
  label: string;
  elapsedMs: number;
  cause: { name: string; link: string | null } | null;
  outcome: { tone: Tone; word: string } | null;
  attempts: string;
  took: string;
  tookTitle: string;
}

/** Everything that one row says. */
function said({
  tree,
  outline,
  marks: context,
  row,
}: RowProps): Said & { marks: ReturnType<typeof marksOf> } {
  const item = at(outline.item, row);
  const kind = at(outline.kind, row);
  if (kind === rowKinds.node) {
    const node = tree.nodes[item];
    if (node === undefined) throw new RangeError(`Row ${row} has no node`);
    const marks = marksOf(context, node);
    const cause = tree.cascade.causeOf.get(node.id);
    const from = cause === undefined ? undefined : tree.cascade.nodes.get(cause.from);
    const took = at(tree.arrays.tookMs, item);
    return {
      label: rowLabelOf(tree, context, node, marks),
      elapsedMs: at(tree.arrays.startMs, item),
      cause:
        cause === undefined || from === undefined
          ? null
          : { name: nodeName(from), link: linkText(cause) },
      outcome: node.kind === 'hop' || node.kind === 'missing' ? nodeOutcome(node) : null,
      attempts: node.kind === 'hop' ? String(node.delivery.attempts.length) : '',
      took: Number.isNaN(took) ? '' : formatSpan(took),
      tookTitle: '',
      marks,
    };
  }
  const group = outline.groups[item];
  if (group === undefined) throw new RangeError(`Row ${row} has no group`);
  const parent = tree.nodes[group.parent];
  if (kind === rowKinds.more) {
    return {
      label: moreText(group.members.length, group.shown),
      elapsedMs: Number.NaN,
      cause: null,
      outcome: null,
      attempts: '',
      took: '',
      tookTitle: '',
      marks: [],
    };
  }
  return {
    label: groupLabel(tree, group),
    elapsedMs: group.fromMs,
    cause: parent === undefined ? null : { name: nodeName(parent), link: null },
    outcome: groupOutcome(tree, group),
    attempts: '',
    took: Number.isNaN(group.medianMs) ? '' : `median ${formatSpan(group.medianMs)}`,
    tookTitle: Number.isNaN(group.minMs)
      ? ''
      : `min ${formatSpan(group.minMs)}, max ${formatSpan(group.maxMs)}, total ${formatSpan(group.totalMs)}`,
    marks: [],
  };
}

const cell = 'min-w-0 truncate';
/** Wide: seven columns; the cause goes first where there is no room. */
const columns =
  'grid grid-cols-[68px_minmax(0,1fr)_156px_54px_96px] @5xl:grid-cols-[76px_minmax(0,1fr)_150px_190px_60px_104px] items-center gap-x-3 px-4';

const Row = memo(function Row(props: RowProps): ReactElement {
  const { tree, outline, row, height, narrow, selected, hit } = props;
  const { zone } = useZone();
  const facts = said(props);
  const id = rowIdOf(tree, outline, row);
  const fold = at(outline.fold, row);
  const isDashed = facts.cause !== null && facts.cause.link !== null;
  const atMs = tree.cascade.startMs + facts.elapsedMs;
  const isMore = at(outline.kind, row) === rowKinds.more;
  const time = Number.isNaN(facts.elapsedMs) ? null : (
    <time dateTime={new Date(atMs).toISOString()} title={formatFull(atMs, zone)}>
      {formatElapsed(facts.elapsedMs)}
    </time>
  );
  const outcome = facts.outcome !== null && (
    <span
      className={`flex min-w-0 items-center gap-1.5 font-medium ${toneClass[facts.outcome.tone]}`}
    >
      <Glyph tone={facts.outcome.tone} />
      <span className="truncate" title={facts.outcome.word}>
        {facts.outcome.word}
      </span>
    </span>
  );
  const name = (
    <TreeCell
      tree={tree}
      outline={outline}
      row={row}
      indent={narrow ? 10 : 16}
      marks={facts.marks}
      isDashed={isDashed}
      hit={hit}
      hidden={props.hidden}
      onTurn={props.onTurn}
    />
  );
  return (
    <div
      id={domIdOf(id)}
      role="row"
      aria-label={withShown(facts.label, [foundText(props.hidden)])}
      aria-level={at(outline.level, row)}
      aria-posinset={at(outline.place, row)}
      aria-setsize={at(outline.size, row)}
      aria-rowindex={row + 2}
      aria-selected={selected}
      aria-expanded={fold === folds.leaf ? undefined : fold === folds.open}
      tabIndex={-1}
      data-selected={selected}
      className={`tl-row ${narrow ? 'flex flex-col justify-center px-3' : columns}`}
      style={{ top: row * height, height }}
      onClick={() => (isMore ? props.onTurn(row) : props.onPick(id))}
    >
      {narrow ? (
        <>
          <span role="gridcell" className="flex h-6 min-w-0 items-center gap-2">
            <span className="min-w-0 flex-1 overflow-hidden">{name}</span>
            <span className="max-w-[45%] text-[12px]">{outcome}</span>
          </span>
          <span
            role="gridcell"
            className="flex h-[18px] items-center gap-2 truncate pl-6 text-[11.5px] text-sub"
          >
            {time}
            {facts.cause !== null && (
              <span className="truncate">
                by {facts.cause.name}
                {facts.cause.link !== null && `, ${facts.cause.link}`}
              </span>
            )}
            <span className="ml-auto flex-none">
              {facts.attempts !== '' && facts.attempts !== '1' && `${facts.attempts} attempts · `}
              {facts.took}
            </span>
          </span>
        </>
      ) : (
        <>
          <span role="gridcell" className={`${cell} text-sub`}>
            {time}
          </span>
          <span role="gridcell" className="h-full min-w-0 overflow-hidden">
            {name}
          </span>
          <span role="gridcell" className={`${cell} hidden text-sub @5xl:block`}>
            {facts.cause !== null && (
              <>
                {isDashed && (
                  <span
                    aria-hidden="true"
                    className="mr-1 inline-block w-3 border-t-2 border-dashed border-ink align-middle"
                  />
                )}
                <span title={facts.cause.link ?? facts.cause.name}>{facts.cause.name}</span>
              </>
            )}
          </span>
          <span role="gridcell" className={cell}>
            {outcome}
          </span>
          <span role="gridcell" className={`${cell} text-right text-sub`}>
            {facts.attempts}
          </span>
          <span role="gridcell" className={`${cell} text-right text-sub`} title={facts.tookTitle}>
            {facts.took}
          </span>
        </>
      )}
    </div>
  );
});

const heads = [
  { name: 'Time', className: '' },
  { name: 'Name', className: 'pl-6' },
  { name: 'Cause', className: 'hidden @5xl:block' },
  { name: 'Outcome', className: '' },
  { name: 'Attempts', className: 'text-right' },
  { name: 'Took', className: 'text-right' },
];

export function ListView(props: OutlineViewProps): ReactElement {
  const { tree, outline, selectedRow, selectedId, hits } = props;
  const found = useFoundBelow(props);
  const narrow = useMedia('(width < 720px)');
  const height = narrow ? narrowRowHeight : rowHeight;
  const { scroller, onScroll, onScrollEnd, drawn, newBelow, showEnd, reveal } = useTreeRows(props, {
    rowHeight: height,
    headHeight: narrow ? 0 : headHeight,
  });
  useOfferControls(props.controls, {
    zoomText: '',
    fitName: 'Go to the top',
    zoomBy: () => undefined,
    fit: () => scroller.current?.scrollTo({ top: 0 }),
    show: (ids) => reveal(rowOf(tree, outline, ids[0] ?? null)),
  });
  return (
    <section aria-label="List" className="@container relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="treegrid"
        data-view="list"
        aria-label={`Cascade as a list, ${tree.arrays.count} nodes`}
        aria-rowcount={outline.count + 1}
        aria-colcount={narrow ? 2 : heads.length}
        aria-activedescendant={selectedId === null ? undefined : domIdOf(selectedId)}
        tabIndex={0}
        onScroll={onScroll}
        onScrollEnd={onScrollEnd}
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto bg-canvas text-[12px] -outline-offset-2!"
      >
        <div
          role="rowgroup"
          className={
            narrow
              ? 'sr-only'
              : 'sticky top-0 z-10 border-b border-line bg-base text-[11px] text-sub'
          }
        >
          <div role="row" aria-rowindex={1} className={narrow ? '' : `${columns} h-[29px]`}>
            {heads.map(({ name, className }) => (
              <span key={name} role="columnheader" className={`${cell} ${className}`}>
                {name}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: outline.count * height }}>
          {drawn.map((row) => (
            <Row
              key={rowIdOf(tree, outline, row)}
              tree={tree}
              outline={outline}
              marks={props.marks}
              onPick={props.onPick}
              onTurn={props.onTurn}
              row={row}
              height={height}
              narrow={narrow}
              selected={row === selectedRow}
              hit={outline.kind[row] === rowKinds.node && hits.has(at(outline.item, row))}
              hidden={found.get(row) ?? 0}
            />
          ))}
        </div>
        {outline.count === 0 && (
          <p className="p-4 text-[13px] text-sub">Nothing of this cascade passes the filters.</p>
        )}
      </div>
      <NewBelow count={newBelow} onShow={showEnd} />
    </section>
  );
}
