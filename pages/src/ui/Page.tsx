// What pages are made of: their frame with a title, a row of sections below it, and cards.
import type { ReactElement, ReactNode } from 'react';
import { Frame } from '../frame/Frame.tsx';
import type { KeyLine } from '../keys/key-lines.ts';
import { useDocumentTitle } from './use-document-title.ts';
import { useScrollPlace } from './use-scroll-place.ts';

/** A page that scrolls as a whole. `aside` stands at the right of its title. */
export function Page(props: {
  title: string;
  crumbs?: ReactNode;
  note?: ReactNode;
  aside?: ReactNode;
  below?: ReactNode;
  /** What keys do on this page. */
  keys?: readonly KeyLine[];
  children: ReactNode;
}): ReactElement {
  useDocumentTitle(props.title);
  const box = useScrollPlace();
  return (
    <Frame
      crumbs={props.crumbs ?? <span className="font-medium">{props.title}</span>}
      {...(props.keys === undefined ? {} : { keys: props.keys })}
    >
      <main
        ref={box}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- It scrolls, also where nothing in it has focus.
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto scroll-pt-4 -outline-offset-2!"
      >
        <div className="flex min-h-14 flex-none flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 sm:px-6">
          <h1 className="text-[20px] leading-7 font-semibold tracking-[-0.014em] wrap-anywhere">
            {props.title}
          </h1>
          {props.note}
          <span className="flex-1" />
          {props.aside}
        </div>
        {props.below}
        <div className="flex min-w-0 flex-1 flex-col gap-5 px-4 pb-6 sm:px-6">{props.children}</div>
      </main>
    </Frame>
  );
}

/** A bordered part of a page with a heading. */
export function Card(props: {
  title: string;
  count?: number | undefined;
  hint?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <section className="flex min-w-0 flex-none flex-col overflow-hidden rounded-[10px] border border-line bg-base">
      <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-hair px-4 py-2">
        <h2 className="text-[14px] leading-5 font-semibold">{props.title}</h2>
        {props.count !== undefined && <span className="text-sub">{props.count}</span>}
        {props.hint !== undefined && (
          <span className="text-[12px] text-sub max-sm:w-full">{props.hint}</span>
        )}
        <span className="flex-1" />
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}

/** Nothing to show in a card, in a sentence, with the one next step. */
export function Nothing({ children }: { children: ReactNode }): ReactElement {
  return (
    <div className="flex flex-col items-start gap-2.5 px-4 py-5 text-sub">
      <div className="max-w-[640px]">{children}</div>
    </div>
  );
}

const lines = [62, 84, 48, 71, 56, 66];

/** Lines that stand for rows while they load; appears after 150 ms, so that a quick answer never flashes it. */
export function RowsSkeleton({ rows, what }: { rows: number; what: string }): ReactElement {
  return (
    <div aria-busy="true" className="animate-[appear-late_1ms_150ms_both]">
      <span className="sr-only">Loading {what}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-11 items-center border-b border-hair px-4">
          <div className="skeleton-bar h-3" style={{ width: `${lines[row % lines.length]}%` }} />
        </div>
      ))}
    </div>
  );
}
