// What is usual for the job, beside how long the last attempt took. Nothing where it is not known.
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { DeliveryView } from '../../../src/api/views.ts';
import { usualQuery } from '../api/queries.ts';
import { Status } from '../ui/Glyph.tsx';
import { usualOf } from '../words/usual.ts';

export function UsualDuration({ delivery }: { delivery: DeliveryView }): ReactElement | null {
  const { data } = useQuery(usualQuery(delivery));
  const usual =
    data === undefined ? null : usualOf(data, delivery.attempts.at(-1)?.durationMs ?? null);
  if (usual === null) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-[12px] leading-[18px]">
      <span className="w-[56px] text-sub">Usually</span>
      <span className="min-w-0 flex-1">{usual.text}</span>
      {usual.isSlow && <Status tone="retry" word="slower than usual" />}
    </p>
  );
}
