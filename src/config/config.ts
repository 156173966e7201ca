// Turns the Worker's unchecked environment into checked configuration, once per isolate.
// It never reads storage: a fresh isolate must be able to work from variables alone.
import { z } from 'zod';
import { messageOf } from '../error-message.ts';
import { type AccessRules, parseMembers } from './access.ts';
import { type DestinationPattern, parseDestinationPattern } from './destination-pattern.ts';
import { type LogConfig, logConfigOf, logVariables, problemsOf } from './log-config.ts';

const sha256 = z
  .string()
  .regex(/^([0-9a-f]{64})?$/, 'must be a SHA-256 in lower-case hex, 64 digits')
  .default('');

/** Standard Webhooks: 24 to 64 bytes in base64, whose padding its libraries do without. */
const signingSecret =
  /^whsec_(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const base64Secret =
  /^(?:whsec_)?(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

const members = z
  .string()
  .default('')
  .superRefine((text, context) => {
    try {
      parseMembers(text, 'viewer');
    } catch (error) {
      const message = error instanceof z.ZodError ? error.issues[0]?.message : String(error);
      context.addIssue({ code: 'custom', message: `has an entry that ${message}` });
    }
  });

const environmentSchema = z
  .object({
    EDGE_URL: z
      .union([
        z.literal(''),
        z
          .url({ protocol: /^https?$/ })
          .refine((text) => isOrigin(text), 'must be an origin such as https://events.acme.io'),
      ])
      .default(''),
    INGEST_SOURCE: z.string().max(64).default(''),
    INGEST_KEY_SHA256: sha256,
    ALLOWED_DESTINATIONS: z.string().default(''),
    ALLOW_PRIVATE_DESTINATIONS: z.enum(['true', 'false', '']).default(''),
    API_TOKEN_SHA256: sha256,
    ACCESS_TEAM_DOMAIN: z
      .string()
      .regex(
        /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+)?$/,
        'must be the team’s host, such as acme.cloudflareaccess.com, without https://',
      )
      .default(''),
    ACCESS_AUDIENCE: z.string().default(''),
    ACCESS_GROUPS_CLAIM: z.string().min(1).max(100).default('groups'),
    ACCESS_ADMINS: members,
    ACCESS_OPERATORS: members,
    ACCESS_VIEWERS: members,
    ACCESS_DEFAULT_ROLE: z.enum(['', 'viewer']).default(''),
    INBOUND_SIGNATURE: z.enum(['', 'standard-webhooks', 'github', 'stripe', 'hmac']).default(''),
    INBOUND_SIGNATURE_SECRET: z.string().default(''),
    INBOUND_SIGNATURE_HEADER: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
      .default('x-signature'),
    OUTBOUND_SIGNING_SECRET: z
      .string()
      .refine(
        (text) => text.split(',').every((secret) => text === '' || signingSecret.test(secret)),
        'must be whsec_ and at least 24 bytes in base64; two with a comma between them while one replaces another',
      )
      .default(''),
    ...logVariables,
    ATTEMPT_TIMEOUT_MS: z.coerce.number().int().min(100).max(900_000).default(55_000),
    MAX_BODY_BYTES: z.coerce.number().int().min(1_024).max(26_214_400).default(1_048_576),
    MAX_STREAMED_BYTES: z.coerce.number().int().min(1_024).default(104_857_600),
    MAX_URL_BYTES: z.coerce.number().int().min(256).default(16_384),
    MAX_HEADER_BYTES: z.coerce.number().int().min(1_024).default(65_536),
    MAX_DESTINATIONS: z.coerce.number().int().min(1).max(1_000).default(100),
    BROADCAST_BUDGET_MS: z.coerce.number().int().min(100).max(50_000).default(25_000),
    ROTATION_PERSISTENCE_SECONDS: z.coerce.number().int().min(60).max(31_536_000).default(604_800),
    OBSERVABILITY_DATABASE_URL: z
      .union([z.literal(''), z.url({ protocol: /^postgres(ql)?$/ })])
      .default(''),
    OBSERVABILITY_DRIVER: z.enum(['', 'pg', 'neon']).default(''),
    OBSERVABILITY_WEBSOCKET_PROXY: z
      .union([z.literal(''), z.url({ protocol: /^wss?$/ })])
      .default(''),
  })
  .refine((env) => !env.INGEST_KEY_SHA256 || env.INGEST_SOURCE, {
    path: ['INGEST_SOURCE'],
    message: 'must name the source that INGEST_KEY_SHA256 belongs to',
  })
  .refine((env) => (env.ACCESS_TEAM_DOMAIN === '') === (env.ACCESS_AUDIENCE.trim() === ''), {
    path: ['ACCESS_AUDIENCE'],
    message:
      'and ACCESS_TEAM_DOMAIN go together: another application’s token must not open this one',
  })
  .refine((env) => !env.INBOUND_SIGNATURE || env.INBOUND_SIGNATURE_SECRET, {
    path: ['INBOUND_SIGNATURE_SECRET'],
    message: 'must be what the source signs with',
  })
  .refine((env) => !env.INBOUND_SIGNATURE || areSecretsFor(env.INBOUND_SIGNATURE, secretsOf(env)), {
    path: ['INBOUND_SIGNATURE_SECRET'],
    message: 'must be whsec_ and base64, as Standard Webhooks asks',
  })
  .refine((env) => env.MAX_STREAMED_BYTES >= env.MAX_BODY_BYTES, {
    path: ['MAX_STREAMED_BYTES'],
    message: 'must not be below MAX_BODY_BYTES',
  })
  .refine((env) => !env.OBSERVABILITY_WEBSOCKET_PROXY || driverOf(env) === 'neon', {
    path: ['OBSERVABILITY_WEBSOCKET_PROXY'],
    message: 'is what the driver "neon" connects through: set OBSERVABILITY_DRIVER too',
  })
  .superRefine((env, context) => {
    for (const { path, message } of problemsOf(env)) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
  });

/** What is asked for; else Neon's for a database of Neon's, and `pg` for every other. */
function driverOf(env: {
  OBSERVABILITY_DATABASE_URL: string;
  OBSERVABILITY_DRIVER: '' | 'pg' | 'neon';
}): 'pg' | 'neon' {
  if (env.OBSERVABILITY_DRIVER) return env.OBSERVABILITY_DRIVER;
  const host = URL.parse(env.OBSERVABILITY_DATABASE_URL)?.hostname ?? '';
  return host.endsWith('.neon.tech') ? 'neon' : 'pg';
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.href === `${url.origin}/`;
}

function secretsOf({ INBOUND_SIGNATURE_SECRET: text }: { INBOUND_SIGNATURE_SECRET: string }) {
  return parseSecrets(text);
}

/** The secrets in a variable: one, or two with a comma between them while one replaces another. */
export function parseSecrets(text: string): string[] {
  return text.split(',').filter(Boolean);
}

/** Whether a scheme can verify with these: Standard Webhooks wants base64, and none is none. */
export function areSecretsFor(
  scheme: NonNullable<Config['inboundSignature']>['scheme'],
  secrets: readonly string[],
): boolean {
  if (secrets.length === 0) return false;
  return scheme !== 'standard-webhooks' || secrets.every((secret) => base64Secret.test(secret));
}

export type Config = {
  /** Where senders reach the edge, an origin; null: nobody has said so. The Worker itself may be asked under other names. */
  edgeUrl: string | null;
  /** The key that opens the edge without any stored configuration; null keeps the edge closed. */
  bootstrapKey: { sha256: string; source: string } | null;
  allowedDestinations: readonly DestinationPattern[];
  /** Loopback and private addresses may be called: a world on one machine only, never in production. */
  allowPrivateDestinations: boolean;
  /** SHA-256 of the API's bearer token; null keeps the API closed. */
  apiTokenSha256: string | null;
  /** Cloudflare Access in front of the dashboard and the API; null: nobody comes in by it. */
  accessTeam: {
    /** The issuer: `https://` and the team's domain. */
    issuer: string;
    /** Audience tags of the applications that stand for this API. */
    audiences: readonly string[];
    /** Where a token has the groups of a person. */
    groupsClaim: string;
  } | null;
  /** Who has which role whatever is stored. */
  access: Pick<AccessRules, 'members' | 'defaultRole'>;
  /** How the source must sign what it sends; null: it need not. Several secrets while one replaces another. */
  inboundSignature: {
    scheme: 'standard-webhooks' | 'github' | 'stripe' | 'hmac';
    secrets: readonly string[];
    /** Where a plain HMAC stands. */
    header: string;
  } | null;
  /** Standard Webhooks secrets that sign what is delivered; empty: nothing is signed. */
  outboundSigningSecrets: readonly string[];
  /** Where logs come from; null: from nowhere. */
  logs: LogConfig | null;
  /** Until a destination's answer begins. Below Hasura's 60 s, so that it is we who say why. */
  attemptTimeoutMs: number;
  /** Up to here a body is read, parsed and recorded; above it, it is streamed. */
  maxBodyBytes: number;
  /** Above this a body is refused. */
  maxStreamedBytes: number;
  maxUrlBytes: number;
  /** All header fields of a request together. */
  maxHeaderBytes: number;
  /** Destinations that a URL may name. */
  maxDestinations: number;
  /** Until a broadcast is answered, whatever still runs. Below Hasura's 60 s. */
  broadcastBudgetMs: number;
  /** How long a rotation is kept after its last use. */
  rotationPersistenceMs: number;
  /** Where the observability database is when no Hyperdrive configuration leads to it; null: there is one. */
  observability: { url: string; driver: 'pg' | 'neon'; proxyUrl: string | null } | null;
};

/** @throws Error that names the variable */
function allowedDestination(text: string): DestinationPattern {
  try {
    return parseDestinationPattern(text);
  } catch (error) {
    throw new Error(`ALLOWED_DESTINATIONS: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Checks the environment.
 * @throws Error naming every variable that is wrong, and how
 */
export function parseConfig(env: unknown): Config {
  const parsed = environmentSchema.safeParse(env);
  if (!parsed.success) {
    throw new Error(`The Worker's variables are wrong:\n${z.prettifyError(parsed.error)}`);
  }
  const value = parsed.data;
  return {
    edgeUrl: value.EDGE_URL === '' ? null : new URL(value.EDGE_URL).origin,
    bootstrapKey: value.INGEST_KEY_SHA256
      ? { sha256: value.INGEST_KEY_SHA256, source: value.INGEST_SOURCE }
      : null,
    allowedDestinations: value.ALLOWED_DESTINATIONS.split(',')
      .map((text) => text.trim())
      .filter(Boolean)
      .map(allowedDestination),
    allowPrivateDestinations: value.ALLOW_PRIVATE_DESTINATIONS === 'true',
    apiTokenSha256: value.API_TOKEN_SHA256 || null,
    accessTeam: value.ACCESS_TEAM_DOMAIN
      ? {
          issuer: `https://${value.ACCESS_TEAM_DOMAIN}`,
          audiences: value.ACCESS_AUDIENCE.split(',')
            .map((tag) => tag.trim())
            .filter(Boolean),
          groupsClaim: value.ACCESS_GROUPS_CLAIM,
        }
      : null,
    access: {
      members: [
        ...parseMembers(value.ACCESS_ADMINS, 'admin'),
        ...parseMembers(value.ACCESS_OPERATORS, 'operator'),
        ...parseMembers(value.ACCESS_VIEWERS, 'viewer'),
      ],
      defaultRole: value.ACCESS_DEFAULT_ROLE || null,
    },
    inboundSignature: value.INBOUND_SIGNATURE
      ? {
          scheme: value.INBOUND_SIGNATURE,
          secrets: secretsOf(value),
          header: value.INBOUND_SIGNATURE_HEADER,
        }
      : null,
    outboundSigningSecrets: value.OUTBOUND_SIGNING_SECRET.split(',').filter(Boolean),
    logs: logConfigOf(value),
    attemptTimeoutMs: value.ATTEMPT_TIMEOUT_MS,
    maxBodyBytes: value.MAX_BODY_BYTES,
    maxStreamedBytes: value.MAX_STREAMED_BYTES,
    maxUrlBytes: value.MAX_URL_BYTES,
    maxHeaderBytes: value.MAX_HEADER_BYTES,
    maxDestinations: value.MAX_DESTINATIONS,
    broadcastBudgetMs: value.BROADCAST_BUDGET_MS,
    rotationPersistenceMs: value.ROTATION_PERSISTENCE_SECONDS * 1_000,
    observability: value.OBSERVABILITY_DATABASE_URL
      ? {
          url: value.OBSERVABILITY_DATABASE_URL,
          driver: driverOf(value),
          proxyUrl: value.OBSERVABILITY_WEBSOCKET_PROXY || null,
        }
      : null,
  };
}

const checked = new WeakMap<object, Config>();

/** {@link parseConfig}, remembered for as long as the runtime hands out the same environment. */
export function configOf(env: object): Config {
  let config = checked.get(env);
  if (!config) {
    config = parseConfig(env);
    checked.set(env, config);
  }
  return config;
}
