// What the browser's tab and history call a page.
import { useEffect } from 'react';

/** "<title> · Throughline". */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Throughline`;
  }, [title]);
}
