// Why the list is empty, and the one next step: looking further back, or doing without a filter.
import { useQuery } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import type { Problem } from '../api/http.ts';
import { searchQuery } from '../api/queries.ts';
import { useZone } from '../time/clock.ts';
import { Notice } from '../ui/Notice.tsx';
import {
  filterLabels,
  filtersIn,
  filterText,
  withoutFilter,
  type CascadesSearch,
} from './filters.ts';

function WaysOut(props: {
  search: CascadesSearch;
  onChange: (search: CascadesSearch) => void;
}): ReactElement {
  const { search, onChange } = props;
  const { zone } = useZone();
  const inForce = filtersIn(search);
  return (
    <div className="flex max-w-full flex-wrap justify-center gap-2">
      {inForce.map((name) => {
        const text = filterText(search, name, zone);
        return (
          <button
            key={name}
            type="button"
            className="btn max-w-full"
            onClick={() => onChange(withoutFilter(search, name))}
          >
            <span className="truncate">
              Without “{filterLabels[name]}
              {text === '' ? '' : `: ${text}`}”
            </span>
          </button>
        );
      })}
      {inForce.length > 1 && (
        <button type="button" className="btn" onClick={() => onChange({})}>
          Without any filter
        </button>
      )}
    </div>
  );
}

/** What is wrong with a text that was to be an ID, in a sentence. */
function useWrong(text: string | undefined): string | null {
  const { data } = useQuery({ ...searchQuery(text ?? ''), enabled: text !== undefined });
  return data?.wrong ?? null;
}

export function NothingFits(props: {
  search: CascadesSearch;
  /** How far a search that has stopped has looked; null where it has looked at everything. */
  searchedUntil: ReactNode;
  onChange: (search: CascadesSearch) => void;
  children?: ReactNode;
}): ReactElement {
  const { search, searchedUntil } = props;
  const wrong = useWrong(search.text);
  const many = filtersIn(search).length > 1;
  return (
    <Notice
      tone="wait"
      title={searchedUntil === null ? 'No cascade fits' : 'No cascade found so far'}
      announce="status"
    >
      {searchedUntil === null ? (
        <p>
          {many
            ? 'All filters must fit one cascade.'
            : 'Nothing like this has been recorded, or it is older than what is kept.'}
        </p>
      ) : (
        <p>Everything back to {searchedUntil} has been looked at.</p>
      )}
      {wrong !== null && <p>{wrong}</p>}
      {props.children}
      <WaysOut search={search} onChange={props.onChange} />
    </Notice>
  );
}

/** The API refuses what is asked for: says what is wrong, and lets go of filters. */
export function RefusedFilters(props: {
  search: CascadesSearch;
  problem: Problem;
  onChange: (search: CascadesSearch) => void;
}): ReactElement {
  const { problem } = props;
  return (
    <Notice tone="fail" title="These filters cannot be used" announce="alert">
      <p>{problem.detail}</p>
      <WaysOut search={props.search} onChange={props.onChange} />
    </Notice>
  );
}
