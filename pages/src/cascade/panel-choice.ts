// Whether somebody wants the list of jobs beside the diagram; kept in the browser.
const key = 'throughline.jobs-panel';

export function readPanelChoice(): boolean | null {
  try {
    const stored = localStorage.getItem(key);
    return stored === null ? null : stored === 'shown';
  } catch {
    // Storage is blocked: the room decides.
    return null;
  }
}

export function keepPanelChoice(shown: boolean): void {
  try {
    localStorage.setItem(key, shown ? 'shown' : 'hidden');
  } catch {
    // Storage is blocked: the choice lasts as long as this page.
  }
}
