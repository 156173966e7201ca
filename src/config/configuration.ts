// The stored configuration: what admins change, one document that can also live in git. Only its shape and what
// can be told from the document alone; whoever stores or publishes it decides nothing by it.
import { z } from 'zod';
import { accessSchema } from './access.ts';
import { apiTokenSchema } from './api-tokens.ts';
import { parseDestinationPattern } from './destination-pattern.ts';
import { retryPolicySchema } from './retry-policy.ts';
import { stopSchema } from './stops.ts';

/** As it stands in `/r/{route}` and in a delivery's target. */
export const routeNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    'must be 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit',
  );

export const destinationSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .refine(
    (text) => !/^[a-z]+:\/\/[^/?#]*@/i.test(text),
    'must not contain credentials: they end up in logs',
  )
  // Not `transform`: what goes in is what comes out, so that one description holds for both. It also sees what the
  // checks above have refused.
  .overwrite((text) => {
    if (!URL.canParse(text)) return text;
    const url = new URL(text);
    url.hash = '';
    return url.href;
  });

const patternSchema = z.string().superRefine((text, context) => {
  try {
    parseDestinationPattern(text);
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: error instanceof Error ? error.message : String(error),
    });
  }
});

const sourceNameSchema = z.string().min(1).max(64);
const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex, 64 digits');
/** The name of a variable of the Worker: secrets stand in no document. */
const variableNameSchema = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{0,127}$/,
    'must be the name of a variable of the Worker, such as SHOP_WEBHOOK_SECRET',
  );
const headerNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
  .toLowerCase();
const durationSeconds = (least: number, most: number) => z.number().int().min(least).max(most);

const listsSchema = {
  /** As in `?algorithm=`: case, `_` and `-` do not matter. */
  algorithm: z.string().min(1).max(64).default('pass-through'),
  destinations: z.array(destinationSchema).min(1).max(1_000),
  fallback: z.array(destinationSchema).max(100).default([]),
};

export const routeSchema = z
  .strictObject({
    ...listsSchema,
    /** Whose the deliveries are where the algorithm chooses one of several; null: as the first destination's name says. */
    job: z.string().min(1).max(64).nullable().default(null),
    /**
     * When another destination takes over by itself. `surely_not_processed`: after 429, 503 or with an open circuit.
     * `any_failure`: after a time-out, a reset or another 5xx too, with the same idempotency key: only for jobs that
     * are idempotent.
     */
    takeOver: z.enum(['surely_not_processed', 'any_failure']).default('surely_not_processed'),
    /** Null: the document's. */
    retries: retryPolicySchema.nullable().default(null),
    /** How the sender must sign; null: as the Worker's variables say. */
    signature: z
      .strictObject({
        scheme: z.enum(['standard-webhooks', 'github', 'stripe', 'hmac']),
        /** The variable that holds the secret, or two with a comma between them. */
        secretFrom: variableNameSchema,
        /** Where a plain HMAC stands. */
        header: headerNameSchema.default('x-signature'),
      })
      .nullable()
      .default(null),
    /** For one attempt until its answer begins; null: the Worker's. */
    attemptTimeoutSeconds: durationSeconds(1, 900).nullable().default(null),
    /** How long a rotation is kept after its last use; null: the document's. */
    rotationPersistenceSeconds: durationSeconds(60, 31_536_000).nullable().default(null),
    /**
     * A part of the route's events takes another way: by hash of the row, so that a row stays on one side.
     * `percent` 0 goes back at once.
     */
    rollout: z
      .strictObject({ percent: z.number().min(0).max(100), ...listsSchema })
      .nullable()
      .default(null),
  })
  .meta({ id: 'StoredRoute' });

/** What is known of a destination, by its URL. */
export const knownDestinationSchema = z
  .strictObject({
    /** The job's name in correlation IDs; null: the last path segment, else the host. */
    job: z.string().min(1).max(64).nullable().default(null),
    /** Takes longer than a broadcast may (up to 15 minutes): delivered from the queue from the start. */
    isSlow: z.boolean().default(false),
    /** Its job goes on after it has answered: what it writes then, up to 15 minutes after its start, is its own. */
    worksInBackground: z.boolean().default(false),
    /** For one attempt until its answer begins; null: the route's or the Worker's. */
    attemptTimeoutSeconds: durationSeconds(1, 900).nullable().default(null),
    /**
     * How many of its runs its platform allows at once, such as a Lambda's reserved concurrency: shown beside how many ran,
     * limits nothing here. Left out: not known, so that an older Worker can read what does not set it.
     */
    concurrencyLimit: z.number().int().min(1).max(1_000_000).optional(),
  })
  .meta({ id: 'KnownDestination' });

/** An ingest key: only its hash is stored. By its id, which is no secret. */
export const ingestKeySchema = z.strictObject({
  source: sourceNameSchema,
  sha256: sha256Schema,
  /** For people. */
  note: z.string().max(200).default(''),
  /** Which stored routes it may use; null: all. */
  routes: z.array(routeNameSchema).nullable().default(null),
  /** Which destinations it may name in a URL; null: all that the allowlist has; []: none. */
  destinations: z.array(patternSchema).nullable().default(null),
  createdAt: z.iso.datetime(),
  /** From here on it is refused; null: never. A rotated key gets one, so that old and new overlap. */
  expiresAt: z.iso.datetime().nullable().default(null),
});

export const sourceSchema = z.strictObject({
  /** Columns that name a row, by `schema.table`; `id` where a table is not named. */
  rowKeys: z.record(z.string().min(3), z.array(z.string().min(1)).min(1)).default({}),
});

/** What is left out before anything is stored; destinations get it all the same. */
export const redactionSchema = z.strictObject({
  /** Of requests that wait or are dead letters: their values are not kept. A replay goes without them. */
  headers: z.array(headerNameSchema).default([]),
  /** `column`, `table.column` or `schema.table.column`; kept as a mark that says so. */
  columns: z.array(z.string().min(1).max(200)).default([]),
});

/** When a trigger that fires itself along one path is flagged, and when it is stopped. */
const loopLimitsSchema = z
  .strictObject({
    /** Firing more often than this is a loop. */
    flagAfter: z.number().int().min(2).max(150).default(10),
    /** Firing more often than this, over certain links alone, stops the trigger in its trace; null: only people do. */
    stopAfter: z.number().int().min(2).max(150).nullable().default(null),
  })
  .refine(
    ({ flagAfter, stopAfter }) => stopAfter === null || stopAfter >= flagAfter,
    'stopAfter must not be below flagAfter: what is stopped has been flagged',
  );

export const configurationSchema = z.strictObject({
  /** The form of this document. */
  format: z.literal(1),
  routes: z.record(routeNameSchema, routeSchema).default({}),
  destinations: z.record(destinationSchema, knownDestinationSchema).default({}),
  /** Beside those of the variable ALLOWED_DESTINATIONS. */
  allowedDestinations: z.array(patternSchema).default([]),
  keys: z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), ingestKeySchema).default({}),
  sources: z.record(sourceNameSchema, sourceSchema).default({}),
  /** Null: the built-in schedule. */
  retries: retryPolicySchema.nullable().default(null),
  /** How long a rotation is kept after its last use; null: the Worker's ROTATION_PERSISTENCE_SECONDS. */
  rotationPersistenceSeconds: durationSeconds(60, 31_536_000).nullable().default(null),
  redaction: redactionSchema.prefault({}),
  /** Left out: the built-in ones, so that an older Worker can read what uses none. */
  loops: loopLimitsSchema.optional(),
  limits: z
    .strictObject({
      maxBodyBytes: z.number().int().min(1_024).max(26_214_400).nullable().default(null),
      maxStreamedBytes: z.number().int().min(1_024).nullable().default(null),
      maxHeaderBytes: z.number().int().min(1_024).nullable().default(null),
      maxDestinations: z.number().int().min(1).max(1_000).nullable().default(null),
    })
    .prefault({}),
  /** Who is told of what needs a person: a destination that was disabled. Signed as deliveries are. */
  notifications: z
    .array(z.strictObject({ url: destinationSchema }))
    .max(10)
    .default([]),
  /**
   * A destination to which nothing was delivered for so many days is disabled. Left out: 5, so that an older Worker can
   * read what does not set it.
   */
  disableAfterDays: z.number().int().min(1).max(365).optional(),
  /** Who has which role in the API, and what is masked there. Left out: as the Worker's variables say. */
  access: accessSchema.optional(),
});

export type Configuration = z.infer<typeof configurationSchema>;
export type StoredRoute = z.infer<typeof routeSchema>;
export type KnownDestination = z.infer<typeof knownDestinationSchema>;
export type LoopLimits = z.infer<typeof loopLimitsSchema>;
export type IngestKey = z.infer<typeof ingestKeySchema>;

/** Where the configuration says nothing of loops: adoption must not hold events back. */
export const builtInLoopLimits: LoopLimits = loopLimitsSchema.parse({});

/** Nothing is stored yet. */
export const emptyConfiguration: Configuration = configurationSchema.parse({ format: 1 });

/** What is published for every isolate to read: a version of the document. */
export const snapshotSchema = z.strictObject({
  v: z.literal(1),
  /** Of the document; counts up from 1. */
  version: z.number().int().nonnegative(),
  publishedAt: z.iso.datetime(),
  configuration: configurationSchema,
  /** Which triggers are held back in which traces. Not of the document: applying one must release none. */
  stops: z.array(stopSchema).optional(),
  /** Who of machines may ask the API. Not of the document: neither git nor a roll back brings one back. */
  apiTokens: z.array(apiTokenSchema).optional(),
  /** What marks of masked values are made with: base64. No API answers with it. */
  maskKey: z.string().optional(),
});

/** @public Whoever publishes one makes it by this. */
export type Snapshot = z.infer<typeof snapshotSchema>;

/** The key of the snapshot in the KV namespace SNAPSHOT. */
export const snapshotKey = 'configuration';
