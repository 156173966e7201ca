// Turns a keeper of the configuration that is out of reach into an answer which says so.
import type { AdminStore } from '../../config/admin-store.ts';
import type { AccessStore } from '../../config/api-tokens.ts';
import { messageOf } from '../../error-message.ts';
import { unreachable } from '../problem.ts';

type Report = (message: string, facts: Record<string, unknown>) => void;

/** The same store, whose failures are 503 problems. What the edge has read works on meanwhile. */
export function reachStore(store: AdminStore, report: Report): AdminStore {
  const reach = reachBy(report);
  return {
    current: () => reach(store.current()),
    store: (change) => reach(store.store(change)),
    versions: (page) => reach(store.versions(page)),
    version: (version) => reach(store.version(version)),
    note: (entry) => reach(store.note(entry)),
    audit: (page) => reach(store.audit(page)),
  };
}

/** The same of what is kept of access: reading goes on meanwhile, acting waits. */
export function reachAccessStore(store: AccessStore, report: Report): AccessStore {
  const reach = reachBy(report);
  return {
    authority: (tokenSha256) => reach(store.authority(tokenSha256)),
    tokens: () => reach(store.tokens()),
    addToken: (token, of) => reach(store.addToken(token, of)),
    revokeToken: (id, of) => reach(store.revokeToken(id, of)),
    touchToken: (id) => reach(store.touchToken(id)),
    beginAction: (action) => reach(store.beginAction(action)),
    endAction: (entry, outcome, detail) => reach(store.endAction(entry, outcome, detail)),
  };
}

function reachBy(report: Report): <T>(answer: Promise<T>) => Promise<T> {
  return async (answer) => {
    try {
      return await answer;
    } catch (error) {
      report('The stored configuration is out of reach.', { error: messageOf(error) });
      throw unreachable(
        'configuration_unreachable',
        'The object that keeps the configuration does not answer. The edge works on with what was published last. ' +
          'A change that was under way may have been stored: read before you repeat it.',
      );
    }
  };
}
