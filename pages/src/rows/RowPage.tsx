// The history of one row: who and what changed it, and why, newest first; or for every column the last change.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useId, type ReactElement } from 'react';
import type { RowChangeView } from '../../../src/api/views.ts';
import { readRowHistory, type RowName } from '../api/client.ts';
import { actorKinds, actorKindWords } from '../cascades/filters.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { LoadOlder } from '../ui/LoadOlder.tsx';
import { Ago } from '../ui/Moment.tsx';
import { Notice, ProblemNotice } from '../ui/Notice.tsx';
import { Page, RowsSkeleton } from '../ui/Page.tsx';
import { Segments } from '../ui/Segments.tsx';
import { marksExplained, marksIn } from '../words/marks.ts';
import { rowLabel } from '../words/names.ts';
import { BlameTable } from './BlameTable.tsx';
import { ChangeEntry } from './ChangeEntry.tsx';
import { blameOf, columnsOf, shownOf, writerOf } from './history.ts';
import type { RowSearch } from './search.ts';
import { ValueStrip } from './ValueStrip.tsx';

const everything = '';

/** As the list of cascades is asked for it. */
function rowText({ source, schema, table, key }: RowName): string {
  return [source, schema, table, key].join('/');
}

function Choice(props: {
  label: string;
  value: string;
  items: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}): ReactElement {
  const id = useId();
  return (
    <span className="flex min-w-0 items-center gap-2">
      <label htmlFor={id} className="text-[12px] text-sub">
        {props.label}
      </label>
      <select
        id={id}
        value={props.value}
        onChange={({ target }) => props.onChange(target.value)}
        className="h-8 max-w-[220px] min-w-0 rounded-lg border border-edge bg-raised px-2 text-[12px]"
      >
        {props.items.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}

function Filters(props: {
  search: RowSearch;
  columns: readonly string[];
  onChange: (search: RowSearch) => void;
}): ReactElement {
  const { search, columns, onChange } = props;
  const { col, kind, ...others } = search;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <Segments
        label="What is shown"
        value={search.blame === true ? 'blame' : 'timeline'}
        items={[
          { value: 'timeline', label: 'Timeline' },
          { value: 'blame', label: 'Blame' },
        ]}
        onChange={(value) => {
          const { blame: _blame, ...rest } = search;
          onChange(value === 'blame' ? { ...rest, blame: true } : rest);
        }}
      />
      {search.blame !== true && (
        <>
          <Choice
            label="Column"
            value={col ?? everything}
            items={[
              { value: everything, label: 'all' },
              ...[...new Set([...columns, ...(col === undefined ? [] : [col])])].map((name) => ({
                value: name,
                label: name,
              })),
            ]}
            onChange={(value) =>
              onChange({
                ...others,
                ...(kind === undefined ? {} : { kind }),
                ...(value === everything ? {} : { col: value }),
              })
            }
          />
          <Choice
            label="Actor"
            value={kind ?? everything}
            items={[
              { value: everything, label: 'all' },
              ...actorKinds.map((name) => ({ value: name, label: actorKindWords[name] })),
            ]}
            onChange={(value) => {
              const chosen = actorKinds.find((name) => name === value);
              onChange({
                ...others,
                ...(col === undefined ? {} : { col }),
                ...(chosen === undefined ? {} : { kind: chosen }),
              });
            }}
          />
        </>
      )}
    </div>
  );
}

function NothingRecorded({ row }: { row: RowName }): ReactElement {
  return (
    <Notice tone="wait" title="Nothing of this row has been recorded" announce="status">
      <p>
        No event about it has arrived: no trigger of its table goes through Throughline, nobody has
        written it since, it is older than what is kept, or it has another key.
      </p>
      <span className="flex flex-wrap justify-center gap-x-4 gap-y-1">
        <Link to="/cascades" search={{ table: row.table }} className="link">
          Cascades that wrote {row.table}
        </Link>
        <Link to="/coverage" className="link">
          Which tables are covered
        </Link>
      </span>
    </Notice>
  );
}

function LastChange({ change }: { change: RowChangeView }): ReactElement {
  return (
    <span className="min-w-0 wrap-anywhere text-sub">
      {change.op === 'DELETE' ? 'deleted' : 'last changed'} <Ago at={change.createdAt} /> by{' '}
      <b className="font-medium text-ink">{writerOf(change).name}</b>
    </span>
  );
}

export function RowPage(): ReactElement {
  const row = useParams({ from: '/rows/$source/$schema/$table/$key' });
  const search = useSearch({ from: '/rows/$source/$schema/$table/$key' });
  const navigate = useNavigate({ from: '/rows/$source/$schema/$table/$key' });
  const query = useInfiniteQuery({
    queryKey: ['row', row],
    queryFn: ({ pageParam, signal }) => readRowHistory(row, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: 10_000,
  });
  const changes = query.data?.pages.flatMap((page) => page.changes) ?? [];
  const [last] = changes;
  const shown = changes
    .map((each) => ({ each, ...shownOf(each, search) }))
    .filter(({ isShown, withUnseen }) => isShown || withUnseen);
  const isFiltered = search.col !== undefined || search.kind !== undefined;
  const title = rowLabel({ table: { schema: row.schema, name: row.table }, rowKey: row.key });
  const change = (next: RowSearch): void => void navigate({ search: next });
  return (
    <Page
      title={title}
      crumbs={
        <>
          <span className="text-sub">Row history</span>
          <span className="text-sub">/</span>
          <span className="truncate font-medium" title={rowText(row)}>
            {row.source} {row.schema}.{row.table}
          </span>
        </>
      }
      note={
        <>
          {last !== undefined && <LastChange change={last} />}
          {query.data !== undefined && (
            <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} quiet />
          )}
        </>
      }
      aside={
        <Link to="/cascades" search={{ row: rowText(row) }} className="btn">
          Its cascades
        </Link>
      }
    >
      {row.key.length > 12 && (
        <p className="font-mono text-[12px] wrap-anywhere text-sub">{row.key}</p>
      )}
      {query.isPending && <RowsSkeleton rows={8} what="the row’s history" />}
      {query.isError && query.data === undefined && (
        <ProblemNotice
          error={query.error}
          what="The row’s history"
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data !== undefined && last === undefined && <NothingRecorded row={row} />}
      {last !== undefined && (
        <>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Filters search={search} columns={columnsOf(changes)} onChange={change} />
            <output className="text-[12px] text-sub">
              {isFiltered && search.blame !== true
                ? `${shown.filter(({ isShown }) => isShown).length} of ${changes.length} ${query.hasNextPage ? 'loaded ' : ''}changes`
                : `${changes.length}${query.hasNextPage ? ' loaded' : ''} ${changes.length === 1 ? 'change' : 'changes'}`}
            </output>
          </div>
          {search.blame !== true && search.col !== undefined && (
            <ValueStrip changes={changes} column={search.col} />
          )}
          {search.blame === true ? (
            <>
              <BlameTable blames={blameOf(changes)} />
              {query.hasNextPage && (
                <p className="text-[12px] text-sub">
                  Columns that have not changed in what is loaded are not listed.
                </p>
              )}
            </>
          ) : shown.length === 0 ? (
            <Notice tone="wait" title="No change fits" announce="status">
              <p>
                {query.hasNextPage
                  ? 'None of those that are loaded fits.'
                  : 'The filter excludes all.'}
              </p>
              <button type="button" className="btn" onClick={() => change({})}>
                Show all changes
              </button>
            </Notice>
          ) : (
            <ol
              aria-label={`Changes of ${title}, newest first`}
              className="relative max-w-[860px] before:absolute before:top-2 before:bottom-2 before:left-[7px] before:border-l before:border-edge"
            >
              {shown.map(({ each, isShown, withUnseen }) => (
                <ChangeEntry
                  key={each.changeId}
                  change={each}
                  column={search.col}
                  isShown={isShown}
                  withUnseen={withUnseen}
                />
              ))}
            </ol>
          )}
          {marksExplained(marksIn(changes.map((each) => each.changes))).map((sentence) => (
            <p key={sentence} className="text-[12px] text-sub">
              {sentence}
            </p>
          ))}
          <LoadOlder query={query} />
        </>
      )}
    </Page>
  );
}
