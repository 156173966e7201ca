// API tokens as they are kept, published and listed: for machines, by hash. Shapes only.
import { z } from 'zod';
import { type AccessRules, roleSchema } from './access.ts';
import type { AdminAction, AuditEntry, Who } from './admin-store.ts';

/** So many are kept at once: each is read by every isolate. */
export const mostApiTokens = 1_000;

/** As it is published. */
export const apiTokenSchema = z.strictObject({
  /** No secret: names the token in lists and in the audit. */
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  role: roleSchema,
  /** From here on it is refused; null: never. */
  expiresAt: z.iso.datetime().nullable(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;

/** As it is listed: without its hash. */
export type KeptApiToken = Omit<ApiToken, 'sha256'> & {
  /** What it is for. */
  note: string;
  /** RFC 3339 */
  createdAt: string;
  createdBy: string;
  /** RFC 3339, true to some minutes; null: never. */
  lastUsedAt: string | null;
};

/** What the keeper knows now, whatever has been published. */
export type Authority = {
  /** Of the newest version; null where it says nothing of access. */
  rules: AccessRules | null;
  /** The token that was asked for; null where there is none (any more). */
  token: ApiToken | null;
};

/** The keeper of tokens and of the audit: its answers are true for everyone at once, unlike what is published. */
export type AccessStore = {
  /** @param tokenSha256 null where only the rules are asked for @throws where it is out of reach */
  authority(tokenSha256: string | null): Promise<Authority>;
  tokens(): Promise<KeptApiToken[]>;
  /** False where as many are kept as may be, or the id is taken. */
  addToken(token: ApiToken, of: { note: string; who: Who }): Promise<boolean>;
  /** False where there is none. */
  revokeToken(id: string, of: { note: string; who: Who }): Promise<boolean>;
  /** Notes that it was used now. */
  touchToken(id: string): Promise<void>;
  /** Writes down that somebody is about to act. @returns the entry, to be ended */
  beginAction(action: AdminAction): Promise<number>;
  endAction(
    entry: number,
    outcome: Extract<AuditEntry['outcome'], 'applied' | 'refused'>,
    detail: string | null,
  ): Promise<void>;
};
