// One line that says which role an action needs, where the reader's is less. Nothing where it is enough.
import type { ReactElement } from 'react';
import { Glyph } from './Glyph.tsx';

export function Lacking({ why }: { why: string | null }): ReactElement | null {
  return why === null ? null : (
    <p className="flex items-center gap-1.5 text-[12px] text-sub">
      <Glyph tone="wait" size={13} />
      {why}
    </p>
  );
}
