// The cascade on linear time: the tree beside bars of waiting, attempts and pauses, with the critical path
// underlined. Dragging over the axis zooms; rows in sight are drawn.
/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events -- As in the list: rows are placed by hand, and the grid has their keys. */
import { memo, useMemo, useRef, type ReactElement } from 'react';
import { useOfferControls } from '../cascade/controls.ts';
import { withShown } from '../cascade/describe.ts';
import { domIdOf } from '../cascade/dom-id.ts';
import {
  foundText,
  groupCounts,
  groupLabel,
  rowLabelOf,
  type OutlineViewProps,
} from '../cascade/outline-view.ts';
import { moreText } from '../list/more-text.ts';
import { TreeCell } from '../list/RowParts.tsx';
import { useTreeRows } from '../list/use-tree-rows.ts';
import { formatElapsed, formatSpan } from '../time/format.ts';
import { criticalPart, criticalPathOf, type CriticalPath } from '../tree/critical-path.ts';
import { useFoundBelow } from '../cascade/use-found-below.ts';
import { linkText, marksOf } from '../tree/marks.ts';
import { folds, rowKinds } from '../tree/outline.ts';
import { rowIdOf, rowOf } from '../tree/rows.ts';
import { at, tones } from '../tree/tree.ts';
import { Glyph } from '../ui/Glyph.tsx';
import { NewBelow } from '../ui/NewBelow.tsx';
import { useMedia } from '../ui/use-media.ts';
import { toneFill } from '../ui/tone-fill.ts';
import type { Tone } from '../words/outcome.ts';
import {
  clampStretch,
  piecesOf,
  shareOf,
  sideOf,
  ticksOf,
  zoomStretch,
  type Piece,
  type Stretch,
} from './bars.ts';
import { useBrush } from './use-brush.ts';

const rowHeight = 28;
const headHeight = 30;

function Bar({ piece, stretch }: { piece: Piece; stretch: Stretch }): ReactElement | null {
  const share = shareOf(stretch, piece.fromMs, piece.toMs);
  if (share === null) return null;
  const style = { left: `${share.left}%`, width: `${share.width}%` };
  const { title } = piece;
  switch (piece.kind) {
    case 'wait':
      return (
        <i
          title={title}
          className="absolute top-[10px] h-2 min-w-px rounded-[2px] border border-edge bg-base"
          style={style}
        />
      );
    case 'back-off':
      return (
        <i
          title={title}
          className="absolute top-[12px] h-0 min-w-px border-t-[3px] border-dotted border-retry"
          style={style}
        />
      );
    case 'attempt':
      return (
        <i
          title={title}
          className={`absolute top-2 h-3 min-w-1 rounded-[2px] ${toneFill[piece.tone]} ${piece.isOpen ? 'rounded-r-none animate-[run-pulse_1.6s_ease-in-out_infinite]' : ''}`}
          style={style}
        />
      );
    case 'moment':
      return (
        <i
          className="absolute top-[10px] size-2 -translate-x-1 rotate-45 border border-wire bg-base"
          style={{ left: `${share.left}%` }}
        />
      );
  }
}

/** Beside the bar, never in it: behind its end, or before its beginning where there is no room behind. */
function Beside(props: {
  stretch: Stretch;
  fromMs: number;
  toMs: number;
  text: string;
  tone: Tone | null;
}): ReactElement | null {
  const { stretch, fromMs, toMs, text, tone } = props;
  const share = shareOf(stretch, fromMs, toMs);
  const side = sideOf(stretch, fromMs, toMs);
  if (share === null) {
    return (
      <span
        className={`absolute top-1 text-[11px] leading-5 text-sub ${side === 'before' ? 'left-1' : 'right-1'}`}
      >
        {side === 'before' ? '‹' : '›'}
      </span>
    );
  }
  const end = share.left + share.width;
  const behind = end < 78;
  return (
    <span
      className="absolute top-1 flex items-center gap-1 text-[11px] leading-5 whitespace-nowrap text-sub"
      style={
        behind
          ? { left: `calc(${end}% + 8px)` }
          : { right: `calc(${Math.max(0, 100 - share.left)}% + 8px)` }
      }
    >
      {tone !== null && tone !== 'ok' && <Glyph tone={tone} size={12} />}
      {text}
    </span>
  );
}

/** Of the view's what rows need: nothing that changes with the selection, or all rows would be drawn again for it. */
interface RowProps extends Pick<
  OutlineViewProps,
  'tree' | 'outline' | 'marks' | 'onPick' | 'onTurn'
> {
  row: number;
  stretch: Stretch;
  critical: CriticalPath;
  selected: boolean;
  hit: boolean;
  /** How many of what the search found it hides. */
  hidden: number;
  columns: string;
  indent: number;
}

const Row = memo(function Row(props: RowProps): ReactElement {
  const { tree, outline, marks: context, row, stretch, critical, selected, hit } = props;
  const item = at(outline.item, row);
  const kind = at(outline.kind, row);
  const fold = at(outline.fold, row);
  const node = kind === rowKinds.node ? tree.nodes[item] : undefined;
  const group = kind === rowKinds.node ? undefined : outline.groups[item];
  const marks = node === undefined ? [] : marksOf(context, node);
  const cause = node === undefined ? undefined : tree.cascade.causeOf.get(node.id);
  const isDashed = cause !== undefined && linkText(cause) !== null;
  const isFolded = fold === folds.folded;
  // An open group's part is told by the member that is on the path.
  const members = node !== undefined ? [item] : isFolded ? (group?.members ?? []) : [];
  const part = criticalPart(critical, members, isFolded);
  const underline = part === null ? null : shareOf(stretch, part.fromMs, part.toMs);
  const id = rowIdOf(tree, outline, row);
  const isMore = kind === rowKinds.more;

  const label = ((): string => {
    if (node !== undefined) {
      const start = formatElapsed(at(tree.arrays.startMs, item));
      const path = part === null ? '' : ', on the critical path';
      return `${rowLabelOf(tree, context, node, marks)}, at ${start}${path}`;
    }
    if (group === undefined) return '';
    return isMore ? moreText(group.members.length, group.shown) : groupLabel(tree, group);
  })();

  const bars = ((): ReactElement | null => {
    if (node !== undefined) {
      const pieces = piecesOf(tree, item);
      const fromMs = pieces[0]?.fromMs ?? 0;
      const toMs = pieces.at(-1)?.toMs ?? fromMs;
      const took = at(tree.arrays.tookMs, item);
      const text = node.kind === 'hop' ? (Number.isNaN(took) ? 'running' : formatSpan(took)) : '';
      const tone = tones[at(tree.arrays.tone, item)] ?? null;
      return (
        <>
          {pieces.map((piece) => (
            <Bar key={`${piece.kind}${piece.fromMs}`} piece={piece} stretch={stretch} />
          ))}
          <Beside stretch={stretch} fromMs={fromMs} toMs={toMs} text={text} tone={tone} />
        </>
      );
    }
    if (group === undefined || isMore) return null;
    const share = shareOf(stretch, group.fromMs, group.toMs);
    const text = Number.isNaN(group.medianMs)
      ? groupCounts(tree, group)
      : `${groupCounts(tree, group)}, median ${formatSpan(group.medianMs)}`;
    return (
      <>
        {share !== null && (
          <i
            title={text}
            className="absolute top-[9px] h-2.5 min-w-1 rounded-[2px] border border-wire bg-tint"
            style={{ left: `${share.left}%`, width: `${share.width}%` }}
          />
        )}
        <Beside
          stretch={stretch}
          fromMs={group.fromMs}
          toMs={group.toMs}
          text={text}
          tone={tones[group.worst] ?? null}
        />
      </>
    );
  })();

  return (
    <div
      id={domIdOf(id)}
      role="row"
      aria-label={withShown(label, [foundText(props.hidden)])}
      aria-level={at(outline.level, row)}
      aria-posinset={at(outline.place, row)}
      aria-setsize={at(outline.size, row)}
      aria-rowindex={row + 2}
      aria-selected={selected}
      aria-expanded={fold === folds.leaf ? undefined : fold === folds.open}
      tabIndex={-1}
      data-selected={selected}
      className={`tl-row ${props.columns}`}
      style={{ top: row * rowHeight, height: rowHeight }}
      onClick={() => (isMore ? props.onTurn(row) : props.onPick(id))}
    >
      <span role="gridcell" className="h-full min-w-0 overflow-hidden border-r border-hair pl-3">
        <TreeCell
          tree={tree}
          outline={outline}
          row={row}
          indent={props.indent}
          marks={marks}
          isDashed={isDashed}
          hit={hit}
          hidden={props.hidden}
          onTurn={props.onTurn}
        />
      </span>
      <span
        role="gridcell"
        className="relative mr-4 ml-2 h-full [overflow:clip] [overflow-clip-margin:6px]"
      >
        {bars}
        {underline !== null && (
          <i
            className="absolute bottom-0.5 h-0.5 min-w-0.5 bg-ink"
            style={{ left: `${underline.left}%`, width: `${underline.width}%` }}
          />
        )}
      </span>
    </div>
  );
});

const criticalTitle =
  'From what ended last up through its causes: what the cascade’s length was made of. Causes are known, so it is exact unless it crosses a weak link.';

export function WaterfallView(props: OutlineViewProps & { stretch: Stretch | null }): ReactElement {
  const { tree, outline, selectedRow, selectedId, hits, actions } = props;
  const found = useFoundBelow(props);
  const narrow = useMedia('(width < 720px)');
  const columns = narrow
    ? 'grid grid-cols-[50%_minmax(0,1fr)]'
    : 'grid grid-cols-[380px_minmax(0,1fr)]';
  const { totalMs } = tree;
  const whole = useMemo(() => ({ t0: 0, t1: Math.max(1, totalMs) }), [totalMs]);
  const { stretch: wanted } = props;
  const stretch = useMemo(
    () => (wanted === null ? whole : clampStretch(totalMs, wanted)),
    [wanted, whole, totalMs],
  );
  const critical = useMemo(() => criticalPathOf(tree), [tree]);
  const { scroller, onScroll, onScrollEnd, drawn, newBelow, showEnd, reveal } = useTreeRows(props, {
    rowHeight,
    headHeight,
  });
  const axis = useRef<HTMLSpanElement>(null);
  const span = stretch.t1 - stretch.t0;
  const brush = useBrush(
    () => axis.current?.getBoundingClientRect() ?? null,
    (from, to) =>
      actions.setStretch(
        clampStretch(totalMs, {
          t0: Math.round(stretch.t0 + (from / 100) * span),
          t1: Math.round(stretch.t0 + (to / 100) * span),
        }),
      ),
  );
  const middleMs = ((): number => {
    const item = selectedRow < 0 ? -1 : at(outline.item, selectedRow);
    if (item === -1 || outline.kind[selectedRow] !== rowKinds.node) {
      return (stretch.t0 + stretch.t1) / 2;
    }
    return (at(tree.arrays.startMs, item) + at(tree.arrays.endMs, item)) / 2;
  })();
  useOfferControls(props.controls, {
    zoomText: formatSpan(span),
    fitName: 'Show the whole time',
    zoomBy: (direction) => actions.setStretch(zoomStretch(totalMs, stretch, direction, middleMs)),
    fit: () => actions.setStretch(null),
    show: (ids) => reveal(rowOf(tree, outline, ids[0] ?? null)),
  });
  const ticks = ticksOf(stretch, narrow ? 3 : 6);
  const isZoomed = stretch !== whole;
  return (
    <section aria-label="Waterfall" className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="treegrid"
        data-view="waterfall"
        aria-label={`Cascade on linear time, ${tree.arrays.count} nodes, ${formatSpan(totalMs)}`}
        aria-rowcount={outline.count + 1}
        aria-colcount={2}
        aria-activedescendant={selectedId === null ? undefined : domIdOf(selectedId)}
        tabIndex={0}
        onScroll={onScroll}
        onScrollEnd={onScrollEnd}
        onDoubleClick={isZoomed ? () => actions.setStretch(null) : undefined}
        {...brush.handlers}
        className={`min-h-0 flex-1 overflow-x-hidden overflow-y-auto bg-canvas text-[12px] -outline-offset-2! ${brush.drawn === null ? '' : 'select-none'}`}
      >
        <div
          role="rowgroup"
          className="sticky top-0 z-10 border-b border-line bg-base text-[11px] text-sub"
        >
          <div role="row" aria-rowindex={1} className={`${columns} h-[29px]`}>
            <span
              role="columnheader"
              className="flex items-center justify-between gap-2 border-r border-hair pr-2 pl-4"
            >
              Name
              <span className="flex items-center gap-1.5 max-sm:hidden" title={criticalTitle}>
                <i className="inline-block w-4 border-b-2 border-ink" />
                critical path{critical.isApproximate && ', approximate: crosses a weak link'}
              </span>
            </span>
            <span role="columnheader" aria-label="Time" className="mr-4 ml-2 flex">
              <span ref={axis} className="relative flex-1 cursor-col-resize">
                {ticks.map(({ share, text }) => (
                  <span
                    key={text}
                    className="absolute bottom-0 h-full border-l border-line pt-2 pl-1 whitespace-nowrap"
                    style={share > 92 ? { right: `${100 - share}%` } : { left: `${share}%` }}
                  >
                    {text}
                  </span>
                ))}
              </span>
            </span>
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: outline.count * rowHeight }}>
          {drawn.map((row) => (
            <Row
              key={rowIdOf(tree, outline, row)}
              tree={tree}
              outline={outline}
              marks={props.marks}
              onPick={props.onPick}
              onTurn={props.onTurn}
              row={row}
              stretch={stretch}
              critical={critical}
              selected={row === selectedRow}
              hit={outline.kind[row] === rowKinds.node && hits.has(at(outline.item, row))}
              hidden={found.get(row) ?? 0}
              columns={columns}
              indent={narrow ? 4 : 12}
            />
          ))}
        </div>
        {outline.count === 0 && (
          <p className="p-4 text-[13px] text-sub">Nothing of this cascade passes the filters.</p>
        )}
      </div>
      {brush.drawn !== null && (
        <div
          aria-hidden="true"
          className={`pointer-events-none absolute inset-y-0 right-4 ${narrow ? 'left-[calc(50%+8px)]' : 'left-[388px]'}`}
        >
          <i
            className="absolute inset-y-0 border-x-2 border-brand bg-brand/10"
            style={{ left: `${brush.drawn.from}%`, width: `${brush.drawn.to - brush.drawn.from}%` }}
          />
        </div>
      )}
      <NewBelow count={newBelow} onShow={showEnd} />
    </section>
  );
}
