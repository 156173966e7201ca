// All keys of the cascade page, and the switch for those that are single letters.
import { useEffect, useRef, type ReactElement } from 'react';
import { useSingleKeys } from './single-keys.ts';

const keys: [string[], string][] = [
  [['1', '2', '3', '4'], 'Sequence, Graph, Waterfall, List'],
  [['↑', '↓'], 'before, after'],
  [['←', '→'], 'cause, first effect'],
  [['[', ']'], 'previous, next effect of the same cause'],
  [['Space'], 'fold or open'],
  [['Enter'], 'into the panel'],
  [['Esc'], 'back to the diagram, then end the selection'],
  [['e', 'E'], 'next, previous problem'],
  [['p'], 'only the path of the selection'],
  [['/'], 'find inside'],
  [['n', 'N'], 'next, previous hit'],
  [['f'], 'fit'],
  [['?'], 'this sheet'],
];

export function KeySheet({ onClose }: { onClose: () => void }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const { on, toggle } = useSingleKeys();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="key-sheet-title"
      onClose={onClose}
      className="m-auto w-[420px] max-w-[calc(100vw-32px)] rounded-[10px] border border-line bg-raised p-4 text-[13px] text-ink shadow-sheet backdrop:bg-black/30"
    >
      <div className="mb-3 flex items-center justify-between">
        <h2 id="key-sheet-title" className="text-[14px] leading-5 font-semibold">
          Keys of this page
        </h2>
        <button type="button" className="btn" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <dl className="grid grid-cols-[120px_1fr] gap-y-1.5">
        {keys.map(([names, text]) => (
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
      <label className="mt-4 flex items-center gap-2">
        <input type="checkbox" checked={on} onChange={toggle} className="size-4" />
        Letters, digits and signs work as keys
      </label>
    </dialog>
  );
}
