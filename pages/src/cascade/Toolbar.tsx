// Which view, what is searched for, what is left out, and how near. Decides nothing: all of it is in the address.
import { CornersOutIcon } from '@phosphor-icons/react/CornersOut';
import { ChartBarHorizontalIcon } from '@phosphor-icons/react/ChartBarHorizontal';
import { ListBulletsIcon } from '@phosphor-icons/react/ListBullets';
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass';
import { MinusIcon } from '@phosphor-icons/react/Minus';
import { PathIcon } from '@phosphor-icons/react/Path';
import { PlusIcon } from '@phosphor-icons/react/Plus';
import { TreeStructureIcon } from '@phosphor-icons/react/TreeStructure';
import { WarningIcon } from '@phosphor-icons/react/Warning';
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { CascadesIcon } from '../ui/icons.tsx';
import { useControls, type ControlsStore } from './controls.ts';
import type { View } from './search.ts';

const viewItems = [
  { view: 'sequence', label: 'Sequence', Icon: CascadesIcon },
  { view: 'graph', label: 'Graph', Icon: TreeStructureIcon },
  { view: 'waterfall', label: 'Waterfall', Icon: ChartBarHorizontalIcon },
  { view: 'list', label: 'List', Icon: ListBulletsIcon },
] as const satisfies { view: View; label: string; Icon: unknown }[];

function Views(props: { view: View; onView: (view: View) => void }): ReactElement {
  return (
    <fieldset className="flex flex-none rounded-lg border border-line bg-recess p-0.5">
      <legend className="sr-only">View</legend>
      {viewItems.map(({ view, label, Icon }, index) => (
        <button
          key={view}
          type="button"
          aria-pressed={view === props.view}
          aria-label={label}
          title={`${label} (${index + 1})`}
          onClick={() => props.onView(view)}
          className="flex h-[26px] min-w-8 items-center justify-center gap-1.5 rounded-md border border-transparent px-2 text-[12px] font-medium text-sub hover:text-ink aria-pressed:border-line aria-pressed:bg-raised aria-pressed:text-ink aria-pressed:shadow-tl"
        >
          <Icon size={14} />
          <span className="max-[1180px]:hidden">{label}</span>
        </button>
      ))}
    </fieldset>
  );
}

export interface FindProps {
  text: string;
  count: number;
  /** Which of them is selected, from 1; 0 for none. */
  current: number;
  problems: string[];
  onText: (text: string) => void;
  onStep: (direction: 1 | -1) => void;
  onLeave: () => void;
}

export const findFieldId = 'find-inside';

const findHint = 'Names, rows, IDs, or status:failed took:>1s row:orders#42 attempt:>1 weak:true';

function FindInside(props: FindProps): ReactElement {
  // Typed here and kept in the address: a keystroke must not wait for the address.
  const [typed, setTyped] = useState({ text: props.text, of: props.text });
  const text = typed.of === props.text ? typed.text : props.text;
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') props.onStep(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') {
      if (text !== '') props.onText('');
      props.onLeave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const [focused, setFocused] = useState(false);
  const asked = text.trim() !== '';
  const [problem] = props.problems;
  return (
    <div className="relative min-w-[132px] max-w-[300px] flex-1">
      <MagnifyingGlassIcon
        size={14}
        aria-hidden="true"
        className="absolute top-[7px] left-2 text-sub"
      />
      <input
        id={findFieldId}
        type="search"
        aria-label="Find in this cascade"
        aria-describedby="find-outcome"
        aria-keyshortcuts="/"
        aria-invalid={problem !== undefined}
        placeholder="Find in this cascade"
        title={findHint}
        value={text}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => {
          setTyped({ text: target.value, of: target.value });
          props.onText(target.value);
        }}
        onKeyDown={onKeyDown}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        className={`h-7 w-full rounded-[7px] border border-line bg-raised pl-7 text-[12px] text-ink text-ellipsis placeholder:text-sub [&::-webkit-search-cancel-button]:hidden ${asked ? 'pr-[74px]' : 'pr-8'}`}
      />
      <output
        id="find-outcome"
        className="pointer-events-none absolute top-[5px] right-2 text-[11px] text-sub"
      >
        {!asked ? (
          <kbd aria-hidden="true" className="kbd">
            /
          </kbd>
        ) : props.count === 0 ? (
          'none'
        ) : props.current === 0 ? (
          `${props.count.toLocaleString('en')} found`
        ) : (
          `${props.current} of ${props.count}`
        )}
      </output>
      {focused && !asked && (
        <p className="absolute top-8 left-0 z-30 rounded-md border border-line bg-raised px-2 py-1 text-[11.5px] whitespace-nowrap text-sub shadow-sheet max-sm:whitespace-normal">
          {findHint}
        </p>
      )}
      {problem !== undefined && (
        <p
          role="alert"
          className="absolute top-8 left-0 z-30 rounded-md border border-line bg-raised px-2 py-1 text-[11.5px] whitespace-nowrap text-fail shadow-sheet"
        >
          {problem}
        </p>
      )}
    </div>
  );
}

function Zoom({ controls }: { controls: ControlsStore }): ReactElement | null {
  const current = useControls(controls);
  if (current === null || current.zoomText === '') return null;
  const { zoomText, fitName } = current;
  return (
    <fieldset aria-label="Zoom" className="flex flex-none items-center">
      <button
        type="button"
        className="btn-icon"
        aria-label="Zoom out"
        title="Zoom out"
        onClick={() => current.zoomBy(-1)}
      >
        <MinusIcon size={14} />
      </button>
      <span className="w-11 text-center text-[11px] text-sub" aria-live="off">
        {zoomText}
      </span>
      <button
        type="button"
        className="btn-icon"
        aria-label="Zoom in"
        title="Zoom in"
        onClick={() => current.zoomBy(1)}
      >
        <PlusIcon size={14} />
      </button>
      <button
        type="button"
        className="btn-icon"
        aria-label={fitName}
        title={`${fitName} (f)`}
        onClick={current.fit}
      >
        <CornersOutIcon size={14} />
      </button>
    </fieldset>
  );
}

const filter =
  'btn flex-none text-sub aria-pressed:border-ink aria-pressed:bg-tint aria-pressed:text-ink max-sm:px-1.5';

export function Toolbar(props: {
  view: View;
  onView: (view: View) => void;
  find: FindProps;
  onlyProblems: boolean;
  problemCount: number;
  onProblems: () => void;
  /** Null while nothing is selected. */
  path: { on: boolean } | null;
  onPath: () => void;
  controls: ControlsStore;
}): ReactElement {
  return (
    <div
      role="toolbar"
      aria-label="View"
      className="flex min-h-[46px] flex-none flex-wrap items-center gap-2 border-b border-line bg-base px-4 py-[7px] max-sm:px-3"
    >
      <Views view={props.view} onView={props.onView} />
      <FindInside {...props.find} />
      <button
        type="button"
        className={filter}
        aria-pressed={props.path?.on ?? false}
        disabled={props.path === null}
        aria-label="Path of the selection"
        title="Only what caused the selection, and what it caused (p)"
        onClick={props.onPath}
      >
        <PathIcon size={14} />
        <span className="max-[1340px]:hidden">Path</span>
      </button>
      <button
        type="button"
        className={filter}
        aria-pressed={props.onlyProblems}
        title="Only what failed or was retried, and what led to it"
        onClick={props.onProblems}
      >
        <WarningIcon size={14} />
        <span className="max-[1180px]:sr-only">Problems only</span>
        {props.problemCount > 0 && <span className="sr-only">, </span>}
        {props.problemCount > 0 && (
          <span className="text-[11px] text-sub">{props.problemCount.toLocaleString('en')}</span>
        )}
      </button>
      <span className="ml-auto" />
      <Zoom controls={props.controls} />
    </div>
  );
}
