// From nothing to the first cascade, in three steps: a key, an event sent by hand, an event trigger. What arrives turns
// each step to done.
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement, type ReactNode } from 'react';
import type { TraceSummary } from '../../../src/api/views.ts';
import { useEdge } from '../api/edge.ts';
import { Copyable } from '../ui/Copyable.tsx';
import { EdgeAddress } from '../ui/EdgeAddress.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { KeyStep, useHasKey } from './KeyStep.tsx';
import { progressOf } from './progress.ts';
import { SendStep } from './SendStep.tsx';
import { hasuraTrigger } from './snippets.ts';

const exampleJob = 'https://jobs.example.com/hello';

function Step(props: {
  n: number;
  title: string;
  isDone: boolean;
  /** The cascade that shows that it is done. */
  cascade?: string | null;
  children: ReactNode;
}): ReactElement {
  const { n, title, isDone, cascade = null } = props;
  return (
    <li className="flex gap-3 border-b border-hair px-4 py-4 last:border-b-0 sm:gap-4 sm:px-5">
      <span
        aria-hidden="true"
        className="flex size-6 flex-none items-center justify-center rounded-full border border-edge text-[12px] font-semibold text-sub data-done:border-transparent"
        {...(isDone ? { 'data-done': true } : {})}
      >
        {isDone ? <Glyph tone="ok" size={22} /> : n}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-3">
        <h3 className="flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1 text-[14px] leading-5 font-semibold">
          {title}
          <output className="text-[12px] font-medium">
            {isDone && <span className="text-ok">Done</span>}
          </output>
          {cascade !== null && (
            <Link to="/c/$traceId" params={{ traceId: cascade }} className="link text-[12px]">
              Open its cascade
            </Link>
          )}
        </h3>
        {props.children}
      </div>
    </li>
  );
}

export function FirstMinutes(props: {
  /** Newest first. */
  traces: readonly TraceSummary[];
  onGoOn: () => void;
}): ReactElement {
  const { first, fromDatabase } = progressOf(props.traces);
  const edge = useEdge();
  const hasKey = useHasKey();
  const [key, setKey] = useState<string | null>(null);
  const [job, setJob] = useState('');
  const destination = job.trim() === '' ? exampleJob : job.trim();
  return (
    <section
      aria-label="First minutes"
      className="mx-auto my-6 flex w-full max-w-[760px] flex-none flex-col px-4 sm:px-6"
    >
      <h2 className="text-[17px] leading-6 font-semibold">
        {first === null ? 'No event has arrived yet' : 'The first event is here'}
      </h2>
      <p className="mt-1 mb-4 max-w-[620px] text-sub">
        {first === null
          ? 'Three steps lead to the first cascade. This page notices by itself when one is done.'
          : 'Open its cascade, or go on with the steps that are left.'}
      </p>
      {edge.isAsked && (
        <div className="mb-4">
          <EdgeAddress />
        </div>
      )}
      <ol className="rounded-[10px] border border-line bg-base">
        <Step n={1} title="Make a key for the sender" isDone={hasKey || first !== null}>
          <KeyStep hasKey={hasKey} made={key} onMade={setKey} />
        </Step>
        <Step n={2} title="Send an event by hand" isDone={first !== null} cascade={first}>
          <SendStep
            edge={edge.url}
            newKey={key}
            job={job}
            destination={destination}
            onJob={setJob}
          />
        </Step>
        <Step
          n={3}
          title="Point an event trigger of Hasura at it"
          isDone={fromDatabase !== null}
          cascade={fromDatabase}
        >
          <p className="text-sub">
            In the metadata of a table. Give Hasura the key as its environment variable{' '}
            <code>THROUGHLINE_KEY</code>, apply the metadata, and write a row.
          </p>
          <Copyable text={hasuraTrigger(edge.url, destination)} label="Copy the event trigger" />
        </Step>
      </ol>
      <div className="mt-4 flex flex-wrap items-center gap-3">
        {first === null ? (
          <output className="flex items-center gap-2 text-sub">
            <Glyph tone="run" />
            Waiting for the first event
          </output>
        ) : (
          <button type="button" className="btn" onClick={props.onGoOn}>
            Go on to the list
          </button>
        )}
      </div>
    </section>
  );
}
