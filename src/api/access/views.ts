// The shapes in which the API answers about access.
import { z } from 'zod';
import { maskingSchema, roleSchema } from '../../config/access.ts';

export const meViewSchema = z.object({
  /** As it stands in the audit: an e-mail, `service:…`, `token:…`, or `api-token` for the variable's. */
  name: z.string(),
  /** What the caller says of itself; not verified. */
  onBehalfOf: z.string().nullable(),
  role: roleSchema,
  how: z.enum(['access', 'api_token', 'bootstrap_token']),
  email: z.string().nullable(),
  /** Of Access, as far as it tells. */
  groups: z.array(z.string()),
  /** Of an API token. RFC 3339. */
  expiresAt: z.string().nullable(),
  /** What answers mask unless `?unmask=true` is asked for. */
  masked: maskingSchema,
  mayUnmask: z.boolean(),
});

const tokenSchema = z.object({
  id: z.string(),
  role: roleSchema,
  note: z.string(),
  state: z.enum(['active', 'expired']),
  /** RFC 3339, as all times. */
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().nullable(),
  /** True to five minutes; null: never. */
  lastUsedAt: z.string().nullable(),
});

export const tokenListViewSchema = z.object({
  /** Newest first. */
  tokens: z.array(tokenSchema),
  /** Whether the variables have a token of their own, which is an admin's. */
  byVariable: z.boolean(),
});

/** `token` is told this once. */
export const tokenCreatedViewSchema = z.object({
  id: z.string(),
  role: roleSchema,
  token: z.string(),
});

export type MeView = z.infer<typeof meViewSchema>;
export type TokenListView = z.infer<typeof tokenListViewSchema>;
export type TokenCreatedView = z.infer<typeof tokenCreatedViewSchema>;
