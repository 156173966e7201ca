// Whether what Throughline depends on is well: a badge each beside the title, and below it why one is not, since when.
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { healthQuery } from '../api/statistics.ts';
import { Badge, Glyph } from '../ui/Glyph.tsx';
import { Moment } from '../ui/Moment.tsx';
import { TimedText } from '../ui/TimedText.tsx';
import { healthsOf, type Health } from './health.ts';

function useHealths(): Health[] {
  const { data, isError } = useQuery(healthQuery);
  if (data !== undefined && !isError) return healthsOf(data);
  const detail = 'How Throughline’s parts are could not be asked.';
  return isError ? [{ name: 'Health', tone: 'wait', word: 'not known', detail, since: null }] : [];
}

export function HealthBadges(): ReactElement | null {
  const healths = useHealths();
  if (healths.length === 0) return null;
  return (
    <ul aria-label="Health" className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {healths.map(({ name, tone, word, detail }) => (
        <li key={name} title={detail ?? undefined}>
          {tone === 'ok' ? (
            <span className="flex items-center gap-1 text-[12px] text-sub">
              <Glyph tone="ok" />
              {name}
              <span className="sr-only">: {word}</span>
            </span>
          ) : (
            <>
              <Badge tone={tone} word={`${name} ${word}`} />
              {tone === 'wait' && <span className="sr-only">: {detail}</span>}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Nothing where all is well. */
export function HealthReasons(): ReactElement | null {
  const told = useHealths().filter(({ tone }) => tone === 'fail' || tone === 'retry');
  if (told.length === 0) return null;
  return (
    <ul
      aria-label="What is not well"
      className="flex flex-none flex-col gap-1 px-4 pb-3 text-[12px] leading-[17px] text-sub sm:px-6"
    >
      {told.map(({ name, word, detail, since }) => (
        <li key={name} className="wrap-anywhere">
          <b className="font-semibold text-ink">
            {name} {word}
          </b>
          {since !== null && (
            <>
              {' '}
              since <Moment at={since} />
            </>
          )}
          {detail !== null && (
            <>
              {': '}
              <TimedText text={detail} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
