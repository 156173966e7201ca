// What has gone wrong, by job, reason and last answer: how often, since when, in how many cascades. Each narrows the list.
import { useState, type ReactElement } from 'react';
import type { DeadLetterGroupsView } from '../../../src/api/dead-letter-views.ts';
import { Glyph } from '../ui/Glyph.tsx';
import { Ago, Moment } from '../ui/Moment.tsx';
import { Card } from '../ui/Page.tsx';
import { type DeadSearch } from './filters.ts';
import { counted, lastAnswer, reasonText } from './words.ts';

type Group = DeadLetterGroupsView['groups'][number];

const shownFirst = 6;

/** What the list is narrowed by to show one group. */
function filtersOf({ source, job, reason, status, error }: Group): DeadSearch {
  return { source, job, reason, status: status ?? 0, ...(error === null ? {} : { error }) };
}

export function Groups(props: {
  view: DeadLetterGroupsView;
  onChoose: (filters: DeadSearch) => void;
}): ReactElement | null {
  const { groups, letters, searchedUntil } = props.view;
  const [isWhole, setWhole] = useState(false);
  if (groups.length < 2) return null;
  const shown = isWhole ? groups : groups.slice(0, shownFirst);
  const left = letters - groups.reduce((sum, group) => sum + group.letters, 0);
  return (
    <Card
      title="What went wrong"
      count={groups.length}
      hint={
        searchedUntil === null ? undefined : (
          <>
            of the latest {letters.toLocaleString('en')}, since <Moment at={searchedUntil} />
          </>
        )
      }
    >
      <ul aria-label="Groups of dead letters">
        {shown.map((group) => (
          <li
            key={`${group.source} ${group.job} ${group.reason} ${group.status} ${group.error}`}
            className="relative flex flex-wrap items-center gap-x-4 gap-y-0.5 border-b border-hair px-4 py-2 last:border-b-0 hover:bg-recess has-[button:focus-visible]:bg-recess"
          >
            <span className="min-w-8 flex-none text-[15px] font-semibold">
              {group.letters.toLocaleString('en')}
            </span>
            <span className="flex min-w-0 flex-1 basis-[240px] flex-col">
              <button
                type="button"
                title="Show only these"
                onClick={() => props.onChoose(filtersOf(group))}
                className="self-start text-left font-medium wrap-anywhere outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
              >
                {group.job}
              </button>
              <span className="flex items-center gap-1.5 text-[12px] text-sub">
                <Glyph tone="fail" size={13} />
                <span className="min-w-0 wrap-anywhere">
                  {reasonText(group.reason)}, {lastAnswer(group)}
                </span>
              </span>
            </span>
            <span className="text-[12px] text-sub">{counted(group.cascades, 'cascade')}</span>
            <span className="text-[12px] text-sub sm:w-[200px] sm:text-right">
              latest <Ago at={group.lastAt} />
              {Date.parse(group.lastAt) - Date.parse(group.firstAt) > 60_000 && (
                <>
                  , first <Ago at={group.firstAt} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {(groups.length > shownFirst || left > 0) && (
        <div className="flex flex-wrap items-center gap-3 px-4 py-2 text-[12px] text-sub">
          {groups.length > shownFirst && (
            <button type="button" className="link" onClick={() => setWhole(!isWhole)}>
              {isWhole ? 'Show fewer' : `Show all ${groups.length}`}
            </button>
          )}
          {left > 0 && <span>{counted(left, 'letter')} in smaller groups</span>}
        </div>
      )}
    </Card>
  );
}
