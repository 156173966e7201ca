// A text to be copied, in a box with its button: one line, or several.
import type { ReactElement } from 'react';
import { CopyButton } from './CopyButton.tsx';

export function Copyable(props: { text: string; label: string }): ReactElement {
  const { text, label } = props;
  return (
    <div className="flex min-w-0 items-start gap-2 rounded-lg border border-line bg-recess py-1 pr-1 pl-2.5">
      {text.includes('\n') ? (
        <pre className="min-w-0 flex-1 py-0.5 font-mono text-[12px] leading-[18px] wrap-anywhere whitespace-pre-wrap">
          {text}
        </pre>
      ) : (
        <code className="min-w-0 flex-1 py-0.5 font-mono text-[12px] leading-[18px] wrap-anywhere">
          {text}
        </code>
      )}
      <CopyButton text={text} label={label} />
    </div>
  );
}
