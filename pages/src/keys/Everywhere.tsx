// Listens for the keys that work on every page, and shows what they open: the palette and the sheet of keys. Both are
// loaded when somebody asks for them.
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass';
import { useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useEffectEvent, useRef, type ReactElement } from 'react';
import { meaningOf } from './chord.ts';
import type { KeyLine } from './key-lines.ts';
import { closeAbove, showAbove, useShown } from './shown.ts';
import { useSingleKeys } from './single-keys.ts';
import { isInField } from '../ui/use-document-keys.ts';

const loadPalette = () => import('../palette/Palette.tsx');
const Palette = lazy(() => loadPalette().then((module) => ({ default: module.Palette })));
/** What somebody types at once must find it there. Should it fail, opening it loads it again and says so. */
const hurryPalette = (): void => void loadPalette().catch(() => undefined);
const KeySheet = lazy(() =>
  import('./KeySheet.tsx').then((module) => ({ default: module.KeySheet })),
);

/** @param props.keys the page's own, for the sheet */
export function Everywhere({ keys }: { keys: readonly KeyLine[] }): ReactElement {
  const router = useRouter();
  const { on } = useSingleKeys();
  const shown = useShown();
  const waitingUntilMs = useRef<number | null>(null);

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (event.key === 'Control' || event.key === 'Meta') hurryPalette();
    const target = event.target instanceof HTMLElement ? event.target : null;
    const key = {
      key: event.key,
      repeat: event.repeat,
      altKey: event.altKey,
      ctrlKey: event.ctrlKey,
      metaKey: event.metaKey,
      inField: isInField(target),
      inDialog: target?.closest('dialog, [role="dialog"]') != null,
    };
    const meaning = meaningOf(key, Date.now(), waitingUntilMs.current, on);
    if (event.key !== 'Shift') waitingUntilMs.current = null;
    if (meaning === null) return;
    // Before the page's own keys: `g` takes what follows it.
    event.preventDefault();
    event.stopPropagation();
    switch (meaning.do) {
      case 'find':
        // Over another dialog it would be out of reach.
        if (document.querySelector('dialog[open]') === null) showAbove('palette');
        return;
      case 'show-keys':
        showAbove('keys');
        return;
      case 'go':
        void router.navigate({ to: meaning.to });
        return;
      case 'wait':
        waitingUntilMs.current = meaning.untilMs;
        return;
      case 'end':
        return;
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener('keydown', listener, { capture: true });
    return () => document.removeEventListener('keydown', listener, { capture: true });
  }, []);

  return (
    <>
      <button
        type="button"
        className="btn text-sub max-md:w-7 max-md:px-0 md:w-[220px] md:justify-start"
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
        title="Find a row, a job, a person or an ID (Ctrl K)"
        onPointerEnter={hurryPalette}
        onFocus={hurryPalette}
        onClick={() => showAbove('palette')}
      >
        <MagnifyingGlassIcon size={14} aria-hidden="true" />
        <span className="sr-only">Find anything: </span>
        <span className="flex-1 text-left font-normal max-md:sr-only">
          Row, job, person or ID
        </span>{' '}
        <kbd className="kbd max-md:hidden">Ctrl K</kbd>
      </button>
      <Suspense fallback={null}>
        {shown === 'palette' && <Palette onClose={() => closeAbove('palette')} />}
        {shown === 'keys' && <KeySheet ofPage={keys} onClose={() => closeAbove('keys')} />}
      </Suspense>
    </>
  );
}
