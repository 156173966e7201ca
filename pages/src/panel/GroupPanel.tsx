// What is known of a group of effects that are alike: how many, how they went, how long they took, the slowest.
import { XIcon } from '@phosphor-icons/react/X';
import type { ReactElement } from 'react';
import { nodeIcon, nodeName, nodeOutcome } from '../cascade/describe.ts';
import { countText, groupAttempts, groupName, memberOf } from '../cascade/outline-view.ts';
import type { Group } from '../tree/outline.ts';
import { at, tones, type CascadeTree } from '../tree/tree.ts';
import { formatElapsed, formatSpan } from '../time/format.ts';
import { Status } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { rowLabel } from '../words/names.ts';
import { WhyItRan } from './WhyItRan.tsx';

const words = {
  fail: 'Failed',
  retry: 'Retried or waiting',
  run: 'Running',
  wait: 'Not recorded yet',
  ok: 'Delivered',
} as const;

/** A change has no outcome of its own: what it caused has. */
const wordsBelow = {
  fail: 'Failed below',
  retry: 'Retried or waiting below',
  run: 'Running below',
  wait: 'Not recorded yet below',
  ok: 'Nothing wrong below',
} as const satisfies Record<keyof typeof words, string>;

const listed = 8;

function slowest(tree: CascadeTree, group: Group): number[] {
  const took = (index: number): number => at(tree.arrays.tookMs, index);
  return [...group.members]
    .filter((index) => !Number.isNaN(took(index)))
    .sort((a, b) => took(b) - took(a))
    .slice(0, listed);
}

export function GroupPanel(props: {
  tree: CascadeTree;
  group: Group;
  onSelect: (id: string) => void;
  onTurn: () => void;
  onClose: () => void;
}): ReactElement | null {
  const { tree, group } = props;
  const member = memberOf(tree, group);
  const parent = tree.nodes[group.parent];
  if (member === undefined || parent === undefined) return null;
  const name = groupName(tree, group);
  const attempts = groupAttempts(tree, group);
  const hasSpans = !Number.isNaN(group.medianMs);
  const facts: [string, string][] = [
    ['Began', `${formatElapsed(group.fromMs)} to ${formatElapsed(group.toMs)}`],
    ...(attempts > 0
      ? ([['Attempts', attempts.toLocaleString('en')]] satisfies [string, string][])
      : []),
    ['Below', group.below === 0 ? 'nothing' : countText(group.below, 'node')],
    ...(hasSpans
      ? ([
          ['Median', formatSpan(group.medianMs)],
          ['Shortest', formatSpan(group.minMs)],
          ['Longest', formatSpan(group.maxMs)],
          ['Total', formatSpan(group.totalMs)],
        ] satisfies [string, string][])
      : []),
  ];
  return (
    <aside id="node-panel" aria-label={`Group ${name}`} className="tl-panel">
      <div className="flex flex-none items-center gap-2 border-b border-line px-4 pt-3 pb-2.5">
        <span className="text-sub">
          <KindIcon kind={nodeIcon(member)} size={16} />
        </span>
        <h2
          tabIndex={-1}
          className="flex-1 truncate text-[15px] leading-[22px] font-semibold tracking-[-0.01em]"
        >
          {group.members.length.toLocaleString('en')} × {name}
        </h2>
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
      <div className="min-h-0 flex-1 overflow-y-auto">
        <WhyItRan
          cascade={tree.cascade}
          id={parent.id}
          heading="What caused them all"
          onSelect={props.onSelect}
        />
        <section aria-label="Outcomes" className="border-b border-line px-4 py-3">
          <ul className="grid gap-1 text-[12.5px]">
            {(member.kind === 'hop' || group.below > 0) &&
              tones.map((tone, index) => {
                const count = at(group.counts, index);
                return count === 0 ? null : (
                  <li key={tone} className="flex items-center justify-between">
                    <Status tone={tone} word={(member.kind === 'hop' ? words : wordsBelow)[tone]} />
                    <b className="font-medium">{count.toLocaleString('en')}</b>
                  </li>
                );
              })}
          </ul>
          <dl className="mt-2 grid grid-cols-[auto_1fr_auto_1fr] gap-x-3 gap-y-1 text-[12px]">
            {facts.map(([term, value]) => (
              <div key={term} className="contents">
                <dt className="text-sub">{term}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <button type="button" className="btn mt-3" onClick={props.onTurn}>
            {group.shown > 0 ? 'Close the group' : 'Open in place'}
          </button>
        </section>
        {hasSpans && (
          <section aria-label="Slowest" className="px-4 py-3">
            <h3 className="mb-1 text-[12px] leading-4 font-semibold">Slowest</h3>
            <ul>
              {slowest(tree, group).map((index) => {
                const node = tree.nodes[index];
                if (node === undefined) return null;
                return (
                  <li key={node.id}>
                    <button
                      type="button"
                      onClick={() => props.onSelect(node.id)}
                      className="grid w-full grid-cols-[minmax(0,1fr)_auto_64px] items-center gap-3 rounded py-1 text-left text-[12px] hover:bg-recess"
                    >
                      <span className="truncate">
                        {node.kind === 'hop' && node.event !== null
                          ? rowLabel(node.event)
                          : nodeName(node)}
                      </span>
                      <Status {...nodeOutcome(node)} />
                      <span className="text-right text-sub">
                        {formatSpan(at(tree.arrays.tookMs, index))}
                      </span>
                    </button>
                  </li>
                );
              })}
            </ul>
          </section>
        )}
      </div>
    </aside>
  );
}
