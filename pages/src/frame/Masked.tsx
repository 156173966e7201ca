// Says that values are masked, and lets those look behind the marks who may. Nothing where nothing is masked.
import { EyeIcon } from '@phosphor-icons/react/Eye';
import { EyeSlashIcon } from '@phosphor-icons/react/EyeSlash';
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore, type ReactElement } from 'react';
import { useMe } from '../api/me.ts';
import { isLooking, setLooking, subscribeLooking } from '../api/unmask.ts';

export function Masked(): ReactElement | null {
  const client = useQueryClient();
  const me = useMe();
  const looking = useSyncExternalStore(subscribeLooking, isLooking);
  if (me === undefined || (!me.masked.emails && me.masked.columns.length === 0)) return null;
  const Icon = looking ? EyeIcon : EyeSlashIcon;
  const word = looking ? 'Unmasked' : 'Masked';
  if (!me.mayUnmask) {
    return (
      <span
        className="flex items-center gap-1.5 text-sub"
        title="Some values are shown as marks; equal values have equal marks."
      >
        <Icon size={14} aria-hidden="true" />
        {word}
      </span>
    );
  }
  return (
    <button
      type="button"
      className="btn text-sub"
      aria-pressed={looking}
      title={
        looking
          ? 'Show marks again'
          : 'Show what is behind the marks. It is written down in the audit that you looked.'
      }
      onClick={() => {
        setLooking(!looking);
        // What was asked for without marks must not stay on the page.
        void client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
      }}
    >
      <Icon size={14} aria-hidden="true" />
      {word}
    </button>
  );
}
