// Any value as readable JSON with a copy button.
import type { ReactElement, ReactNode } from 'react';
import { CopyButton } from '../ui/CopyButton.tsx';

export function JsonTab(props: { value: unknown; what: string; note?: ReactNode }): ReactElement {
  const text = JSON.stringify(props.value, null, 2);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-none items-center gap-2 px-4 py-2">
        <span className="min-w-0 flex-1 text-[12px] text-sub">{props.note}</span>
        <CopyButton text={text} label={`Copy ${props.what}`}>
          Copy JSON
        </CopyButton>
      </div>
      <pre
        tabIndex={0}
        aria-label={props.what}
        className="min-h-0 flex-1 overflow-auto border-t border-hair px-4 py-2 font-mono text-[11.5px] leading-[17px] wrap-anywhere whitespace-pre-wrap"
      >
        {text}
      </pre>
    </div>
  );
}
