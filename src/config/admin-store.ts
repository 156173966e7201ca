// What the keeper of the stored configuration offers to whoever changes it. Types only.
import type { ConfigurationIssue } from './read-document.ts';

/** Who does something, as far as that is known. */
export type Who = {
  /** Verified: whose token it is. */
  name: string;
  /** What the caller says of itself (a person behind a shared token, a commit); not verified. */
  onBehalfOf: string | null;
};

/** What somebody does, in words for a list. */
export type AdminAction = Who & {
  /** Such as `route.put` or `configuration.rollback`. */
  action: string;
  /** What it is done to: a route's name, a key's id; null for the whole. */
  subject: string | null;
  /** Why, in the words of whoever does it. */
  note: string;
};

export type VersionFacts = AdminAction & {
  /** Counts up from 1; 0 is the empty configuration before the first change. */
  version: number;
  /** RFC 3339; null for version 0. */
  at: string | null;
};

/** `text` is the document as JSON, as that version's Throughline wrote it. */
export type KeptVersion = VersionFacts & { text: string };

/** What every isolate of the edge can read. */
export type PublicationFacts = {
  /** 0: nothing has been published yet. */
  version: number;
  /** RFC 3339 of the last time it was published; null before the first. */
  at: string | null;
  /** Why the last try failed, where it did. */
  error: string | null;
};

export type CurrentConfiguration = KeptVersion & { publication: PublicationFacts };

export type StoreOutcome =
  /** `changed` is false where the document says what is stored already: there is no new version then. */
  | { stored: true; changed: boolean; version: number; publication: PublicationFacts }
  | { stored: false; reason: 'version_differs'; version: number }
  | { stored: false; reason: 'invalid'; issues: readonly ConfigurationIssue[] };

export type AuditEntry = AdminAction & {
  /** Counts up. */
  id: number;
  at: string;
  /** Equal where nothing changed. */
  fromVersion: number;
  toVersion: number;
  /** `begun`: nobody can say what came of it, since whoever did it has not told. */
  outcome: 'applied' | 'unchanged' | 'refused' | 'begun';
  /** Why it was refused. */
  detail: string | null;
};

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
