// What the strokes mean, and the keys.
import type { ReactElement } from 'react';

function Stroke(props: { width: number; colour: string; dash?: string }): ReactElement {
  return (
    <svg width="22" height="8" aria-hidden="true" className="flex-none">
      <path
        d="M0 4H22"
        stroke={props.colour}
        strokeWidth={props.width}
        strokeDasharray={props.dash}
      />
    </svg>
  );
}

const item = 'flex items-center gap-[5px]';

export function Legend(): ReactElement {
  return (
    <footer className="flex h-7 flex-none items-center gap-3.5 overflow-hidden border-t border-line bg-base px-4 text-[11px] whitespace-nowrap text-sub">
      <span className={item}>
        <Stroke width={2} colour="var(--tl-ink)" /> causes the selection
      </span>
      <span className={item}>
        <Stroke width={1.25} colour="var(--tl-wire)" /> other cause
      </span>
      <span className={item}>
        <Stroke width={2} colour="var(--tl-ink)" dash="5 4" /> weak
      </span>
      <span className={item}>
        <Stroke width={2} colour="var(--tl-ink)" dash="1.5 3.5" /> not recorded yet
      </span>
      <span className="flex-1" />
      <span className={`${item} max-lg:hidden`}>
        <kbd className="kbd">↑</kbd>
        <kbd className="kbd">↓</kbd> time
      </span>
      <span className={`${item} max-lg:hidden`}>
        <kbd className="kbd">←</kbd> cause <kbd className="kbd">→</kbd> effect
      </span>
      <span className={`${item} max-lg:hidden`}>
        <kbd className="kbd">e</kbd> next problem
      </span>
      <a
        href="https://reactflow.dev"
        target="_blank"
        rel="noreferrer"
        className="hover:text-ink max-lg:hidden"
      >
        React Flow
      </a>
    </footer>
  );
}
