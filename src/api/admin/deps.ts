// What the admin's part of the API needs from outside. The Worker gives the real things, tests theirs.
import type { AdminStore } from '../../config/admin-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { ConfigurationIssue } from '../../config/read-document.ts';

export type AdminDeps = {
  store: AdminStore;
  /** What the edge would refuse of a configuration that has the right shape. */
  check(configuration: Configuration): readonly ConfigurationIssue[];
};
