// An API that only the token of the variables opens, for tests of everything else. What is done is written down nowhere.
import type { ApiAccess } from '../../src/api/access/authenticate.ts';
import { SharedAccess } from '../../src/api/access/shared-access.ts';
import { noAccessRules } from '../../src/config/access.ts';

export const noAccess: ApiAccess = {
  config: () => Promise.resolve({ access: noAccessRules, apiTokens: new Map(), maskKey: null }),
  byVariable: noAccessRules,
  team: null,
  keyOf: () => Promise.resolve(null),
  store: {
    authority: () => Promise.resolve({ rules: null, token: null }),
    tokens: () => Promise.resolve([]),
    addToken: () => Promise.resolve(true),
    revokeToken: () => Promise.resolve(false),
    touchToken: () => Promise.resolve(),
    beginAction: () => Promise.resolve(1),
    endAction: () => Promise.resolve(),
  },
  shared: new SharedAccess(),
  waitUntil: () => undefined,
};
