// Says what the reader has just changed, and takes it back. Undoing goes back to the version before, as long as
// nobody has changed anything since.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { XIcon } from '@phosphor-icons/react/X';
import type { ReactElement } from 'react';
import { failureText, isOvertaken } from '../api/http.ts';
import { Glyph } from '../ui/Glyph.tsx';
import { rollBack } from './admin-client.ts';
import { type LastChange, noteChange, setLastChange, useLastChange } from './last-change.ts';
import { askAgain } from './queries.ts';

function reasonOf(error: Error): string {
  if (isOvertaken(error))
    return 'Somebody has changed the configuration since. Go back by hand, from its versions.';
  return failureText(error);
}

export function ChangeBar(): ReactElement {
  const last = useLastChange();
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: ({ what, version }: LastChange) =>
      rollBack({
        to: version - 1,
        from: version,
        note: `undo: ${what}`.slice(0, 500),
        // Nothing has happened since, so that no key comes back that somebody else revoked.
        keys: 'restore',
      }),
    onSuccess: (changed, { what }) => {
      noteChange(`Undone: ${what}`, changed, false);
      return askAgain(client);
    },
  });
  return (
    <output className="contents">
      {last !== null && (
        <div className="flex flex-none flex-wrap items-center gap-x-3 gap-y-1.5 rounded-[10px] border border-line bg-base px-4 py-2 shadow-tl">
          <span className="flex min-w-0 items-center gap-2">
            <Glyph tone="ok" />
            <span className="min-w-0 wrap-anywhere">
              {last.what}
              <span className="text-sub">
                {' '}
                · version {last.version}
                {last.isBehind && ', not published yet'}
              </span>
            </span>
          </span>
          {undo.isError && undo.variables === last && (
            <span role="alert" className="text-fail">
              {reasonOf(undo.error)}
            </span>
          )}
          <span className="flex-1" />
          {last.canUndo && (
            <button
              type="button"
              className="btn"
              disabled={undo.isPending}
              onClick={() => undo.mutate(last)}
            >
              {undo.isPending ? 'Undoing…' : 'Undo'}
            </button>
          )}
          <Link to="/admin/versions" className="link">
            Versions
          </Link>
          <button
            type="button"
            className="btn-icon size-6"
            aria-label="Dismiss"
            onClick={() => setLastChange(null)}
          >
            <XIcon size={13} />
          </button>
        </div>
      )}
    </output>
  );
}
