// A part of the panel that scrolls by itself and can be reached and scrolled from the keyboard.
import type { ReactElement, ReactNode } from 'react';

/** Fills what is left of a column. A log does not speak up: it is read when one goes there. */
export function ScrollArea(props: {
  kind: 'log' | 'group';
  label: string;
  className?: string;
  children: ReactNode;
}): ReactElement {
  return (
    <div
      role={props.kind}
      aria-label={props.label}
      aria-live="off"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Safari scrolls only what has focus.
      tabIndex={0}
      className={`min-h-0 flex-1 overflow-auto -outline-offset-2! ${props.className ?? ''}`}
    >
      {props.children}
    </div>
  );
}
