// What differs between two configurations, path by path: what went is struck through, what came stands below it.
import type { ReactElement } from 'react';
import type { VersionChangesView } from '../../../src/api/admin/views.ts';
import { shownValue } from './words.ts';

type Change = VersionChangesView['changes'][number];

const words: Record<Change['kind'], string> = { added: '+', removed: '−', changed: '~' };
const names: Record<Change['kind'], string> = {
  added: 'added',
  removed: 'removed',
  changed: 'changed',
};

export function ValueText({ value, gone }: { value: unknown; gone?: boolean }): ReactElement {
  const text = shownValue(value);
  return gone === true ? (
    <del className="wrap-anywhere text-sub decoration-1">{text}</del>
  ) : (
    <span className="wrap-anywhere">{text}</span>
  );
}

export function Changes({ changes }: { changes: readonly Change[] }): ReactElement {
  if (changes.length === 0) return <p className="px-4 py-3 text-sub">Nothing differs.</p>;
  return (
    <ul className="py-1" aria-label="What changed">
      {changes.map((change) => (
        <li
          key={`${change.kind} ${change.path}`}
          className="flex gap-2 px-4 py-1 font-mono text-[12px] leading-[18px]"
        >
          <span className="w-3 flex-none text-center text-sub" title={names[change.kind]}>
            <span aria-hidden="true">{words[change.kind]}</span>
            <span className="sr-only">{names[change.kind]}</span>
          </span>
          <div className="flex min-w-0 flex-1 flex-wrap gap-x-3">
            <span className="font-medium wrap-anywhere">{change.path}</span>
            {change.kind !== 'added' && <ValueText value={change.before} gone />}
            {change.kind !== 'removed' && <ValueText value={change.after} />}
          </div>
        </li>
      ))}
    </ul>
  );
}
