// One cascade in the list: who did what, its shape, and how it went. The whole row is one link.
import { Link } from '@tanstack/react-router';
import { memo, type ReactElement } from 'react';
import type { ActorView, TraceSummary } from '../../../src/api/views.ts';
import type { NodeIcon } from '../cascade/describe.ts';
import { formatSpan } from '../time/format.ts';
import { Status } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { Ago } from '../ui/Moment.tsx';
import { actorLabel, actorTitle, rowLabel } from '../words/names.ts';
import { traceOutcome } from '../words/outcome.ts';
import { changeText } from '../words/sentence.ts';
import { ShapeGlyph } from './ShapeGlyph.tsx';

/** Which of the three icons an actor has. */
export function actorIcon(actor: ActorView): NodeIcon {
  return actor.kind === 'user' || actor.kind === 'system' ? actor.kind : 'unknown';
}

export const cell = 'px-2 first:pl-4 last:pr-4 whitespace-nowrap overflow-hidden text-ellipsis';

export const CascadeRow = memo(function CascadeRow({
  trace,
}: {
  trace: TraceSummary;
}): ReactElement {
  const { root } = trace;
  const outcome = traceOutcome(trace);
  return (
    <tr className="group relative h-9 border-b border-hair hover:bg-recess has-[a:focus-visible]:bg-recess">
      <td className={`${cell} text-sub`}>
        <Ago at={trace.startedAt} />
      </td>
      <td className={`${cell} max-md:hidden`}>
        {root !== null && (
          <span className="flex items-center gap-1.5" title={actorTitle(root.actor)}>
            <span className="text-sub">
              <KindIcon kind={actorIcon(root.actor)} />
            </span>
            <span className="truncate">{actorLabel(root.actor)}</span>
          </span>
        )}
      </td>
      <td className={cell}>
        <Link
          to="/c/$traceId"
          params={{ traceId: trace.id }}
          data-cascade={trace.id}
          className="block truncate outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
        >
          {root === null ? (
            <span className="text-sub">first event not recorded yet</span>
          ) : (
            <>
              <span className="font-semibold">{rowLabel(root)}</span>{' '}
              <span className="text-sub">{changeText(root)}</span>
              {root.isTest === true && (
                <span className="ml-1.5 rounded bg-tint px-1 text-[11px] text-sub">test</span>
              )}
            </>
          )}
        </Link>
      </td>
      <td className={`${cell} max-lg:hidden`}>
        <ShapeGlyph shape={trace.shape} deliveries={trace.deliveries} />
      </td>
      <td className={`${cell} text-right max-lg:hidden`}>
        {trace.deliveries.toLocaleString('en')}
      </td>
      <td className={`${cell} text-right max-lg:hidden`}>{trace.attempts.toLocaleString('en')}</td>
      <td className={`${cell} text-right max-sm:hidden`}>
        {trace.durationMs === null ? (
          <span className="text-sub">…</span>
        ) : (
          formatSpan(trace.durationMs)
        )}
      </td>
      <td className={cell}>
        <Status {...outcome} />
      </td>
    </tr>
  );
});
