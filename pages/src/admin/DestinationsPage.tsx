// What is known of destinations, which routes use them, and which may be called at all.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import { PlusIcon } from '@phosphor-icons/react/Plus';
import type { ReactElement } from 'react';
import { shortAddress } from '../dead/words.ts';
import { countText } from '../statistics/numbers.ts';
import { Badge } from '../ui/Glyph.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, RowsSkeleton } from '../ui/Page.tsx';
import { AdminPage } from './AdminPage.tsx';
import { Allowlist } from './Allowlist.tsx';
import { DestinationForm } from './DestinationForm.tsx';
import { type DestinationRow, destinationRows } from './destination-rows.ts';
import { configurationQuery } from './queries.ts';

/** So many say what a destination is for; the page of routes has them all. */
const routesShown = 8;

function Row({ row, onEdit }: { row: DestinationRow; onEdit: () => void }): ReactElement {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1.5 border-b border-hair px-4 py-2.5 last:border-b-0 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_88px]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <b className="font-semibold wrap-anywhere">{row.known?.job ?? row.impliedJob}</b>
          {row.known?.job == null && <span className="text-[12px] text-sub">by its address</span>}
          {row.known?.isSlow === true && <Badge tone="wait" word="slow" />}
          {row.known?.attemptTimeoutSeconds != null && (
            <span className="text-[12px] text-sub">
              {row.known.attemptTimeoutSeconds} s an attempt
            </span>
          )}
          {row.known?.concurrencyLimit !== undefined && (
            <span className="text-[12px] text-sub">
              {countText(row.known.concurrencyLimit)} at once at most
            </span>
          )}
        </p>
        <p className="mt-0.5 font-mono text-[11.5px] wrap-anywhere text-sub">
          {shortAddress(row.url)}
        </p>
      </div>
      <p className="min-w-0 text-[12px] text-sub max-md:order-last max-md:col-span-2">
        {row.routes.length === 0
          ? 'in no stored route'
          : row.routes.slice(0, routesShown).map((name, index) => (
              <span key={name}>
                {index > 0 && ', '}
                <Link to="/admin/routes/$route" params={{ route: name }} className="link">
                  {name}
                </Link>
              </span>
            ))}
        {row.routes.length > routesShown && ` and ${row.routes.length - routesShown} more routes`}
      </p>
      <button
        type="button"
        className="btn justify-self-end"
        onClick={onEdit}
        aria-label={`${row.known === null ? 'Describe' : 'Edit'} ${shortAddress(row.url)}`}
      >
        {row.known === null ? 'Describe' : 'Edit'}
      </button>
    </li>
  );
}

export function DestinationsPage(): ReactElement {
  const { edit } = useSearch({ from: '/admin/destinations' });
  const navigate = useNavigate({ from: '/admin/destinations' });
  const query = useQuery(configurationQuery);
  const rows = query.data === undefined ? [] : destinationRows(query.data.configuration);
  const show = (url: string | null): void =>
    void navigate({ search: url === null ? {} : { edit: url } });
  return (
    <AdminPage
      title="Destinations"
      aside={
        <button type="button" className="btn" onClick={() => show('')}>
          <PlusIcon size={13} />
          Describe one
        </button>
      }
    >
      {edit !== undefined && query.data !== undefined && (
        <DestinationForm
          key={edit}
          url={edit}
          isKnown={Object.hasOwn(query.data.configuration.destinations, edit)}
          onDone={() => show(null)}
        />
      )}
      {query.isError && query.data === undefined ? (
        <ProblemNotice
          error={query.error}
          what="Destinations"
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Card
          title="Known destinations"
          count={rows.length}
          hint="by stored routes, or described here"
        >
          {query.isPending && <RowsSkeleton rows={4} what="destinations" />}
          {query.data !== undefined && rows.length === 0 && (
            <Nothing>
              None yet. A destination is used without being described: a description gives its job a
              name, more time, or says that it is slow.
            </Nothing>
          )}
          <ul>
            {rows.map((row) => (
              <Row key={row.url} row={row} onEdit={() => show(row.url)} />
            ))}
          </ul>
        </Card>
      )}
      <Allowlist />
    </AdminPage>
  );
}
