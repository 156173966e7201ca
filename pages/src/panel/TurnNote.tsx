// Says that a job ran before for the same row, and leads to the run before.
import type { ReactElement } from 'react';
import { repeatedRuns, type Turn } from '../cascade/findings.ts';
import type { Cascade, CascadeNode } from '../cascade/model.ts';
import { formatSpan } from '../time/format.ts';
import { rowLabel } from '../words/names.ts';
import { shortChange } from '../words/sentence.ts';

export function TurnNote(props: {
  cascade: Cascade;
  node: CascadeNode;
  turns: Map<string, Turn>;
  onSelect: (id: string) => void;
}): ReactElement | null {
  const { node } = props;
  if (node.kind !== 'hop' || node.event === null || !props.turns.has(node.id)) return null;
  const group = repeatedRuns(props.cascade).find((runs) => runs.some(({ id }) => id === node.id));
  const at = group?.findIndex(({ id }) => id === node.id) ?? -1;
  const other = at > 0 ? group?.[at - 1] : group?.[at + 1];
  if (group === undefined || other === undefined) return null;
  const apartMs = Math.abs(
    Date.parse(node.delivery.startedAt) - Date.parse(other.delivery.startedAt),
  );
  return (
    <p className="mt-2.5 rounded-lg bg-retry-tint px-2.5 py-2 text-[12.5px] leading-[18px]">
      <b className="font-semibold">{node.event.trigger ?? node.delivery.job}</b> sent{' '}
      {rowLabel(node.event)} to this job {at > 0 ? 'before' : 'again'}, {formatSpan(apartMs)}{' '}
      {at > 0 ? 'earlier' : 'later'}. This time the change was{' '}
      <span className="font-mono text-[11.5px]">{shortChange(node.event)}</span>.{' '}
      <button type="button" className="link" onClick={() => props.onSelect(other.id)}>
        Go to run {at > 0 ? at : at + 2}
      </button>
    </p>
  );
}
