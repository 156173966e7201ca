// Each HTTP request of a delivery: when, where to, what came back, and how long until the next.
import type { ReactElement } from 'react';
import type { AttemptView, DeliveryView, EventView } from '../../../src/api/views.ts';
import { formatSpan } from '../time/format.ts';
import { ScrollArea } from '../ui/ScrollArea.tsx';
import { Status } from '../ui/Glyph.tsx';
import { Clock } from '../ui/Moment.tsx';
import { hostOf } from '../words/names.ts';
import { attemptOutcome } from '../words/outcome.ts';
import { TimeParts } from './TimeParts.tsx';
import { timeParts } from './timing.ts';

const passedOver = { circuit_open: 'its circuit was open', disabled: 'it is disabled' } as const;

/** The edge keeps 2,048 bytes; a character can have four. */
function isCut(answer: string): boolean {
  return new TextEncoder().encode(answer).length >= 2_045;
}

/** What else is known of an attempt, one sentence each. */
function notesOf(attempt: AttemptView): string[] {
  return [
    ...attempt.skipped.map(({ destination, why }) =>
      attempt.destination.startsWith(destination)
        ? `It was not called for a time: ${passedOver[why]}.`
        : `${hostOf(destination)} was passed over: ${passedOver[why]}.`,
    ),
    ...(attempt.degraded ? ['The rotation was out of reach: the event’s id chose.'] : []),
    ...(attempt.worksInBackground ? ['Its job goes on after it has answered.'] : []),
  ];
}

export function AttemptsTab(props: {
  delivery: DeliveryView;
  event: EventView | null;
}): ReactElement {
  const { delivery, event } = props;
  const { attempts } = delivery;
  return (
    <ScrollArea kind="group" label="Attempts">
      {attempts.length === 0 && <p className="p-4 text-sub">No attempt has been recorded yet.</p>}
      <TimeParts parts={timeParts(delivery, event)} />
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
              {notesOf(attempt).map((note) => (
                <p key={note} className="mt-1 text-sub">
                  {note}
                </p>
              ))}
              {attempt.error !== null && <p className="mt-1 text-fail">{attempt.error}</p>}
              {attempt.answer !== null && attempt.answer !== '' && (
                <>
                  <p className="mt-1.5 text-sub">
                    {isCut(attempt.answer) ? 'The answer’s first bytes' : 'The answer'}
                  </p>
                  <pre className="mt-1.5 max-h-40 overflow-auto rounded-md bg-recess px-2 py-1.5 font-mono text-[11.5px] leading-[17px] wrap-anywhere whitespace-pre-wrap">
                    {attempt.answer}
                  </pre>
                </>
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
