// Any value as readable JSON with a copy button.
import type { ReactElement, ReactNode } from 'react';
import { ScrollArea } from '../ui/ScrollArea.tsx';
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
      <ScrollArea kind="group" label={props.what} className="border-t border-hair">
        <pre className="px-4 py-2 font-mono text-[11.5px] leading-[17px] wrap-anywhere whitespace-pre-wrap">
          {text}
        </pre>
      </ScrollArea>
    </div>
  );
}
