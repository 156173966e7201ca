// Each HTTP request of a delivery: when, where to, what came back, and how long until the next.
import type { ReactElement } from 'react';
import type { DeliveryView } from '../../../src/api/views.ts';
import { formatSpan } from '../time/format.ts';
import { ScrollArea } from '../ui/ScrollArea.tsx';
import { Status } from '../ui/Glyph.tsx';
import { Clock } from '../ui/Moment.tsx';
import { attemptOutcome } from '../words/outcome.ts';

export function AttemptsTab({ delivery }: { delivery: DeliveryView }): ReactElement {
  const { attempts } = delivery;
  return (
    <ScrollArea kind="group" label="Attempts">
      <ol>
        {attempts.map((attempt, index) => {
          const { tone, word } = attemptOutcome(attempt);
          const next = attempts[index + 1];
          const waitedMs =
            next === undefined || attempt.endedAt === null
              ? null
              : Date.parse(next.startedAt) - Date.parse(attempt.endedAt);
          return (
            <li
              key={attempt.id}
              className="border-b border-hair px-4 py-2.5 text-[12px] leading-[18px]"
            >
              <div className="flex flex-wrap items-center gap-x-3">
                <b className="font-semibold">Attempt {index + 1}</b>
                <Status tone={tone} word={attempt.status === null ? word : `HTTP ${word}`} />
                <span className="flex-1" />
                <span className="text-sub">
                  <Clock at={attempt.startedAt} />
                </span>
                <span>
                  {attempt.durationMs === null ? 'running' : formatSpan(attempt.durationMs)}
                </span>
              </div>
              <p className="mt-1 font-mono text-[11.5px] wrap-anywhere text-sub">
                {attempt.destination}
              </p>
              {attempt.error !== null && <p className="mt-1 text-fail">{attempt.error}</p>}
              {attempt.answer !== null && attempt.answer !== '' && (
                <pre className="mt-1.5 max-h-40 overflow-auto rounded-md bg-recess px-2 py-1.5 font-mono text-[11.5px] leading-[17px] wrap-anywhere whitespace-pre-wrap">
                  {attempt.answer}
                </pre>
              )}
              {waitedMs !== null && (
                <p className="mt-1.5 flex items-center gap-2 text-retry">
                  <span aria-hidden="true" className="w-6 border-t-2 border-dotted border-retry" />
                  next attempt after {formatSpan(waitedMs)}
                </p>
              )}
            </li>
          );
        })}
      </ol>
    </ScrollArea>
  );
}
