// The two drawings that no icon set has: the product's mark, and lifelines with arrows.
import type { ReactElement } from 'react';

export function Mark({ size = 22 }: { size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 22 22"
      aria-hidden="true"
      className="block flex-none"
    >
      <path
        d="M3.5 5h5.6c4 0 3 12 7 12h2.4"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <circle cx="3.5" cy="5" r="2.5" fill="currentColor" />
      <circle cx="18.5" cy="17" r="2.5" fill="#f6821f" />
    </svg>
  );
}

export function CascadesIcon({ size = 16 }: { size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      aria-hidden="true"
      className="block flex-none"
    >
      <path d="M3 2v12M8 2v12M13 2v12" opacity=".55" />
      <path d="M3 5h4M8 8h4M13 11H9.5" />
    </svg>
  );
}

/** Two loops: the same again. */
export function RepeatIcon({ size = 14 }: { size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      aria-hidden="true"
      className="block flex-none"
    >
      <path d="M4.8 5.2c-4 0-4 5.6 0 5.6 3 0 3.4-5.6 6.4-5.6 4 0 4 5.6 0 5.6-3 0-3.4-5.6-6.4-5.6z" />
    </svg>
  );
}
