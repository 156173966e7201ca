// Where each finding of the overview leads. Pure: a finding in, a link out.
import type { Finding } from '../../../src/api/statistics-views.ts';

export type FindingLink = { label: string; href: string };

/** @returns null where there is nothing to go to */
export function linkOf(finding: Finding): FindingLink | null {
  const { kind, subject, cascadeId } = finding;
  const example = cascadeId === null ? null : `/c/${encodeURIComponent(cascadeId)}`;
  switch (kind) {
    case 'dead_letters': {
      const href = subject === null ? '/dead' : `/dead?job=${encodeURIComponent(subject)}`;
      return { label: 'Review and replay', href };
    }
    case 'circuit_open':
    case 'destination_disabled':
      return { label: 'See its circuit', href: '/circuits' };
    case 'circuits_unreachable':
      return { label: 'See circuits', href: '/circuits' };
    case 'loop':
      return example === null
        ? { label: 'See loops', href: '/coverage' }
        : { label: 'See an example', href: example };
    case 'gaps':
      return { label: 'See what is missing', href: '/coverage' };
    case 'snapshot_old':
      return { label: 'See versions', href: '/admin/versions' };
    case 'nothing_arrives':
      return { label: 'See cascades', href: '/cascades' };
    case 'not_counted':
      return null;
  }
}
