// Status as shape and colour. Always stands beside a word (visible, or in the label of what holds it).
import type { ReactElement } from 'react';
import type { Tone } from '../words/outcome.ts';

const toneClass: Record<Tone, string> = {
  ok: 'text-ok',
  fail: 'text-fail',
  retry: 'text-retry',
  run: 'text-run',
  wait: 'text-wait',
};

const badgeClass: Record<Tone, string> = {
  ok: 'bg-ok-tint text-ok',
  fail: 'bg-fail-tint text-fail',
  retry: 'bg-retry-tint text-retry',
  run: 'bg-run-tint text-run',
  wait: 'bg-wait-tint text-wait',
};

const shapes: Record<Tone, ReactElement> = {
  ok: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="m5.3 8.2 1.9 1.9 3.5-3.9" />
    </>
  ),
  fail: (
    <>
      <path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4z" />
      <path d="m6 6 4 4m0-4-4 4" />
    </>
  ),
  retry: (
    <>
      <path d="M13.2 8a5.2 5.2 0 1 1-1.6-3.7" />
      <path d="M13.3 1.8v3.1h-3.1" />
    </>
  ),
  run: <path d="M1.5 8.5h3l2-5.4 3 9.9 2-4.5h3" />,
  wait: <circle cx="8" cy="8" r="6" strokeDasharray="2.6 2.1" />,
};

/** Decorative: say the word beside it. */
export function Glyph({ tone, size = 14 }: { tone: Tone; size?: number }): ReactElement {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`block flex-none ${toneClass[tone]} ${tone === 'run' ? 'animate-[run-pulse_1.6s_ease-in-out_infinite]' : ''}`}
    >
      {shapes[tone]}
    </svg>
  );
}

/** Glyph and word on a tinted pill. */
export function Badge(props: { tone: Tone; word: string; icon?: ReactElement }): ReactElement {
  const { tone, word, icon } = props;
  return (
    <span
      className={`inline-flex h-[22px] flex-none items-center gap-1 rounded-full px-2 text-[12px] leading-4 font-medium whitespace-nowrap ${badgeClass[tone]}`}
    >
      {icon ?? <Glyph tone={tone} />}
      {word}
    </span>
  );
}

/** Glyph and word without a pill, for table cells. */
export function Status({ tone, word }: { tone: Tone; word: string }): ReactElement {
  return (
    <span className={`flex items-center gap-1.5 font-medium whitespace-nowrap ${toneClass[tone]}`}>
      <Glyph tone={tone} />
      {word}
    </span>
  );
}
