// The shapes in which the API answers admins. Types only; what they are made of is checked where it is stored.
import type { AuditEntry, PublicationFacts, VersionFacts } from '../../config/admin-store.ts';
import type { DryRunReport } from '../../deliveries/dry-run-report.ts';
import type { Changed } from './change-configuration.ts';
import type { DocumentChange } from '../../config/compare-documents.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { RetryPolicy } from '../../config/retry-policy.ts';

/** Hashes of keys are shortened in all of them. */
export type ConfigurationView = VersionFacts & {
  published: PublicationFacts;
  configuration: Configuration;
};

export type ChangesView = {
  /** What the document was compared with. */
  version: number;
  changed: boolean;
  changes: DocumentChange[];
};

export type VersionPage = {
  versions: VersionFacts[];
  /** Give it back as `?cursor=`; null on the last page. */
  nextCursor: string | null;
};

/** The document as that version's Throughline wrote it. */
export type VersionView = VersionFacts & { configuration: Configuration };

export type VersionChangesView = { from: number; to: number; changes: DocumentChange[] };

export type AuditPage = { entries: AuditEntry[]; nextCursor: string | null };

export type SettingsView = {
  settings: Pick<
    Configuration,
    | 'sources'
    | 'retries'
    | 'rotationPersistenceSeconds'
    | 'redaction'
    | 'loops'
    | 'limits'
    | 'notifications'
    | 'disableAfterDays'
    | 'access'
  >;
  /** What stands where a setting is null. */
  builtIn: { retries: RetryPolicy };
};

export type AllowlistView = { allowedDestinations: string[]; byVariable: string[] };

export type KeyListView = {
  keys: ({ id: string; state: 'active' | 'expired' } & Configuration['keys'][string])[];
  /** The key of the Worker's variables, which works when nothing stored can be read. */
  byVariable: { source: string } | null;
};

/** `key` is told this once. */
export type KeyCreatedView = Changed & { id: string; key: string };

/** Path and query, to be put behind the edge's host. */
export type SignedUrlView = { url: string };

export type RotationView = {
  rotation: string;
  nextTurn: number;
  /** RFC 3339; null where it has not been used, or has been forgotten. */
  lastUsedAt: string | null;
  clearsAt: string | null;
};

/** By the version that is stored; the edge works by the one that is published. */
export type DryRunView = { version: number; publishedVersion: number } & DryRunReport;
