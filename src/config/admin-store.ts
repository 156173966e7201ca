// What the keeper of the stored configuration offers to whoever changes it. Shapes only.
import { z } from 'zod';
import type { ConfigurationIssue } from './configuration-issue.ts';

const whoSchema = z.object({
  /** Verified: whose token it is. */
  name: z.string(),
  /** What the caller says of itself (a person behind a shared token, a commit); not verified. */
  onBehalfOf: z.string().nullable(),
});

const adminActionSchema = whoSchema.extend({
  /** Such as `route.put` or `configuration.rollback`. */
  action: z.string(),
  /** What it is done to: a route's name, a key's id; null for the whole. */
  subject: z.string().nullable(),
  /** Why, in the words of whoever does it. */
  note: z.string(),
});

export const versionFactsSchema = adminActionSchema
  .extend({
    /** Counts up from 1; 0 is the empty configuration before the first change. */
    version: z.int(),
    /** RFC 3339; null for version 0. */
    at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'VersionFacts' });

/** Who does something, as far as that is known. */
export type Who = z.infer<typeof whoSchema>;
/** What somebody does, in words for a list. */
export type AdminAction = z.infer<typeof adminActionSchema>;
export type VersionFacts = z.infer<typeof versionFactsSchema>;

/** `text` is the document as JSON, as that version's Throughline wrote it. */
export type KeptVersion = VersionFacts & { text: string };

/** What every isolate of the edge can read. */
export const publicationFactsSchema = z
  .object({
    /** 0: nothing has been published yet. */
    version: z.int(),
    /** RFC 3339 of the last time it was published; null before the first. */
    at: z.iso.datetime().nullable(),
    /** Why the last try failed, where it did. */
    error: z.string().nullable(),
  })
  .meta({ id: 'PublicationFacts' });
export type PublicationFacts = z.infer<typeof publicationFactsSchema>;

export type CurrentConfiguration = KeptVersion & { publication: PublicationFacts };

export type StoreOutcome =
  /** `changed` is false where the document says what is stored already: there is no new version then. */
  | { stored: true; changed: boolean; version: number; publication: PublicationFacts }
  | { stored: false; reason: 'version_differs'; version: number }
  | { stored: false; reason: 'invalid'; issues: readonly ConfigurationIssue[] };

export const auditEntrySchema = adminActionSchema
  .extend({
    /** Counts up. */
    id: z.int(),
    at: z.iso.datetime(),
    /** Equal where nothing changed. */
    fromVersion: z.int(),
    toVersion: z.int(),
    /** `begun`: nobody can say what came of it, since whoever did it has not told. */
    outcome: z.enum(['applied', 'unchanged', 'refused', 'begun']),
    /** Why it was refused. */
    detail: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export type AdminStore = {
  current(): Promise<CurrentConfiguration>;
  /** Stores a document that was made from `expectedVersion`, and publishes it. */
  store(change: AdminAction & { text: string; expectedVersion: number }): Promise<StoreOutcome>;
  /** Newest first. @param page.before only versions below this one */
  versions(page: { limit: number; before: number | null }): Promise<VersionFacts[]>;
  /** Null where that version is not kept (any more). */
  version(version: number): Promise<KeptVersion | null>;
  /** Writes down what changed no configuration: a refusal, a signed URL. */
  note(
    entry: AdminAction & { outcome: 'applied' | 'refused'; detail: string | null },
  ): Promise<void>;
  /** Newest first. @param page.before only entries below this id */
  audit(page: { limit: number; before: number | null }): Promise<AuditEntry[]>;
};
