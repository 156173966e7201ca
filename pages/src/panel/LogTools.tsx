// What is above the lines: whose logs, which words, which levels, how they are shown.
import { ArrowElbowDownLeftIcon } from '@phosphor-icons/react/ArrowElbowDownLeft';
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass';
import { PauseIcon } from '@phosphor-icons/react/Pause';
import { PlayIcon } from '@phosphor-icons/react/Play';
import type { ReactElement } from 'react';
import type { LogLine } from '../../../src/api/log-views.ts';
import type { LogScope } from '../cascade/search.ts';
import { useZone } from '../time/clock.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { countLevels, levels, linesAsText, type Level } from './log-lines.ts';

const levelWords: Record<Level, string> = {
  error: 'Error',
  warn: 'Warn',
  info: 'Info',
  debug: 'Debug',
  unknown: 'Other',
};
const levelClass: Record<Level, string> = {
  error: 'text-fail',
  warn: 'text-retry',
  info: 'text-run',
  debug: 'text-sub',
  unknown: 'text-sub',
};

function LevelFilter(props: {
  lines: LogLine[];
  hidden: ReadonlySet<Level>;
  onToggle: (level: Level) => void;
}): ReactElement | null {
  const counts = countLevels(props.lines);
  const shownLevels = levels.filter((level) => counts[level] > 0);
  if (shownLevels.length === 0) return null;
  return (
    <fieldset
      aria-label="Levels"
      className="flex h-7 flex-none overflow-hidden rounded-[7px] border border-line text-[11.5px] font-medium"
    >
      {shownLevels.map((level) => {
        const shown = !props.hidden.has(level);
        return (
          <button
            key={level}
            type="button"
            aria-pressed={shown}
            title={`${shown ? 'Hide' : 'Show'} ${levelWords[level].toLowerCase()}`}
            onClick={() => props.onToggle(level)}
            className={`border-r border-line px-[7px] -outline-offset-2! last:border-r-0 hover:bg-tint ${shown ? levelClass[level] : 'text-sub line-through'}`}
          >
            {levelWords[level]} {counts[level].toLocaleString('en')}
          </button>
        );
      })}
    </fieldset>
  );
}

export interface LogToolsProps {
  scopes: readonly { value: LogScope; label: string }[];
  scope: LogScope;
  onScope: (scope: LogScope) => void;
  /** All that there are, and those that are shown. */
  lines: LogLine[];
  shown: LogLine[];
  text: string;
  onText: (text: string) => void;
  hidden: ReadonlySet<Level>;
  onToggle: (level: Level) => void;
  wrap: boolean;
  onWrap: () => void;
  /** Null where nothing more is to come. */
  tail: { follows: boolean; onToggle: () => void } | null;
}

export function LogTools(props: LogToolsProps): ReactElement {
  const { zone } = useZone();
  const { tail } = props;
  return (
    <div className="flex flex-none flex-wrap items-center gap-1.5 px-4 py-2">
      <fieldset className="flex min-w-0 basis-full gap-3 text-[12px] font-medium">
        <legend className="sr-only">Whose logs</legend>
        {props.scopes.map(({ value, label }) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === props.scope}
            onClick={() => props.onScope(value)}
            className="h-6 border-b-2 border-transparent text-sub hover:text-ink aria-pressed:border-wire aria-pressed:text-ink"
          >
            {label}
          </button>
        ))}
      </fieldset>
      <label className="flex h-7 min-w-[120px] flex-1 items-center gap-2 rounded-[7px] border border-line bg-recess px-2 text-[12px] focus-within:outline-2 focus-within:outline-brand">
        <MagnifyingGlassIcon size={14} className="flex-none text-sub" />
        <input
          type="search"
          aria-label="Filter lines"
          placeholder="Filter lines"
          value={props.text}
          onChange={(event) => props.onText(event.target.value)}
          className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-sub"
        />
      </label>
      <LevelFilter lines={props.lines} hidden={props.hidden} onToggle={props.onToggle} />
      {tail !== null && (
        <button
          type="button"
          className="btn w-7 px-0!"
          aria-label={tail.follows ? 'Pause the tail' : 'Resume the tail'}
          title={`${tail.follows ? 'Pause' : 'Resume'} the tail (T)`}
          onClick={tail.onToggle}
        >
          {tail.follows ? <PauseIcon size={14} /> : <PlayIcon size={14} />}
        </button>
      )}
      <button
        type="button"
        className="btn w-7 px-0! aria-pressed:bg-tint"
        aria-pressed={props.wrap}
        aria-label="Wrap lines"
        title="Wrap lines (W)"
        onClick={props.onWrap}
      >
        <ArrowElbowDownLeftIcon size={14} />
      </button>
      <CopyButton text={linesAsText(props.shown, zone)} label="Copy the lines shown" />
    </div>
  );
}
