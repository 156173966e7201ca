// Why a change was made, in one line: from whoever began it, through rows and jobs, to the job that wrote.
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactElement } from 'react';
import type { RowChangeView } from '../../../src/api/views.ts';
import { KindIcon } from '../ui/KindIcon.tsx';
import { chainOf } from './history.ts';

const icons = { actor: 'user', row: 'table', job: 'job' } as const;

export function Because(props: {
  because: NonNullable<RowChangeView['because']>;
  cascadeId: string;
}): ReactElement {
  const { because, cascadeId } = props;
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5 text-[12px] text-sub">
      <span>because</span>
      {chainOf(because).map(({ text, kind, isWeak, eventId }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- A step is its place: two can say the same.
        <Fragment key={index}>
          {index > 0 &&
            (isWeak ? (
              <span className="inline-flex items-center" title="By a weak link">
                <span aria-hidden="true" className="inline-block w-4 border-t-2 border-dashed" />
                <span className="sr-only">by a weak link</span>
              </span>
            ) : (
              <span aria-hidden="true">›</span>
            ))}
          <span className="flex max-w-full min-w-0 items-center gap-1 text-ink">
            {kind !== 'left_out' && (
              <span className="text-sub">
                <KindIcon
                  kind={kind === 'actor' && because.actor.kind !== 'user' ? 'unknown' : icons[kind]}
                  size={12}
                />
              </span>
            )}
            {eventId === null ? (
              <span className="truncate">{text}</span>
            ) : (
              <Link
                to="/c/$traceId"
                params={{ traceId: cascadeId }}
                search={{ sel: eventId }}
                className="truncate hover:underline"
              >
                {text}
              </Link>
            )}
          </span>
        </Fragment>
      ))}
    </p>
  );
}
