// Copies a text and says so. Decides nothing about what is copied.
import { CheckIcon } from '@phosphor-icons/react/Check';
import { CopyIcon } from '@phosphor-icons/react/Copy';
import { useState, type ReactElement } from 'react';

type Outcome = 'idle' | 'copied' | 'refused';
const shownMs = 1_600;

/** With `children` a labelled button, without them an icon whose name is `label`. */
export function CopyButton(props: {
  text: string;
  label: string;
  children?: string;
}): ReactElement {
  const { text, label, children } = props;
  const [outcome, setOutcome] = useState<Outcome>('idle');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      // No permission, or no secure context: the reader can still select the text.
      setOutcome('refused');
    }
    setTimeout(() => setOutcome('idle'), shownMs);
  };
  const icon = outcome === 'copied' ? <CheckIcon size={14} /> : <CopyIcon size={14} />;
  const said = outcome === 'idle' ? '' : outcome === 'copied' ? 'Copied' : 'The browser refused';
  return (
    <button
      type="button"
      className={children === undefined ? 'btn-icon size-6' : 'btn'}
      aria-label={children === undefined ? label : undefined}
      title={said === '' ? label : said}
      onClick={() => void copy()}
    >
      {icon}
      {children !== undefined && (said === '' ? children : said)}
      <output className="sr-only">{said}</output>
    </button>
  );
}
