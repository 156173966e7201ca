// What stands out, each in one sentence with the way to it.
import { SidebarSimpleIcon } from '@phosphor-icons/react/SidebarSimple';
import type { ReactElement } from 'react';
import { Glyph } from '../ui/Glyph.tsx';
import { RepeatIcon } from '../ui/icons.tsx';
import type { Finding } from './finding.ts';

export function FindingsRow(props: {
  /** Null until they are known. */
  findings: Finding[] | null;
  /** Of the whole cascade: more than are told here. */
  count: number;
  running: boolean;
  onShow: (finding: Finding) => void;
  /** Opens the list of jobs; null while something stands in its place. */
  onJobs: (() => void) | null;
}): ReactElement {
  const { findings, count } = props;
  return (
    <div className="flex h-10 flex-none items-center gap-2 border-b border-line bg-base pr-2 pl-4 text-[12.5px]">
      <ul
        aria-label="Findings"
        className="no-scrollbar flex min-w-0 flex-1 items-center overflow-x-auto whitespace-nowrap"
      >
        {findings === null && <li className="text-sub">Looking for what stands out</li>}
        {findings?.length === 0 && (
          <li className="flex items-center gap-1.5 text-sub">
            {props.running ? 'Nothing stands out so far' : 'Nothing stands out'}
          </li>
        )}
        {findings?.map((finding, index) => (
          <li
            key={finding.key}
            className={`flex min-w-[190px] items-center gap-1.5 ${index === 0 ? '' : 'ml-3.5 border-l border-line pl-3.5'}`}
          >
            {finding.kind === 'repeat' || finding.kind === 'loop' ? (
              <span className={finding.kind === 'loop' ? 'text-fail' : 'text-retry'}>
                <RepeatIcon size={16} />
              </span>
            ) : (
              <Glyph tone={finding.tone} size={16} />
            )}
            <span className="truncate" title={`${finding.subject} ${finding.rest}`}>
              <b className="font-semibold">{finding.subject}</b> {finding.rest}
            </span>
            <button
              type="button"
              className="link ml-0.5 h-6 flex-none"
              aria-label={`${finding.action}: ${finding.subject} ${finding.rest}`}
              onClick={() => props.onShow(finding)}
            >
              {finding.action}
            </button>
          </li>
        ))}
      </ul>
      {count > 2 && (
        <span className="flex-none text-[11px] text-sub max-md:hidden">{count} findings</span>
      )}
      {props.onJobs !== null && (
        <button type="button" className="btn max-[1099px]:hidden" onClick={props.onJobs}>
          <SidebarSimpleIcon size={14} mirrored />
          Jobs
        </button>
      )}
    </div>
  );
}
