// What every page of the admin has: its sections, what is published, and the latest change with its undo.
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { Page } from '../ui/Page.tsx';
import { Freshness } from '../ui/Freshness.tsx';
import { Status } from '../ui/Glyph.tsx';
import { ChangeBar } from './ChangeBar.tsx';
import { configurationQuery } from './queries.ts';

const sections = [
  { to: '/admin/routes', label: 'Routes' },
  { to: '/admin/destinations', label: 'Destinations' },
  { to: '/admin/keys', label: 'Keys' },
  { to: '/admin/tokens', label: 'Tokens' },
  { to: '/admin/settings', label: 'Settings' },
  { to: '/admin/dry-run', label: 'Dry run, test' },
  { to: '/admin/versions', label: 'Versions' },
  { to: '/admin/audit', label: 'Audit' },
] as const;

function Published(): ReactElement | null {
  const { data, dataUpdatedAt, isError } = useQuery(configurationQuery);
  if (data === undefined) return null;
  if (isError) return <Freshness updatedAtMs={dataUpdatedAt} failing />;
  const { version, published } = data;
  return published.version < version ? (
    <span title={published.error ?? undefined}>
      <Status
        tone="retry"
        word={`version ${version}, the edge works by ${published.version === 0 ? 'none yet' : published.version}`}
      />
    </span>
  ) : (
    <span className="text-sub">
      {version === 0 ? 'nothing stored yet' : `version ${version}, published`}
    </span>
  );
}

export function AdminPage(props: {
  title: string;
  crumbs?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}): ReactElement {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <Page
      title={props.title}
      crumbs={
        props.crumbs ?? (
          <>
            <span className="text-sub max-sm:hidden">Routing</span>
            <span className="text-sub max-sm:hidden" aria-hidden="true">
              /
            </span>
            <span className="font-medium">{props.title}</span>
          </>
        )
      }
      note={<Published />}
      aside={props.aside}
      below={
        <nav
          aria-label="Routing"
          className="mx-4 mb-5 flex flex-none gap-[18px] overflow-x-auto border-b border-line text-[12.5px] font-medium text-sub sm:mx-6"
        >
          {sections.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              aria-current={path.startsWith(to) ? 'page' : undefined}
              className="-mb-px flex h-[34px] flex-none items-center border-b-2 border-transparent -outline-offset-2! hover:text-ink aria-[current=page]:border-ink aria-[current=page]:text-ink"
            >
              {label}
            </Link>
          ))}
        </nav>
      }
    >
      <ChangeBar />
      {props.children}
    </Page>
  );
}
