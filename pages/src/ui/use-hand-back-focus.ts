// Where the focus goes when a part of the page closes that had it (WCAG 2.4.3): back to what opened it.
import { useEffect, useState } from 'react';

/** For a part that opens by a button or a key. What has taken the focus meanwhile keeps it. */
export function useHandBackFocus(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // A dialog lets go of the focus only after it is gone.
      requestAnimationFrame(() => {
        const isNowhere = document.activeElement === document.body;
        if (isNowhere && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
      });
    },
    [opener],
  );
}
