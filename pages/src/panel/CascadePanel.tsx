// What stands beside the diagram while nothing is selected: the jobs that ran, each a way into the diagram.
import { XIcon } from '@phosphor-icons/react/X';
import type { ReactElement } from 'react';
import type { TraceDetail } from '../../../src/api/views.ts';
import { nodeOutcome } from '../cascade/describe.ts';
import type { Cascade, HopNode } from '../cascade/model.ts';
import { formatSpan } from '../time/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Status } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import type { Outcome, Tone } from '../words/outcome.ts';

interface JobLine {
  job: string;
  hops: HopNode[];
  worst: { hop: HopNode; outcome: Outcome };
  /** Null while a run has no end. */
  totalMs: number | null;
}

/** Its heading takes the focus of whoever asks for it. */
export const cascadePanelId = 'cascade-panel';

const severity: Record<Tone, number> = { fail: 4, run: 3, retry: 2, wait: 1, ok: 0 };

/** In order of first appearance; the worst run speaks for the job. */
export function jobLines(cascade: Cascade): JobLine[] {
  const lines = new Map<string, JobLine>();
  for (const { node } of cascade.order) {
    if (node.kind !== 'hop') continue;
    const outcome = nodeOutcome(node);
    const line = lines.get(node.delivery.job);
    if (line === undefined) {
      lines.set(node.delivery.job, {
        job: node.delivery.job,
        hops: [node],
        worst: { hop: node, outcome },
        totalMs: node.delivery.durationMs,
      });
      continue;
    }
    line.hops.push(node);
    const { durationMs } = node.delivery;
    line.totalMs = line.totalMs === null || durationMs === null ? null : line.totalMs + durationMs;
    if (severity[outcome.tone] > severity[line.worst.outcome.tone])
      line.worst = { hop: node, outcome };
  }
  return [...lines.values()];
}

export function CascadePanel(props: {
  cascade: Cascade;
  detail: TraceDetail;
  onSelect: (id: string) => void;
  onClose: () => void;
}): ReactElement {
  const { trace } = props.detail;
  const lines = jobLines(props.cascade);
  return (
    <aside
      id={cascadePanelId}
      aria-label="Jobs of this cascade"
      className="tl-panel max-[1099px]:hidden!"
    >
      <div className="flex-none border-b border-line px-4 pt-3 pb-2.5">
        <div className="flex items-center gap-2">
          <h2
            tabIndex={-1}
            className="flex-1 text-[15px] leading-[22px] font-semibold tracking-[-0.01em]"
          >
            Jobs of this cascade
          </h2>
          <button
            type="button"
            className="btn-icon"
            aria-label="Close"
            title="Close"
            onClick={props.onClose}
          >
            <XIcon size={14} />
          </button>
        </div>
        <div className="mt-1 flex items-center gap-1.5 text-[11.5px] leading-[18px] text-sub">
          <code className="min-w-0 truncate font-mono" title={trace.id}>
            {trace.id}
          </code>
          <CopyButton text={trace.id} label="Copy the trace ID" />
        </div>
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {lines.length === 0 && (
          <p className="p-4 text-sub">No event of this cascade was sent to a job.</p>
        )}
        <ul>
          {lines.map(({ job, hops, worst, totalMs }) => (
            <li key={job} className="border-b border-hair">
              <button
                type="button"
                onClick={() => props.onSelect(worst.hop.id)}
                className="grid w-full grid-cols-[minmax(0,1fr)_auto_72px] items-center gap-3 px-4 py-2 text-left -outline-offset-2! hover:bg-recess"
              >
                <span className="flex min-w-0 items-center gap-1.5">
                  <span className="text-sub">
                    <KindIcon kind="job" />
                  </span>
                  <b className="truncate font-semibold">{job}</b>
                  {hops.length > 1 && <span className="text-sub">× {hops.length}</span>}
                </span>
                <span className="text-[12px]">
                  <Status {...worst.outcome} />
                </span>
                <span className="text-right text-[12px] text-sub">
                  {totalMs === null ? '…' : formatSpan(totalMs)}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <p className="px-4 py-3 text-[12px] text-sub">
          Select a node to see why it ran, and its logs.
        </p>
      </div>
    </aside>
  );
}
