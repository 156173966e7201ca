// The shapes in which the API answers admins. What they are made of is checked where it is stored.
import { z } from 'zod';
import {
  auditEntrySchema,
  publicationFactsSchema,
  versionFactsSchema,
} from '../../config/admin-store.ts';
import { documentChangeSchema } from '../../config/compare-documents.ts';
import {
  type Configuration,
  configurationSchema,
  ingestKeySchema,
  knownDestinationSchema,
  routeSchema,
} from '../../config/configuration.ts';
import { retryPolicySchema } from '../../config/retry-policy.ts';
import { dryRunReportSchema } from '../../deliveries/dry-run-report.ts';
import { time } from '../times.ts';

/** Of a stored configuration of which hashes of keys are shortened, so that its own schema does not hold for it. */
const shownConfigurationSchema = z
  .custom<Configuration>((value) => typeof value === 'object' && value !== null)
  .meta({
    id: 'ShownConfiguration',
    description: 'A configuration, in which the hashes of keys are shortened.',
    override: { type: 'object', additionalProperties: true },
  });

const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Opaque; give it back as `?cursor=`. Null on the last page.' });

export const changedSchema = z
  .object({
    version: z.int(),
    changed: z.boolean().meta({ description: 'False where everything was so already.' }),
    published: publicationFactsSchema.meta({
      description:
        'Of the last version that the edge can read: below `version` while it could not be published.',
    }),
  })
  .meta({ id: 'Changed' });

export const configurationViewSchema = versionFactsSchema.extend({
  published: publicationFactsSchema,
  configuration: shownConfigurationSchema,
});

export const changesViewSchema = z.object({
  /** What the document was compared with. */
  version: z.int(),
  changed: z.boolean(),
  changes: z.array(documentChangeSchema),
});

export const versionPageSchema = z.object({ versions: z.array(versionFactsSchema), nextCursor });

/** The document as that version's Throughline wrote it. */
export const versionViewSchema = versionFactsSchema.extend({
  configuration: shownConfigurationSchema,
});

export const versionChangesViewSchema = z.object({
  from: z.int(),
  to: z.int(),
  changes: z.array(documentChangeSchema),
});

export const auditPageSchema = z.object({ entries: z.array(auditEntrySchema), nextCursor });

/** What holds for every route. */
export const settingsSchema = configurationSchema.pick({
  sources: true,
  retries: true,
  rotationPersistenceSeconds: true,
  redaction: true,
  loops: true,
  limits: true,
  notifications: true,
  disableAfterDays: true,
  access: true,
});

export const settingsViewSchema = z.object({
  settings: settingsSchema,
  /** What stands where a setting is null. */
  builtIn: z.object({ retries: retryPolicySchema }),
});

export const routeListSchema = z.object({ routes: z.record(z.string(), routeSchema) });

export const destinationListSchema = z.object({
  destinations: z.record(z.string(), knownDestinationSchema),
});

export const allowlistViewSchema = z.object({
  allowedDestinations: z.array(z.string()),
  byVariable: z.array(z.string()),
});

export const keyListViewSchema = z.object({
  keys: z.array(
    ingestKeySchema.extend({
      id: z.string(),
      sha256: z.string().meta({ description: 'The beginning of it.' }),
      state: z.enum(['active', 'expired']),
    }),
  ),
  /** The key of the Worker's variables, which works when nothing stored can be read. */
  byVariable: z.object({ source: z.string() }).nullable(),
});

export const keyCreatedViewSchema = changedSchema.extend({
  id: z.string(),
  key: z.string().meta({ description: 'Told this once.' }),
});

export const signedUrlViewSchema = z.object({
  url: z.string().meta({ description: 'Path and query, to be put behind the edge’s host.' }),
});

const rotationViewSchema = z.object({
  rotation: z.string(),
  nextTurn: z.int(),
  /** Null where it has not been used, or has been forgotten. */
  lastUsedAt: time.nullable(),
  clearsAt: time.nullable(),
});

export const rotationListSchema = z.object({ rotations: z.array(rotationViewSchema) });

/** By the version that is stored; the edge works by the one that is published. */
export const dryRunViewSchema = dryRunReportSchema.extend({
  version: z.int(),
  publishedVersion: z.int(),
});

/** What a change says of itself. */
export type Changed = z.infer<typeof changedSchema>;
/** Hashes of keys are shortened in it. */
export type ConfigurationView = z.infer<typeof configurationViewSchema>;
export type ChangesView = z.infer<typeof changesViewSchema>;
export type VersionPage = z.infer<typeof versionPageSchema>;
export type VersionView = z.infer<typeof versionViewSchema>;
export type VersionChangesView = z.infer<typeof versionChangesViewSchema>;
export type AuditPage = z.infer<typeof auditPageSchema>;
export type SettingsView = z.infer<typeof settingsViewSchema>;
export type AllowlistView = z.infer<typeof allowlistViewSchema>;
export type KeyListView = z.infer<typeof keyListViewSchema>;
export type KeyCreatedView = z.infer<typeof keyCreatedViewSchema>;
export type SignedUrlView = z.infer<typeof signedUrlViewSchema>;
export type RotationView = z.infer<typeof rotationViewSchema>;
export type DryRunView = z.infer<typeof dryRunViewSchema>;
