// A page's or a card's state in words: nothing there, not there yet, or a failure with a way on.
import type { ReactElement, ReactNode } from 'react';
import { Problem } from '../api/http.ts';
import type { Tone } from '../words/outcome.ts';
import { Glyph } from './Glyph.tsx';

/** Centred in what is left of the page. */
export function Notice(props: {
  tone: Tone;
  title: string;
  children?: ReactNode;
  /** Read out when it appears: at once, or when there is a pause. */
  announce?: 'alert' | 'status';
}): ReactElement {
  return (
    <div className="flex min-h-0 flex-1 items-center justify-center overflow-auto p-6">
      <div
        className="flex max-w-[560px] flex-col items-center gap-2 text-center"
        role={props.announce}
      >
        <Glyph tone={props.tone} size={24} />
        <h2 className="text-[14px] leading-5 font-semibold">{props.title}</h2>
        <div className="flex max-w-full flex-col items-center gap-3 text-sub">{props.children}</div>
      </div>
    </div>
  );
}

/** What failed, the HTTP status, and a retry. */
export function ProblemNotice(props: {
  error: unknown;
  what: string;
  onRetry: () => void;
}): ReactElement {
  const { error } = props;
  if (error instanceof Problem && error.status === 403) {
    return (
      <Notice tone="wait" title={`No permission: ${props.what}`} announce="alert">
        <p>{error.detail}</p>
      </Notice>
    );
  }
  const title = error instanceof Problem ? error.message : 'Something in this page failed';
  const detail = error instanceof Problem ? error.detail : String(error);
  return (
    <Notice tone="fail" title={`${props.what} could not be loaded`} announce="alert">
      <p>
        {title}
        {error instanceof Problem && error.status !== 0 && ` (HTTP ${error.status})`}. {detail}
      </p>
      <button type="button" className="btn" onClick={props.onRetry}>
        Try again
      </button>
    </Notice>
  );
}
