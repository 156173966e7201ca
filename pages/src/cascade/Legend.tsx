// What the strokes and bars mean, and the way to the keys.
import type { ReactElement } from 'react';
import type { View } from './search.ts';

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

function Arrows(): ReactElement {
  return (
    <>
      <span className={item}>
        <Stroke width={2} colour="var(--tl-ink)" /> causes the selection
      </span>
      <span className={item}>
        <Stroke width={1.25} colour="var(--tl-wire)" /> other cause
      </span>
    </>
  );
}

export function Legend(props: { view: View; onKeys: () => void }): ReactElement {
  const { view } = props;
  const isDiagram = view === 'sequence' || view === 'graph';
  return (
    <footer className="@container flex-none border-t border-line bg-base">
      <div className="flex min-h-7 flex-wrap items-center gap-x-3.5 gap-y-1 px-4 py-1 text-[11px] whitespace-nowrap text-sub">
        {isDiagram && <Arrows />}
        <span className={item}>
          <Stroke width={2} colour="var(--tl-ink)" dash="5 4" /> weak
        </span>
        {isDiagram && (
          <span className={item}>
            <Stroke width={2} colour="var(--tl-ink)" dash="1.5 3.5" /> not recorded yet
          </span>
        )}
        <span className="flex-1" />
        <span className={`${item} @max-[940px]:hidden`}>
          <kbd className="kbd">↑</kbd>
          <kbd className="kbd">↓</kbd> {view === 'sequence' ? 'time' : 'rows'}
        </span>
        <span className={`${item} @max-[940px]:hidden`}>
          <kbd className="kbd">←</kbd> cause <kbd className="kbd">→</kbd> effect
        </span>
        <span className={`${item} @max-[820px]:hidden`}>
          <kbd className="kbd">e</kbd> next problem
        </span>
        <button
          type="button"
          className={`${item} h-6 rounded hover:text-ink @max-[560px]:hidden`}
          onClick={props.onKeys}
        >
          <kbd className="kbd">?</kbd> all keys
        </button>
        {isDiagram && (
          <a
            href="https://reactflow.dev"
            target="_blank"
            rel="noreferrer"
            className="hover:text-ink @max-[640px]:hidden"
          >
            React Flow
          </a>
        )}
      </div>
    </footer>
  );
}
