// What rows of the list and of the waterfall have in common: the place in the tree with name and marks.
import { CaretRightIcon } from '@phosphor-icons/react/CaretRight';
import { StackIcon } from '@phosphor-icons/react/Stack';
import type { ReactElement } from 'react';
import { nodeIcon } from '../cascade/describe.ts';
import { foundText, groupName, memberOf } from '../cascade/outline-view.ts';
import { nodeDetail, nodeName } from '../cascade/describe.ts';
import type { Mark } from '../tree/marks.ts';
import { folds, rowKinds, type Outline } from '../tree/outline.ts';
import { at, type CascadeTree } from '../tree/tree.ts';
import { KindIcon } from '../ui/KindIcon.tsx';
import { RepeatIcon } from '../ui/icons.tsx';
import { rowLabel } from '../words/names.ts';
import { moreText } from './more-text.ts';
import { shortChange } from '../words/sentence.ts';

const markClass: Record<Mark['tone'], string> = {
  ok: 'border-edge text-sub',
  fail: 'border-fail bg-fail-tint text-fail',
  retry: 'border-retry bg-retry-tint text-retry',
  run: 'border-run bg-run-tint text-run',
  wait: 'border-edge text-sub',
};
const dashedKinds = new Set<Mark['kind']>(['weak', 'pending', 'lost']);

export function MarkChips({ marks }: { marks: readonly Mark[] }): ReactElement | null {
  if (marks.length === 0) return null;
  return (
    <span className="flex flex-none items-center gap-1">
      {marks.map(({ kind, text, title, tone }) => (
        <span
          key={kind}
          title={title}
          className={`flex h-[17px] items-center gap-0.5 rounded-full border px-1.5 text-[10.5px] leading-none font-semibold whitespace-nowrap ${dashedKinds.has(kind) ? 'border-dashed' : ''} ${markClass[tone]}`}
        >
          {(kind === 'loop' || kind === 'again') && <RepeatIcon size={12} />}
          {text}
        </span>
      ))}
    </span>
  );
}

/** Deeper rows do not move right any more; they say their level instead. */
const maxIndents = 14;

export interface TreeCellProps {
  tree: CascadeTree;
  outline: Outline;
  row: number;
  indent: number;
  marks: readonly Mark[];
  /** The link to its cause is weak, or not recorded yet. */
  isDashed: boolean;
  hit: boolean;
  /** How many of what the search found it hides. */
  hidden: number;
  onTurn: (row: number) => void;
}

export function TreeCell(props: TreeCellProps): ReactElement {
  const { outline, row, indent } = props;
  const kind = at(outline.kind, row);
  const level = at(outline.level, row);
  const steps = Math.min(level - 1, maxIndents);
  return (
    <span
      className="flex h-full min-w-0 items-center gap-1"
      style={{ paddingLeft: steps * indent }}
    >
      {level - 1 > maxIndents && <span className="text-[10px] text-sub">{level}</span>}
      <FoldButton {...props} />
      {level > 1 && (
        <span
          aria-hidden="true"
          className={`w-2 flex-none border-t ${props.isDashed ? 'border-t-2 border-dashed border-ink' : 'border-wire'}`}
        />
      )}
      {kind === rowKinds.node && <NodeName {...props} />}
      {kind === rowKinds.group && <GroupName {...props} />}
      {kind === rowKinds.more && <MoreName {...props} />}
      {props.hidden > 0 && (
        <span className="tl-hit flex-none text-ink">{foundText(props.hidden)}</span>
      )}
    </span>
  );
}

function FoldButton({ outline, row, onTurn }: TreeCellProps): ReactElement {
  const fold = at(outline.fold, row);
  if (fold === folds.leaf) return <span className="w-5 flex-none" />;
  const isOpen = fold === folds.open;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={isOpen ? 'Fold' : 'Open'}
      className="flex size-6 flex-none -mr-1 items-center justify-center rounded text-sub hover:bg-tint hover:text-ink"
      onClick={(event) => {
        event.stopPropagation();
        onTurn(row);
      }}
    >
      <CaretRightIcon
        size={12}
        weight="bold"
        className={`transition-transform duration-100 ${isOpen ? 'rotate-90' : ''}`}
      />
    </button>
  );
}

function Name({ text, hit }: { text: string; hit: boolean }): ReactElement {
  return (
    <b className={`flex-none font-semibold tracking-[-0.012em] ${hit ? 'tl-hit' : ''}`}>{text}</b>
  );
}

function NodeName({ tree, outline, row, marks, hit }: TreeCellProps): ReactElement | null {
  const node = tree.nodes[at(outline.item, row)];
  if (node === undefined) return null;
  const detail =
    node.kind === 'hop' && node.event !== null
      ? `${rowLabel(node.event)} · ${nodeDetail(node)}`
      : node.kind === 'change'
        ? shortChange(node.event)
        : nodeDetail(node);
  return (
    <>
      <span className="text-sub">
        <KindIcon kind={nodeIcon(node)} />
      </span>
      <Name text={nodeName(node)} hit={hit} />
      <MarkChips marks={marks} />
      <span className="min-w-0 truncate text-sub">{detail}</span>
    </>
  );
}

function GroupName({ tree, outline, row, hit }: TreeCellProps): ReactElement | null {
  const group = outline.groups[at(outline.item, row)];
  const member = group && memberOf(tree, group);
  if (group === undefined || member === undefined) return null;
  return (
    <>
      <span className="text-sub">
        <StackIcon size={14} aria-hidden="true" />
      </span>
      <span className="flex-none font-semibold">{group.members.length.toLocaleString('en')} ×</span>
      <span className="text-sub">
        <KindIcon kind={nodeIcon(member)} />
      </span>
      <Name text={groupName(tree, group)} hit={hit} />
      <span className="min-w-0 truncate text-sub">
        {member.kind === 'hop' ? (member.event?.trigger ?? 'webhook') : 'alike'}
        {group.below > 0 && `, ${group.below.toLocaleString('en')} below`}
      </span>
    </>
  );
}

function MoreName({ outline, row, onTurn }: TreeCellProps): ReactElement | null {
  const group = outline.groups[at(outline.item, row)];
  if (group === undefined) return null;
  return (
    <button
      type="button"
      tabIndex={-1}
      className="link h-6"
      onClick={(event) => {
        event.stopPropagation();
        onTurn(row);
      }}
    >
      {moreText(group.members.length, group.shown)}
    </button>
  );
}
