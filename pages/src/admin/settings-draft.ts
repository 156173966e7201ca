// The settings as a form holds them: texts and lists of texts. Pure; what is right is decided by the API.
import type { SettingsView } from '../../../src/api/admin/views.ts';
import { type FieldErrors, filled, readers, textOf } from './draft-fields.ts';
import { type RetriesDraft, retriesDraftOf, retriesOf } from './retries-draft.ts';

export type Settings = SettingsView['settings'];
export type Role = NonNullable<Settings['access']>['members'][number]['role'];

export const limitNames = [
  'maxBodyBytes',
  'maxStreamedBytes',
  'maxHeaderBytes',
  'maxDestinations',
] as const;

export interface RowKeyDraft {
  source: string;
  table: string;
  /** With commas between them. */
  columns: string;
}

export interface MemberDraft {
  who: string;
  role: Role;
}

export interface SettingsDraft {
  members: MemberDraft[];
  /** Whoever Access lets through may read. */
  readersByDefault: boolean;
  maskedEmails: boolean;
  maskedColumns: string[];
  retries: RetriesDraft | null;
  rotationPersistenceSeconds: string;
  redactedColumns: string[];
  redactedHeaders: string[];
  limits: Record<(typeof limitNames)[number], string>;
  notifications: string[];
  disableAfterDays: string;
  rowKeys: RowKeyDraft[];
}

export function settingsDraftOf(settings: Settings): SettingsDraft {
  const { retries, redaction, limits, notifications, sources, access } = settings;
  return {
    members: access?.members ?? [],
    readersByDefault: access?.defaultRole === 'viewer',
    maskedEmails: access?.masking.emails ?? false,
    maskedColumns: access?.masking.columns ?? [],
    retries: retries && retriesDraftOf(retries),
    rotationPersistenceSeconds: textOf(settings.rotationPersistenceSeconds),
    redactedColumns: redaction.columns,
    redactedHeaders: redaction.headers,
    limits: {
      maxBodyBytes: textOf(limits.maxBodyBytes),
      maxStreamedBytes: textOf(limits.maxStreamedBytes),
      maxHeaderBytes: textOf(limits.maxHeaderBytes),
      maxDestinations: textOf(limits.maxDestinations),
    },
    notifications: notifications.map(({ url }) => url),
    disableAfterDays: textOf(settings.disableAfterDays ?? null),
    rowKeys: Object.entries(sources).flatMap(([source, { rowKeys }]) =>
      Object.entries(rowKeys).map(([table, columns]) => ({
        source,
        table,
        columns: columns.join(', '),
      })),
    ),
  };
}

/** Lines and rows that were left empty are none. */
export function withoutEmptySettings(draft: SettingsDraft): SettingsDraft {
  return {
    ...draft,
    members: draft.members.filter(({ who }) => who.trim() !== ''),
    maskedColumns: filled(draft.maskedColumns),
    redactedColumns: filled(draft.redactedColumns),
    redactedHeaders: filled(draft.redactedHeaders),
    notifications: filled(draft.notifications),
    rowKeys: draft.rowKeys.filter(
      ({ source, table, columns }) => `${source}${table}${columns}`.trim() !== '',
    ),
  };
}

/**
 * @param known as they are stored: a source that has no row keys is kept
 * @returns the settings of a draft, or what cannot be read of it, by field
 */
export function settingsOf(
  draft: SettingsDraft,
  known: Settings,
): { ok: true; settings: Settings } | { ok: false; errors: FieldErrors } {
  const errors = new Map<string, string>();
  const { optional } = readers(errors);
  const limit = (name: (typeof limitNames)[number]): number | null =>
    optional(`limits.${name}`, draft.limits[name]);
  const disableAfterDays = optional('disableAfterDays', draft.disableAfterDays);
  const settings: Settings = {
    sources: sourcesOf(draft.rowKeys, known, errors),
    retries: draft.retries && retriesOf(draft.retries, errors),
    rotationPersistenceSeconds: optional(
      'rotationPersistenceSeconds',
      draft.rotationPersistenceSeconds,
    ),
    redaction: {
      columns: filled(draft.redactedColumns),
      headers: filled(draft.redactedHeaders),
    },
    limits: {
      maxBodyBytes: limit('maxBodyBytes'),
      maxStreamedBytes: limit('maxStreamedBytes'),
      maxHeaderBytes: limit('maxHeaderBytes'),
      maxDestinations: limit('maxDestinations'),
    },
    notifications: filled(draft.notifications).map((url) => ({ url })),
    ...accessOf(draft, known),
    ...(disableAfterDays !== null && { disableAfterDays }),
    // No form has them: what is left out would be gone.
    ...(known.loops && { loops: known.loops }),
  };
  return errors.size > 0 ? { ok: false, errors } : { ok: true, settings };
}

/** Left out where nothing is said, and nothing was stored. */
function accessOf(draft: SettingsDraft, known: Settings): Pick<Settings, 'access'> {
  const access: NonNullable<Settings['access']> = {
    members: draft.members.map(({ who, role }) => ({ who: who.trim(), role })),
    defaultRole: draft.readersByDefault ? 'viewer' : null,
    masking: { emails: draft.maskedEmails, columns: filled(draft.maskedColumns) },
  };
  const { members, defaultRole, masking } = access;
  const isEmpty =
    members.length === 0 && defaultRole === null && !masking.emails && masking.columns.length === 0;
  return isEmpty && !known.access ? {} : { access };
}

function sourcesOf(
  rows: readonly RowKeyDraft[],
  known: Settings,
  errors: Map<string, string>,
): Settings['sources'] {
  const sources = new Map(
    Object.keys(known.sources).map((source) => [source, new Map<string, string[]>()]),
  );
  rows.forEach(({ source, table, columns }, index) => {
    const [name, of, by] = [source.trim(), table.trim(), filled(columns.split(','))];
    if (name === '' || of === '' || by.length === 0) {
      errors.set(`rowKeys.${index}`, 'must have a source, a table and its columns');
      return;
    }
    const tables = sources.get(name) ?? new Map<string, string[]>();
    if (tables.has(of)) errors.set(`rowKeys.${index}`, 'names a table that stands above already');
    sources.set(name, tables.set(of, by));
  });
  return Object.fromEntries(
    [...sources].map(([name, tables]) => [name, { rowKeys: Object.fromEntries(tables) }]),
  );
}
