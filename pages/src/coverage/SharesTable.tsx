// Coverage by table, trigger or job, the largest gap first.
import type { ReactElement } from 'react';
import type { CoverageView } from '../../../src/api/coverage-views.ts';
import { partsOf, percentText, shortName } from './shares.ts';

const cell = 'px-2 py-2 first:pl-4 last:pr-4';

/** The covered part, and the rest hatched: a gap is never invisible. */
export function Meter({ share }: { share: number | null }): ReactElement {
  const covered = share ?? 0;
  return (
    <span aria-hidden="true" className="flex h-1.5 gap-px overflow-hidden rounded-full bg-tint">
      {covered > 0 && <span className="block flex-1 bg-wire" />}
      {share !== null && share < 1 && (
        <span className="tl-gap block min-w-1.5" style={{ width: `${(1 - share) * 100}%` }} />
      )}
    </span>
  );
}

export function SharesTable(props: { shares: CoverageView['tables']; what: string }): ReactElement {
  return (
    <table className="w-full table-fixed border-collapse" aria-label={`Coverage by ${props.what}`}>
      <colgroup>
        <col />
        <col className="w-[112px] max-sm:w-[76px]" />
        <col className="w-[76px]" />
        <col className="w-[36%] max-md:hidden" />
      </colgroup>
      <thead>
        <tr className="h-9 border-b border-line text-left text-[12px] text-sub">
          <th className={`${cell} font-medium capitalize`}>{props.what}</th>
          <th className={`${cell} text-right font-medium`}>Covered</th>
          <th className={`${cell} text-right font-medium`}>Events</th>
          <th className={`${cell} font-medium max-md:hidden`}>Not covered</th>
        </tr>
      </thead>
      <tbody>
        {props.shares.map((share) => (
          <tr
            key={`${share.source} ${share.name}`}
            className="border-b border-hair align-top last:border-b-0"
          >
            <th scope="row" className={`${cell} text-left font-semibold wrap-anywhere`}>
              {shortName(share.name)} <span className="font-normal text-sub">{share.source}</span>
            </th>
            <td className={`${cell} text-right`}>
              {percentText(share.share)}
              <span className="mt-1 block">
                <Meter share={share.share} />
              </span>
            </td>
            <td className={`${cell} text-right`}>{share.events.toLocaleString('en')}</td>
            <td className={`${cell} text-[12px] text-sub max-md:hidden`}>
              {partsOf(share)
                .filter(({ isCovered }) => !isCovered)
                .map(({ word, count }) => `${count.toLocaleString('en')} by ${word}`)
                .join(', ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
