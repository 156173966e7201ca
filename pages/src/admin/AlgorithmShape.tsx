// An algorithm as a drawing of 28 x 18 px: one line through, a fork, or one of several in turn.
import type { ReactElement } from 'react';
import { isAlgorithm } from './algorithms.ts';

function Lines({ algorithm }: { algorithm: string }): ReactElement {
  if (isAlgorithm(algorithm, 'broadcast')) {
    return <path d="M3 9h7m0 0c5 0 4-6 9-6h5M10 9h14M10 9c5 0 4 6 9 6h5" />;
  }
  if (isAlgorithm(algorithm, 'round-robin')) {
    return (
      <>
        <path d="M3 9h7c5 0 4-6 9-6h5" />
        <path d="M14 9h10M14 11c2 2 2 4 5 4h5" strokeDasharray="1.5 2.5" />
      </>
    );
  }
  return <path d="M3 9h21" />;
}

/** Decorative: its name stands beside it. */
export function AlgorithmShape({ algorithm }: { algorithm: string }): ReactElement {
  return (
    <svg
      width="28"
      height="18"
      viewBox="0 0 28 18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      aria-hidden="true"
      className="block flex-none text-sub"
    >
      <Lines algorithm={algorithm} />
      <circle cx="3" cy="9" r="1.75" fill="currentColor" stroke="none" />
    </svg>
  );
}
