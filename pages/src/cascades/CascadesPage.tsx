// The page of cascades: what is searched for is in its address, how many fit beside its title, the list below.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { cascadesQuery } from '../api/queries.ts';
import { Frame } from '../frame/Frame.tsx';
import { listKeys } from '../keys/key-lines.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { useDocumentTitle } from '../ui/use-document-title.ts';
import { useDocumentKeys } from '../ui/use-document-keys.ts';
import { CascadesList } from './CascadesList.tsx';
import { countText } from './feed.ts';
import { FilterBar } from './FilterBar.tsx';
import type { CascadesSearch } from './filters.ts';
import { moveBetweenRows } from './move-between-rows.ts';
import { searchFieldId } from './SearchField.tsx';

export function CascadesPage(): ReactElement {
  const search = useSearch({ from: '/cascades' });
  const navigate = useNavigate({ from: '/cascades' });
  const query = useQuery(cascadesQuery(search));
  useDocumentKeys(takeKey);
  useDocumentTitle('Cascades');
  const change = (next: CascadesSearch): void => void navigate({ search: next });

  const count = query.data === undefined ? null : countText(query.data);
  return (
    <Frame crumbs={<span className="font-medium">Cascades</span>} keys={listKeys}>
      <main className="flex min-h-0 flex-1 flex-col">
        <div className="flex min-h-14 flex-none flex-wrap items-center gap-x-3 px-4 sm:px-6">
          <h1 className="text-[20px] leading-7 font-semibold tracking-[-0.014em]">Cascades</h1>
          {count !== null && (
            <span
              className="text-sub"
              title={
                count.startsWith('about')
                  ? 'As the database’s statistics estimate it. Exact once all of them are loaded.'
                  : undefined
              }
            >
              {count}
            </span>
          )}
          {query.data !== undefined && (
            <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} fed />
          )}
          <span className="flex-1" />
          <span className="flex items-center gap-1.5 text-[11px] text-sub max-md:hidden">
            <kbd className="kbd">/</kbd> search
            <kbd className="kbd ml-1.5">j</kbd>
            <kbd className="kbd">k</kbd> move <kbd className="kbd ml-1.5">Enter</kbd> open
          </span>
        </div>
        <FilterBar search={search} onChange={change} />
        <CascadesList key={JSON.stringify(search)} search={search} onChange={change} />
      </main>
    </Frame>
  );
}

/** j and k move between rows, Enter is the link's own; / goes to the search. */
function takeKey(event: KeyboardEvent): boolean {
  if (event.key !== '/') return moveBetweenRows(event);
  const field = document.querySelector<HTMLInputElement>(`#${searchFieldId}`);
  field?.focus();
  return field !== null;
}
