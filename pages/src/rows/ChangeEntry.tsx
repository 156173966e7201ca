// One change of a row in its timeline: who, when, which columns from what to what, why, and where to see all of it. And
// what must have happened before it, of which nothing is recorded.
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import type { ColumnChange, RowChangeView } from '../../../src/api/views.ts';
import { actorIcon } from '../cascades/CascadeRow.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { Ago, Moment } from '../ui/Moment.tsx';
import { RowValue } from '../ui/RowValue.tsx';
import { actorTitle } from '../words/names.ts';
import { tellingChanges } from '../words/sentence.ts';
import { Because } from './Because.tsx';
import { isUnknown, writerOf } from './history.ts';

const shownColumns = 6;

const verbs = { INSERT: 'created it', UPDATE: 'changed', DELETE: 'deleted it', MANUAL: 'sent it' };

function Columns(props: {
  changes: readonly ColumnChange[];
  op: RowChangeView['op'];
  column: string | undefined;
}): ReactElement | null {
  const [isAll, setAll] = useState(false);
  const telling = tellingChanges([...props.changes]);
  const sorted = [...telling, ...props.changes.filter((change) => !telling.includes(change))];
  const fitting =
    props.column === undefined ? sorted : sorted.filter(({ column }) => column === props.column);
  const shown = isAll ? sorted : fitting.slice(0, shownColumns);
  const left = sorted.length - shown.length;
  return (
    <div className="flex flex-col items-start gap-1">
      <dl className="grid max-w-full grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-x-4 gap-y-0.5 text-[12px] leading-[18px]">
        {shown.map((change) => (
          <div key={change.column} className="contents">
            <dt
              className={`max-w-[200px] wrap-anywhere ${telling.includes(change) ? 'font-semibold' : 'text-sub'}`}
            >
              {change.column}
            </dt>
            <dd className="min-w-0 font-mono text-[11.5px] wrap-anywhere">
              {props.op === 'UPDATE' && (
                <>
                  <RowValue value={change.old} gone />
                  <span className="text-sub"> → </span>
                </>
              )}
              <RowValue
                value={props.op === 'DELETE' ? change.old : change.new}
                gone={props.op === 'DELETE'}
              />
            </dd>
          </div>
        ))}
      </dl>
      {left > 0 && (
        <button type="button" className="link text-[12px]" onClick={() => setAll(true)}>
          {left} more {left === 1 ? 'column' : 'columns'}
        </button>
      )}
    </div>
  );
}

function Unseen({ unseen }: { unseen: NonNullable<RowChangeView['unseen']> }): ReactElement {
  const { op, changes, from, until } = unseen;
  const what =
    op === 'DELETE'
      ? 'It was deleted.'
      : op === 'INSERT'
        ? 'It was created again.'
        : 'It was changed.';
  return (
    <li className="relative pb-5 pl-8">
      <Dot dashed />
      <div className="flex flex-col gap-1.5 rounded-lg border border-dashed border-wire px-3 py-2">
        <p className="flex flex-wrap items-center gap-x-2 text-[12px]">
          <span className="flex items-center gap-1.5 font-semibold">
            <Glyph tone="wait" size={13} />
            Unknown
          </span>
          <span className="text-sub">
            between <Moment at={from} /> and <Moment at={until} />
          </span>
        </p>
        <p className="text-[12px] text-sub">
          {what} Nothing of it was recorded: its trigger does not listen to it, was off, or it did
          not arrive.
        </p>
        {changes.length > 0 && <Columns changes={changes} op="UPDATE" column={undefined} />}
      </div>
    </li>
  );
}

function Dot({ dashed }: { dashed?: boolean }): ReactElement {
  return (
    <span
      aria-hidden="true"
      className={`absolute top-1 left-0 size-[15px] rounded-full border-2 bg-canvas ${
        dashed === true ? 'border-dashed border-wire' : 'border-ink'
      }`}
    />
  );
}

/** @param props.column that is looked at; undefined for all */
function Change(props: { change: RowChangeView; column: string | undefined }): ReactElement {
  const { change, column } = props;
  const { actor, cause, because, op } = change;
  const writer = writerOf(change);
  return (
    <li className="relative pb-5 pl-8">
      <Dot />
      <div className="flex min-w-0 flex-col gap-1.5">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <span
            className="flex min-w-0 items-center gap-1.5 font-semibold"
            title={actorTitle(actor)}
          >
            <span className="text-sub">
              <KindIcon kind={writer.isJob ? 'job' : actorIcon(actor)} />
            </span>
            <span className="truncate">{writer.name}</span>
          </span>
          <span className="text-sub">{op === null ? 'wrote it' : verbs[op]}</span>
          {cause?.evidence === 'weak' && (
            <span
              className="flex items-center gap-1 text-[12px] font-medium text-retry"
              title={cause.reason}
            >
              <span aria-hidden="true" className="w-4 border-t-2 border-dashed border-current" />
              weak link
            </span>
          )}
          {cause?.evidence === 'pending' && (
            <span className="text-[12px] text-sub" title={cause.reason}>
              by {cause.correlationId ?? 'a hop'}, not recorded yet
            </span>
          )}
          <span className="flex-1 max-sm:hidden" />
          <span className="flex flex-wrap items-center gap-x-2 text-[12px] text-sub max-sm:w-full">
            <Moment at={change.createdAt} />
            <span>
              <Ago at={change.createdAt} />
            </span>
          </span>
        </div>
        {isUnknown(change) ? (
          <p className="text-[12px] text-sub">
            {change.payloadRemovedAt === null ? (
              'Which columns is not known: the payload was not kept.'
            ) : (
              <>
                Which columns is no longer known: the payload was removed{' '}
                <Ago at={change.payloadRemovedAt} />.
              </>
            )}
          </p>
        ) : change.changes.length === 0 ? (
          <p className="text-[12px] text-sub">No column differs.</p>
        ) : (
          <Columns changes={change.changes} op={op} column={column} />
        )}
        {because !== null && <Because because={because} cascadeId={change.cascadeId} />}
        <Link
          to="/c/$traceId"
          params={{ traceId: change.cascadeId }}
          search={{ sel: change.eventId }}
          className="link self-start text-[12px]"
        >
          Open in its cascade
        </Link>
      </div>
    </li>
  );
}

/** One or the other, or both: the change itself, and what must have happened before it. */
export function ChangeEntry(props: {
  change: RowChangeView;
  column: string | undefined;
  isShown: boolean;
  withUnseen: boolean;
}): ReactElement {
  const { change, column } = props;
  return (
    <>
      {props.isShown && <Change change={change} column={column} />}
      {props.withUnseen && change.unseen !== null && <Unseen unseen={change.unseen} />}
    </>
  );
}
