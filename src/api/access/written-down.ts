// Writes an action down before it is done, and what came of it afterwards: an action that cannot be written down is not
// done, and one whose Worker ended in between is known to have begun.
import type { AdminAction } from '../../config/admin-store.ts';
import { messageOf } from '../../error-message.ts';
import type { ApiDeps } from '../deps.ts';

export type ActionEnd = { outcome: 'applied' | 'refused'; detail: string | null };

/** @param act does it, and says what came of it */
export async function writtenDown<End extends ActionEnd>(
  action: AdminAction,
  { access, report }: Pick<ApiDeps, 'access' | 'report'>,
  act: () => Promise<End>,
): Promise<End> {
  const entry = await access.store.beginAction(action);
  const end = await act();
  try {
    await access.store.endAction(entry, end.outcome, end.detail);
  } catch (failure) {
    // It is done, or refused, and was begun in the audit: saying that it failed would have it done again.
    report('What came of an action could not be written down.', {
      entry,
      error: messageOf(failure),
    });
  }
  return end;
}
