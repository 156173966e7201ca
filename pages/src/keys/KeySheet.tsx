// All keys of a page and those that work everywhere, and the switch for those that are single letters.
import { useEffect, useRef, type ReactElement } from 'react';
import { everywhereKeys, type KeyLine } from './key-lines.ts';
import { useSingleKeys } from './single-keys.ts';

function Keys({ title, lines }: { title: string; lines: readonly KeyLine[] }): ReactElement {
  return (
    <section aria-label={title}>
      <h3 className="mb-1.5 text-[12px] font-medium text-sub">{title}</h3>
      <dl className="grid grid-cols-[112px_1fr] gap-y-1.5">
        {lines.map(([names, text]) => (
          <div key={text} className="contents">
            <dt className="flex gap-1">
              {names.map((name) => (
                <kbd key={name} className="kbd">
                  {name}
                </kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function KeySheet(props: {
  /** Empty where the page has none of its own. */
  ofPage: readonly KeyLine[];
  onClose: () => void;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const { on, toggle } = useSingleKeys();
  const hasOwn = props.ofPage.length > 0;
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="key-sheet-title"
      onClose={props.onClose}
      className={`m-auto max-w-[calc(100vw-32px)] rounded-[10px] border border-line bg-raised p-4 text-[13px] text-ink shadow-sheet backdrop:bg-black/30 ${hasOwn ? 'w-[760px]' : 'w-[420px]'}`}
    >
      <div className="mb-3 flex items-center justify-between">
        <h2 id="key-sheet-title" className="text-[14px] leading-5 font-semibold">
          Keys
        </h2>
        <button type="button" className="btn" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <div className={`grid gap-x-6 gap-y-4 ${hasOwn ? 'md:grid-cols-2' : ''}`}>
        {hasOwn && <Keys title="On this page" lines={props.ofPage} />}
        <Keys title="Everywhere" lines={everywhereKeys} />
      </div>
      <label className="mt-4 flex items-center gap-2">
        <input type="checkbox" checked={on} onChange={toggle} className="size-4" />
        Letters, digits and signs work as keys
      </label>
    </dialog>
  );
}
