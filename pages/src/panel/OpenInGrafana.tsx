// The way to the same query in Grafana's Explore. Shows nothing where there is none.
import { ArrowSquareOutIcon } from '@phosphor-icons/react/ArrowSquareOut';
import type { ReactElement } from 'react';

export function OpenInGrafana({ url }: { url: string | null }): ReactElement | null {
  if (url === null) return null;
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="link inline-flex items-center gap-1 whitespace-nowrap"
    >
      Open in Grafana
      <ArrowSquareOutIcon size={13} aria-hidden="true" />
      <span className="sr-only">(new tab)</span>
    </a>
  );
}
