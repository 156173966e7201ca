// The row before and after, column by column.
import type { ReactElement } from 'react';
import type { EventView } from '../../../src/api/views.ts';
import { ScrollArea } from '../ui/ScrollArea.tsx';
import { formatValue, tellingChanges } from '../words/sentence.ts';
import { missingPayload } from './payload.ts';

const longest = 600;

function Value({ value, gone }: { value: unknown; gone?: boolean }): ReactElement {
  if (value === null || value === undefined) return <span className="text-sub">null</span>;
  return (
    <span className={gone === true ? 'text-sub line-through decoration-1' : ''}>
      {typeof value === 'string' ? value : formatValue(value, longest)}
    </span>
  );
}

export function ChangeTab({ event }: { event: EventView }): ReactElement {
  const missing = missingPayload(event);
  if (missing !== null) {
    return <p className="p-4 text-sub">{missing} The columns are not known.</p>;
  }
  if (event.changes.length === 0) {
    return (
      <p className="p-4 text-sub">
        {event.table === null ? 'A webhook has no row.' : 'No column differs.'}
      </p>
    );
  }
  const telling = new Set(tellingChanges(event.changes));
  const both = event.op === 'UPDATE';
  return (
    <ScrollArea kind="group" label="Row change">
      <table className="w-full table-fixed text-[12px] leading-[18px]">
        <thead className="text-left text-sub">
          <tr className="h-8 border-b border-hair">
            <th className="w-[30%] pl-4 font-medium">Column</th>
            {event.op !== 'INSERT' && (
              <th className="px-2 font-medium">{both ? 'Before' : 'Was'}</th>
            )}
            {event.op !== 'DELETE' && (
              <th className="px-2 pr-4 font-medium">{both ? 'After' : 'Value'}</th>
            )}
          </tr>
        </thead>
        <tbody>
          {event.changes.map((change) => (
            <tr key={change.column} className="border-b border-hair align-top">
              <th
                scope="row"
                className={`py-1.5 pl-4 text-left wrap-anywhere ${telling.has(change) ? 'font-semibold' : 'font-normal text-sub'}`}
              >
                {change.column}
              </th>
              {event.op !== 'INSERT' && (
                <td className="px-2 py-1.5 font-mono text-[11.5px] wrap-anywhere">
                  <Value value={change.old} gone={both} />
                </td>
              )}
              {event.op !== 'DELETE' && (
                <td className="px-2 py-1.5 pr-4 font-mono text-[11.5px] wrap-anywhere">
                  <Value value={change.new} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}
