// Who may do what in the API: roles, who has which, and what is masked. Pure; who somebody is, is verified elsewhere.
import { z } from 'zod';

/** From the least to the most. Each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

export function mayActAs(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The greater of the two; null where there is none. */
function greater(one: Role | null, other: Role | null): Role | null {
  if (one === null || other === null) return one ?? other;
  return mayActAs(one, other) ? one : other;
}

const memberForm =
  /^(?:[^\s@,:]+@[^\s@,]+\.[^\s@,]+|@[^\s@,]+\.[^\s@,]+|group:[^\s,][^,]{0,198}|service:[^\s,]{1,200})$/;

/** `dana@acme.io`, `@acme.io` (whoever has an address there), `group:<name or id>`, `service:<client id>`. */
export const memberNameSchema = z
  .string()
  .trim()
  .max(210)
  .regex(
    memberForm,
    'must be an e-mail (dana@acme.io), a domain (@acme.io), group:<name> or service:<client id>',
  )
  // Addresses are compared without case (nobody tells people apart by it); names of groups as they stand.
  .overwrite((text) => (/^(?:group|service):/.test(text) ? text : text.toLowerCase()));

export const memberSchema = z.strictObject({ who: memberNameSchema, role: roleSchema });
export type Member = z.infer<typeof memberSchema>;

/** What is shown only to whoever asks for it and may: as marks that tell equal values from others. */
export const maskingSchema = z.strictObject({
  /** E-mail addresses, wherever they stand in an answer. */
  emails: z.boolean().default(false),
  /** `column`, `table.column` or `schema.table.column`. */
  columns: z.array(z.string().min(1).max(200)).max(1_000).default([]),
});
export type Masking = z.infer<typeof maskingSchema>;

/** Of the stored configuration. */
export const accessSchema = z.strictObject({
  members: z.array(memberSchema).max(2_000).default([]),
  /** Of whoever Access lets through and no member entry names; null: they may do nothing. */
  defaultRole: z.literal('viewer').nullable().default(null),
  masking: maskingSchema.prefault({}),
});

/** What the API goes by: the variables' and the stored, together. */
export type AccessRules = z.infer<typeof accessSchema>;

export const noAccessRules: AccessRules = accessSchema.parse({});

/** Members of both; the default role where either has one. What is masked is stored only. */
export function joinRules(
  variables: Pick<AccessRules, 'members' | 'defaultRole'>,
  stored: AccessRules | null,
): AccessRules {
  if (stored === null) return { ...noAccessRules, ...variables };
  return {
    members: [...variables.members, ...stored.members],
    defaultRole: variables.defaultRole ?? stored.defaultRole,
    masking: stored.masking,
  };
}

/** Somebody whom Cloudflare Access has vouched for. */
export type Identity =
  | { kind: 'person'; email: string; groups: readonly string[] }
  | { kind: 'service'; clientId: string };

/**
 * The greatest role that any entry gives; null where none does. Being in a domain is having an address in exactly that
 * one, not below it. The default role is for people: a service token is always named.
 */
export function roleOf(identity: Identity, rules: AccessRules): Role | null {
  const names = new Set(namesOf(identity));
  let role: Role | null = identity.kind === 'person' ? rules.defaultRole : null;
  for (const member of rules.members) {
    if (names.has(member.who)) role = greater(role, member.role);
  }
  return role;
}

function namesOf(identity: Identity): string[] {
  if (identity.kind === 'service') return [`service:${identity.clientId}`];
  const email = identity.email.toLowerCase();
  const domain = email.slice(email.lastIndexOf('@'));
  return [email, domain, ...identity.groups.map((group) => `group:${group}`)];
}

/** Entries of a variable, with commas between them. @throws z.ZodError where one is wrong */
export function parseMembers(text: string, role: Role): Member[] {
  return text
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((who) => memberSchema.parse({ who, role }));
}
