// Six figures in one row, or in two or three where it is narrow; each beside the period before.
import type { ReactElement, ReactNode } from 'react';
import { Glyph } from '../ui/Glyph.tsx';
import type { Figure } from './figure.ts';

function Strip({ children }: { children: ReactNode }): ReactElement {
  return (
    <dl className="grid flex-none grid-cols-2 overflow-hidden rounded-[10px] border border-line bg-base sm:grid-cols-3 xl:grid-cols-6">
      {children}
    </dl>
  );
}

const box =
  'flex min-w-0 flex-col border-hair px-4 py-2.5 max-sm:border-b max-sm:odd:border-r sm:max-xl:border-b sm:max-xl:border-r xl:border-r xl:last:border-r-0';

const noteClass = {
  ok: 'text-ok',
  fail: 'text-fail',
  retry: 'text-retry',
  run: 'text-run',
  wait: 'text-wait',
} as const;

function One({ figure }: { figure: Figure }): ReactElement {
  const { name, value, note, tone, isBad } = figure;
  return (
    <div className={box}>
      <dt className="text-[12px] leading-[17px] text-sub">{name}</dt>
      <dd
        className={`text-[22px] leading-[30px] font-semibold tracking-[-0.014em] ${isBad ? 'text-fail' : ''}`}
      >
        {value}
      </dd>
      <dd
        className={`flex items-center gap-1 text-[12px] leading-[17px] ${tone === null ? 'text-sub' : noteClass[tone]}`}
        title={note}
      >
        {tone !== null && <Glyph tone={tone} size={13} />}
        <span className="sm:truncate">{note}</span>
      </dd>
    </div>
  );
}

export function FigureStrip({ figures }: { figures: readonly Figure[] }): ReactElement {
  return (
    <Strip>
      {figures.map((figure) => (
        <One key={figure.name} figure={figure} />
      ))}
    </Strip>
  );
}

/** With the same geometry. */
export function FigureStripSkeleton({ names }: { names: readonly string[] }): ReactElement {
  return (
    <Strip>
      {names.map((name) => (
        <div key={name} className={box}>
          <dt className="text-[12px] leading-[17px] text-sub">{name}</dt>
          <dd className="flex h-[30px] animate-[appear-late_1ms_150ms_both] items-center">
            <span className="skeleton-bar block h-5 w-20" />
            <span className="sr-only">is loading</span>
          </dd>
          <dd className="h-[17px]" />
        </div>
      ))}
    </Strip>
  );
}
