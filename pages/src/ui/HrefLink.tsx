// A link to an address that somebody else put together, query and all: the API, or what was kept.
import { useRouter } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';

export function HrefLink(props: {
  /** A path of this site, with its query. */
  href: string;
  className: string;
  children: ReactNode;
}): ReactElement {
  const router = useRouter();
  return (
    <a
      href={props.href}
      className={props.className}
      onClick={(event) => {
        const { button, metaKey, ctrlKey, shiftKey, altKey } = event;
        if (button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return;
        event.preventDefault();
        router.history.push(props.href);
      }}
    >
      {props.children}
    </a>
  );
}
