// The command palette: goes to anything that somebody pastes or names, and does what the page can do. What it lists is
// decided by entries.ts.
import { CommandPalette } from '@cloudflare/kumo/components/command-palette';
import { Dialog } from '@cloudflare/kumo/components/dialog';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useMemo, useState, type ReactElement } from 'react';
import { searchQuery } from '../api/queries.ts';
import { failureText } from '../api/http.ts';
import { resolverUrl, sectionsFor, type Entry, type Section } from './entries.ts';
import { noteOpened, recentlyOpened } from './recent.ts';
import { useKnown } from './use-known.ts';
import { useHandBackFocus } from '../ui/use-hand-back-focus.ts';
import { useLate } from '../ui/use-late.ts';

/** Between two letters of somebody who types. */
const typingPauseMs = 120;

export function Palette(props: { onClose: () => void }): ReactElement {
  useHandBackFocus();
  const router = useRouter();
  const [text, setText] = useState('');
  const [late, tellLate] = useLate(typingPauseMs);
  const wanted = late.trim();
  const search = useQuery({ ...searchQuery(wanted), enabled: wanted !== '' });
  const [recent] = useState(recentlyOpened);
  const known = useKnown(recent);
  // Of the text that stands there now: an older answer would be about something else.
  const found = wanted === text.trim() ? (search.data ?? null) : null;
  const sections = useMemo(() => sectionsFor(text, known, found), [text, known, found]);

  const take = (entry: Entry, newTab: boolean): void => {
    if ('act' in entry) {
      props.onClose();
      entry.act();
      return;
    }
    const { label, detail, url } = entry;
    noteOpened({ label, detail, url });
    if (newTab) {
      window.open(url, '_blank', 'noopener');
      return;
    }
    props.onClose();
    router.history.push(url);
  };
  const isAsking = text.trim() !== '' && (wanted !== text.trim() || search.isFetching);

  return (
    <CommandPalette.Dialog open onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Title className="sr-only">Find anything</Dialog.Title>
      <CommandPalette.Panel<Section, Entry>
        items={sections}
        value={text}
        onValueChange={(value) => {
          setText(value);
          tellLate(value);
        }}
        itemToStringValue={({ label }) => label}
        getSelectableItems={(groups) => groups.flatMap(({ items }) => items)}
        onSelect={(entry) => take(entry, true)}
      >
        <CommandPalette.Input
          placeholder="Paste an ID, orders#42 or an e-mail, or type a name"
          aria-label="Find anything"
          maxLength={2_000}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || sections.length > 0 || text.trim() === '') return;
            // Faster than the answer: the resolver waits for it.
            event.preventDefault();
            props.onClose();
            router.history.push(resolverUrl(text));
          }}
        />
        <CommandPalette.List className="max-h-[min(52vh,520px)] min-h-16">
          <CommandPalette.Results>
            {(section: Section) => (
              <CommandPalette.Group key={section.id} items={section.items} className="mb-2">
                <CommandPalette.GroupLabel>{section.label}</CommandPalette.GroupLabel>
                <CommandPalette.Items>
                  {(entry: Entry) => (
                    <CommandPalette.Item
                      key={entry.id}
                      value={entry}
                      className="data-highlighted:bg-tint data-highlighted:shadow-[inset_3px_0_0_var(--tl-ink)]"
                      onClick={(event) => take(entry, event.metaKey || event.ctrlKey)}
                    >
                      <span className="min-w-0 flex-none truncate text-[13px] font-medium max-sm:shrink">
                        {entry.label}
                      </span>
                      <span className="min-w-0 flex-1 truncate text-[12px] text-sub">
                        {entry.detail}
                      </span>
                      {entry.keys !== undefined && (
                        <span className="flex flex-none gap-1 max-sm:hidden" aria-hidden="true">
                          {entry.keys.map((key) => (
                            <kbd key={key} className="kbd">
                              {key}
                            </kbd>
                          ))}
                        </span>
                      )}
                    </CommandPalette.Item>
                  )}
                </CommandPalette.Items>
              </CommandPalette.Group>
            )}
          </CommandPalette.Results>
          {sections.length === 0 && (
            <p className="px-3 py-6 text-center text-[13px] text-sub">
              {isAsking
                ? 'Looking it up…'
                : search.isError
                  ? `The search failed: ${failureText(search.error)}`
                  : (found?.wrong ??
                    'Nothing has this as its ID or in its name, and no page or action is called so.')}
            </p>
          )}
        </CommandPalette.List>
        <CommandPalette.Footer>
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span>
              <kbd className="kbd">↑</kbd> <kbd className="kbd">↓</kbd> move
            </span>
            <span>
              <kbd className="kbd">Enter</kbd> open
            </span>
            <span className="max-sm:hidden">
              <kbd className="kbd">Ctrl</kbd> <kbd className="kbd">Enter</kbd> in a new tab
            </span>
            <span>
              <kbd className="kbd">Esc</kbd> close
            </span>
          </span>
          <output className="truncate">
            {isAsking && sections.length > 0 ? 'Looking further…' : ''}
          </output>
        </CommandPalette.Footer>
      </CommandPalette.Panel>
    </CommandPalette.Dialog>
  );
}
