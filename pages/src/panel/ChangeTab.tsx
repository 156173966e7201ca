// The row before and after, column by column; of an update only what differs. What is masked, left out, removed or was
// never kept is said in words.
import type { ReactElement } from 'react';
import type { ColumnChange, EventView } from '../../../src/api/views.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { RowValue } from '../ui/RowValue.tsx';
import { ScrollArea } from '../ui/ScrollArea.tsx';
import { marksExplained, marksIn } from '../words/marks.ts';
import { tellingChanges } from '../words/sentence.ts';
import { missingPayload } from './payload.ts';

function nothing({ table, op }: EventView): string {
  if (table === null) return 'A webhook has no row.';
  if (op === 'MANUAL') return 'It was invoked by hand: nobody wrote the row.';
  return 'No column differs.';
}

function Row(props: {
  change: ColumnChange;
  op: EventView['op'];
  isTelling: boolean;
}): ReactElement {
  const { change, op } = props;
  return (
    <tr className="border-b border-hair align-top">
      <th
        scope="row"
        className={`py-1.5 pl-4 text-left wrap-anywhere ${props.isTelling ? 'font-semibold' : 'font-normal text-sub'}`}
      >
        {change.column}
      </th>
      {op !== 'INSERT' && (
        <td className="px-2 py-1.5 font-mono text-[11.5px] wrap-anywhere">
          <RowValue value={change.old} gone={op === 'UPDATE'} />
        </td>
      )}
      {op !== 'DELETE' && (
        <td className="px-2 py-1.5 pr-4 font-mono text-[11.5px] wrap-anywhere">
          <RowValue value={change.new} />
        </td>
      )}
    </tr>
  );
}

export function ChangeTab({ event }: { event: EventView }): ReactElement {
  const missing = missingPayload(event);
  if (missing !== null) return <p className="p-4 text-sub">{missing}</p>;
  const { op, changes } = event;
  if (changes.length === 0) return <p className="p-4 text-sub">{nothing(event)}</p>;
  const telling = new Set(tellingChanges(changes));
  const note =
    op === 'UPDATE'
      ? `${changes.length} ${changes.length === 1 ? 'column differs' : 'columns differ'}; the others are not shown.`
      : op === 'DELETE'
        ? 'The row as it was.'
        : 'The row as it was written.';
  return (
    <>
      <div className="flex flex-none items-center gap-2 border-b border-hair px-4 py-2">
        <span className="min-w-0 flex-1 text-[12px] text-sub">{note}</span>
        <CopyButton text={JSON.stringify(changes, null, 2)} label="Copy the row change">
          Copy JSON
        </CopyButton>
      </div>
      <ScrollArea kind="group" label="Row change">
        <table className="w-full table-fixed text-[12px] leading-[18px]">
          <thead className="text-left text-sub">
            <tr className="h-8 border-b border-hair">
              <th className="w-[30%] pl-4 font-medium">Column</th>
              {op !== 'INSERT' && (
                <th className="px-2 font-medium">{op === 'UPDATE' ? 'Before' : 'Was'}</th>
              )}
              {op !== 'DELETE' && (
                <th className="px-2 pr-4 font-medium">{op === 'UPDATE' ? 'After' : 'Value'}</th>
              )}
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <Row key={change.column} change={change} op={op} isTelling={telling.has(change)} />
            ))}
          </tbody>
        </table>
        {marksExplained(marksIn(changes)).map((sentence) => (
          <p key={sentence} className="px-4 pt-2.5 text-[12px] text-sub">
            {sentence}
          </p>
        ))}
      </ScrollArea>
    </>
  );
}
