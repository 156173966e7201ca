// A column's value as it stands in a row. What is masked or left out keeps its mark and says in a word what that is.
import type { ReactElement } from 'react';
import { markOf, markWords } from '../words/marks.ts';
import { formatValue } from '../words/sentence.ts';

const longest = 600;

/** @param props.gone it was replaced */
export function RowValue({ value, gone }: { value: unknown; gone?: boolean }): ReactElement {
  if (value === null || value === undefined) return <span className="text-sub">null</span>;
  const mark = markOf(value);
  const struck = gone === true ? 'text-sub line-through decoration-1' : '';
  const word = mark !== null && (
    <span className="rounded bg-tint px-1 font-sans text-[11px] leading-4 text-sub">
      {markWords[mark]}
    </span>
  );
  if (mark === 'left_out' || mark === 'left_out_changed') return <>{word}</>;
  return (
    <>
      <span className={struck}>
        {typeof value === 'string' ? value : formatValue(value, longest)}
      </span>
      {word !== false && <> {word}</>}
    </>
  );
}
