// Somebody else changed what the reader was editing: both changes side by side, and the two ways on.
import type { ReactElement } from 'react';
import { Glyph } from '../ui/Glyph.tsx';
import { ValueText } from './Changes.tsx';
import type { FieldOfThree } from './merge.ts';

export function Conflict(props: {
  what: string;
  /** Null where it was deleted. */
  fields: readonly FieldOfThree[] | null;
  onTheirs: () => void;
  onMerged: () => void;
}): ReactElement {
  const { fields } = props;
  return (
    <section
      role="alert"
      className="flex flex-none flex-col gap-3 rounded-[10px] border border-retry bg-base p-4"
    >
      <h2 className="flex items-center gap-2 text-[14px] leading-5 font-semibold">
        <Glyph tone="retry" size={16} />
        {fields === null
          ? `Somebody deleted ${props.what} meanwhile`
          : `Somebody changed ${props.what} meanwhile`}
      </h2>
      {fields !== null && (
        <div className="overflow-x-auto">
          <table className="w-full min-w-[560px] border-collapse text-[12px] leading-[18px]">
            <thead>
              <tr className="border-b border-line text-left text-sub">
                <th className="py-1.5 pr-3 font-medium">Field</th>
                <th className="py-1.5 pr-3 font-medium">When you began</th>
                <th className="py-1.5 pr-3 font-medium">Now stored</th>
                <th className="py-1.5 font-medium">Yours</th>
              </tr>
            </thead>
            <tbody>
              {fields.map(({ field, base, mine, theirs, clashes }) => (
                <tr key={field} className="border-b border-hair align-top font-mono">
                  <th scope="row" className="py-1.5 pr-3 text-left font-sans font-semibold">
                    {field}
                    {clashes && (
                      <span className="block font-normal text-retry">both changed it</span>
                    )}
                  </th>
                  <td className="py-1.5 pr-3 text-sub">
                    <ValueText value={base} />
                  </td>
                  <td className="py-1.5 pr-3">
                    <ValueText value={theirs} />
                  </td>
                  <td className="py-1.5">
                    <ValueText value={mine} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="text-sub">
        {fields === null
          ? 'Yours has not been stored.'
          : 'Yours has not been stored. Taking both keeps what they changed, and yours where both changed the same.'}
      </p>
      <div className="flex flex-wrap gap-2">
        <button type="button" className="btn" onClick={props.onTheirs}>
          {fields === null ? 'Leave it deleted' : 'Discard mine, load theirs'}
        </button>
        <button type="button" className="btn" onClick={props.onMerged}>
          {fields === null ? 'Make it again' : 'Take both, and look again'}
        </button>
      </div>
    </section>
  );
}
