// The stored configuration with its versions and its audit, in one place of the world, and its publication to KV.
// Thin: what a document may be is read-document's, when to publish is publication's. No event ever asks it.
import { DurableObject } from 'cloudflare:workers';
import type { AccessRules } from '../src/config/access.ts';
import type {
  AdminAction,
  AuditEntry,
  CurrentConfiguration,
  KeptVersion,
  PublicationFacts,
  StoreOutcome,
  VersionFacts,
  Who,
} from '../src/config/admin-store.ts';
import type { ApiToken, Authority, KeptApiToken } from '../src/config/api-tokens.ts';
import { emptyConfiguration, type Snapshot, snapshotKey } from '../src/config/configuration.ts';
import { readDocument } from '../src/config/read-document.ts';
import { stableJson } from '../src/config/stable-json.ts';
import type { KeptStop, Rounds, StopEnd, StopOutcome, Stopped } from '../src/config/stops.ts';
import { withinLimit } from '../src/deliveries/within-limit.ts';
import { messageOf } from '../src/error-message.ts';
import { report } from '../src/report.ts';
import {
  nextPublicationMs,
  pauseBeforeMs,
  type Publication,
  refused,
  taken,
  unpublished,
} from './publication.ts';
import { StopList } from './stop-list.ts';
import { TokenList } from './token-list.ts';

/** Older ones go: each may have a megabyte. What was done stays in the audit. */
const keptVersions = 500;
const keptAuditEntries = 100_000;
/** A write to KV that has not settled by then counts as refused. */
const putLimitMs = 10_000;
/** Should the object end before it has published: its alarm does then. */
const crashAlarmMs = 2_000;

const publicationKey = 'publication';
/** Counts what is published beside the document, stops and tokens, up. */
const besideRevisionKey = 'stopsRevision';
const maskKeyKey = 'maskKey';

type VersionRow = {
  version: number;
  at: string;
  who: string;
  on_behalf_of: string | null;
  action: string;
  subject: string | null;
  note: string;
};

type AuditRow = Omit<VersionRow, 'version'> & {
  id: number;
  from_version: number;
  to_version: number;
  outcome: AuditEntry['outcome'];
  detail: string | null;
};

const initial: KeptVersion = {
  version: 0,
  at: null,
  name: '',
  onBehalfOf: null,
  action: '',
  subject: null,
  note: 'Nothing has been stored yet.',
  text: stableJson(emptyConfiguration),
};

export class AdminConfig extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  readonly #stops: StopList;
  readonly #tokens: TokenList;
  #rules: { version: number; rules: AccessRules | null } | null = null;
  #publication: Publication;
  /** While one runs nobody begins another: the older of two writes to KV must not be the last. */
  #publishing: Promise<void> | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS versions (
        version INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, on_behalf_of TEXT,
        action TEXT NOT NULL, subject TEXT, note TEXT NOT NULL, text TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL, on_behalf_of TEXT,
        action TEXT NOT NULL, subject TEXT, note TEXT NOT NULL, from_version INTEGER NOT NULL,
        to_version INTEGER NOT NULL, outcome TEXT NOT NULL, detail TEXT)`);
    this.#stops = new StopList(this.#sql);
    this.#tokens = new TokenList(this.#sql);
    this.#publication = state.storage.kv.get<Publication>(publicationKey) ?? unpublished;
  }

  current(): CurrentConfiguration {
    return { ...this.#latest(), publication: this.#publicationFacts() };
  }

  /**
   * Stores a document that was made from `expectedVersion`, and publishes it. Settles when KV has taken or refused
   * it; what is stored stands either way.
   */
  async store(
    change: AdminAction & { text: string; expectedVersion: number },
  ): Promise<StoreOutcome> {
    const outcome = this.#write(change);
    if (outcome.stored && outcome.changed) {
      await this.#publish();
      return { ...outcome, publication: this.#publicationFacts() };
    }
    return outcome;
  }

  versions(page: { limit: number; before: number | null }): VersionFacts[] {
    const rows = this.#sql.exec<VersionRow>(
      `SELECT version, at, who, on_behalf_of, action, subject, note FROM versions
       WHERE version < ? ORDER BY version DESC LIMIT ?`,
      page.before ?? Number.MAX_SAFE_INTEGER,
      page.limit,
    );
    return [...rows].map(versionFacts);
  }

  version(version: number): KeptVersion | null {
    if (version === 0) return initial;
    const [row] = this.#sql.exec<VersionRow & { text: string }>(
      'SELECT * FROM versions WHERE version = ?',
      version,
    );
    return row ? { ...versionFacts(row), text: row.text } : null;
  }

  note(entry: AdminAction & { outcome: 'applied' | 'refused'; detail: string | null }): void {
    const { version } = this.#latest();
    this.#audit(entry, { from: version, to: version });
  }

  audit(page: { limit: number; before: number | null }): AuditEntry[] {
    const rows = this.#sql.exec<AuditRow>(
      'SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
      page.before ?? Number.MAX_SAFE_INTEGER,
      page.limit,
    );
    return [...rows].map((row) => ({
      ...actionFacts(row),
      id: row.id,
      at: row.at,
      fromVersion: row.from_version,
      toVersion: row.to_version,
      outcome: row.outcome,
      detail: row.detail,
    }));
  }

  /**
   * Holds a trigger back in a trace. Settles when it is kept; isolates learn of it by what is published, which may
   * take KV two minutes.
   */
  stop(what: Stopped, who: Who, rounds: Rounds): StopOutcome {
    const outcome = this.ctx.storage.transactionSync(() => {
      const made = this.#stops.stop(what, who.name, rounds, Date.now());
      if (made.stopped && made.isNew) {
        const note = `${what.trigger} of ${what.source} in trace ${what.traceId}`;
        this.#besideChanged(who, 'stop.set', made.stop.id, note);
      }
      return made;
    });
    if (outcome.stopped && outcome.isNew) this.#publishBeside();
    return outcome;
  }

  stops(): KeptStop[] {
    return this.#stops.list(Date.now());
  }

  holds(id: string): boolean {
    return this.#stops.holds(id, Date.now());
  }

  endStop(id: string, how: StopEnd, who: Who): KeptStop | null {
    const ended = this.ctx.storage.transactionSync(() => {
      const made = this.#stops.end(id, how, Date.now());
      const action = how === 'released' ? 'stop.release' : 'stop.discard';
      if (made?.changed) this.#besideChanged(who, action, id, '');
      return made;
    });
    if (ended?.changed) this.#publishBeside();
    return ended?.stop ?? null;
  }

  authority(tokenSha256: string | null): Authority {
    return {
      rules: this.#accessRules(),
      token: tokenSha256 === null ? null : this.#tokens.find(tokenSha256),
    };
  }

  tokens(): KeptApiToken[] {
    return this.#tokens.list();
  }

  /** Settles when it is kept; isolates that do not know it yet ask for it. */
  addToken(token: ApiToken, { note, who }: { note: string; who: Who }): boolean {
    return this.#beside(() => {
      if (!this.#tokens.add(token, { note, name: who.name }, Date.now())) return null;
      return { who, action: 'token.create', subject: token.id, note: `${token.role}: ${note}` };
    });
  }

  /** From now on it changes nothing; what it may read, it may until this is published everywhere. */
  revokeToken(id: string, { note, who }: { note: string; who: Who }): boolean {
    return this.#beside(() =>
      this.#tokens.remove(id) ? { who, action: 'token.revoke', subject: id, note } : null,
    );
  }

  touchToken(id: string): void {
    this.#tokens.touch(id, Date.now());
  }

  beginAction(action: AdminAction): number {
    const { version } = this.#latest();
    return this.#audit(
      { ...action, outcome: 'begun', detail: null },
      { from: version, to: version },
    );
  }

  endAction(entry: number, outcome: 'applied' | 'refused', detail: string | null): void {
    this.#sql.exec(
      `UPDATE audit SET outcome = ?, detail = ? WHERE id = ? AND outcome = 'begun'`,
      outcome,
      detail,
      entry,
    );
  }

  /** Never throws: the runtime gives an alarm up after six failures, and nothing would be published then. */
  override async alarm(): Promise<void> {
    try {
      if (this.#latest().version > 0 || this.#besideRevision() > 0) await this.#publish();
    } catch (error) {
      report('The configuration could not be published by the alarm, which comes again.', {
        error: messageOf(error),
      });
      await this.ctx.storage.setAlarm(Date.now() + crashAlarmMs);
    }
  }

  /** Without waiting for anything, so that nobody comes in between and all of it is stored or nothing. */
  #write(change: AdminAction & { text: string; expectedVersion: number }): StoreOutcome {
    const latest = this.#latest();
    const { version } = latest;
    const unchangedFrom = { from: version, to: version };
    if (change.expectedVersion !== version) {
      const detail = `It was made from version ${change.expectedVersion}.`;
      this.#audit({ ...change, outcome: 'refused', detail }, unchangedFrom);
      return { stored: false, reason: 'version_differs', version };
    }
    const read = readDocument(JSON.parse(change.text));
    if (!read.ok) {
      this.#audit({ ...change, outcome: 'refused', detail: 'It is not valid.' }, unchangedFrom);
      return { stored: false, reason: 'invalid', issues: read.issues };
    }
    if (read.text === latest.text) {
      this.#audit({ ...change, outcome: 'unchanged', detail: null }, unchangedFrom);
      return { stored: true, changed: false, version, publication: this.#publicationFacts() };
    }
    const next = version + 1;
    this.ctx.storage.transactionSync(() => {
      this.#sql.exec(
        'INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        next,
        new Date().toISOString(),
        change.name,
        change.onBehalfOf,
        change.action,
        change.subject,
        change.note,
        read.text,
      );
      this.#sql.exec('DELETE FROM versions WHERE version <= ?', next - keptVersions);
      this.#audit({ ...change, outcome: 'applied', detail: null }, { from: version, to: next });
    });
    // Not awaited: what is written without a pause is stored at once, or not at all.
    this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + crashAlarmMs));
    return { stored: true, changed: true, version: next, publication: this.#publicationFacts() };
  }

  #besideRevision(): number {
    return this.ctx.storage.kv.get<number>(besideRevisionKey) ?? 0;
  }

  /** Changes what is published beside the document, with its entry in the audit; null from `change`: nothing. */
  #beside(
    change: () => { who: Who; action: string; subject: string; note: string } | null,
  ): boolean {
    const isChanged = this.ctx.storage.transactionSync(() => {
      const made = change();
      if (made) this.#besideChanged(made.who, made.action, made.subject, made.note);
      return made !== null;
    });
    if (isChanged) this.#publishBeside();
    return isChanged;
  }

  #besideChanged({ name, onBehalfOf }: Who, action: string, subject: string, note: string): void {
    const { version } = this.#latest();
    this.ctx.storage.kv.put(besideRevisionKey, this.#besideRevision() + 1);
    this.#audit(
      { name, onBehalfOf, action, subject, note, outcome: 'applied', detail: null },
      { from: version, to: version },
    );
  }

  /** In the background: whoever changed it waits for no KV. Should the object end first, its alarm does it. */
  #publishBeside(): void {
    this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + crashAlarmMs));
    this.ctx.waitUntil(this.#publish());
  }

  /** Publishes the newest version; whoever comes meanwhile waits for the same. Rejects only when storage does. */
  #publish(): Promise<void> {
    this.#publishing ??= this.#publishUntilNewest();
    return this.#publishing;
  }

  async #publishUntilNewest(): Promise<void> {
    try {
      do {
        await scheduler.wait(pauseBeforeMs(this.#publication, Date.now()));
        await this.#publishOnce();
        await this.ctx.storage.setAlarm(nextPublicationMs(this.#publication));
      } while (
        this.#publication.failures === 0 &&
        (this.#publication.version < this.#latest().version ||
          (this.#publication.stopsRevision ?? 0) < this.#besideRevision())
      );
    } finally {
      // In the same moment as the last look at the newest version: nobody can join what has ended.
      this.#publishing = null;
    }
  }

  async #publishOnce(): Promise<void> {
    const { version, text } = this.#latest();
    const stopsRevision = this.#besideRevision();
    const before = this.#publication;
    let after: Publication;
    // What is left of the limit would keep the object in memory.
    const settled = new AbortController();
    const wait = (ms: number): Promise<void> => scheduler.wait(ms, { signal: settled.signal });
    try {
      await withinLimit(this.#put(version, text), putLimitMs, wait);
      after = taken(before, version, Date.now(), stopsRevision);
    } catch (error) {
      after = refused(before, messageOf(error), Date.now());
      report('The configuration could not be published. It is stored, and is published again.', {
        version,
        publishedVersion: before.version,
        failures: after.failures,
        error: messageOf(error),
      });
    } finally {
      settled.abort();
    }
    this.ctx.storage.kv.put(publicationKey, after);
    this.#publication = after;
  }

  async #put(version: number, text: string): Promise<void> {
    // What another version of Throughline has stored may be more than this one knows of: it is not published by half.
    const read = readDocument(JSON.parse(text));
    if (!read.ok) throw new Error(`Version ${version} was stored by a newer Throughline.`);
    const stops = this.#stops.holding(Date.now());
    const apiTokens = this.#tokens.published();
    const snapshot: Snapshot = {
      v: 1,
      version,
      publishedAt: new Date().toISOString(),
      configuration: read.configuration,
      // Left out where there are none: an older Worker reads on until the first.
      ...(stops.length > 0 ? { stops } : {}),
      ...(apiTokens.length > 0 ? { apiTokens } : {}),
      ...(read.configuration.access ? { maskKey: this.#maskKey() } : {}),
    };
    await this.env.SNAPSHOT.put(snapshotKey, JSON.stringify(snapshot));
  }

  /** Read once for each version: whoever lacks a role asks often. */
  #accessRules(): AccessRules | null {
    const { version, text } = this.#latest();
    if (this.#rules?.version !== version) {
      const read = readDocument(JSON.parse(text));
      this.#rules = { version, rules: (read.ok && read.configuration.access) || null };
    }
    return this.#rules.rules;
  }

  /** Drawn once: marks of equal values stay equal. */
  #maskKey(): string {
    const { kv } = this.ctx.storage;
    const kept = kv.get<string>(maskKeyKey);
    if (kept !== undefined) return kept;
    const drawn = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
    kv.put(maskKeyKey, drawn);
    return drawn;
  }

  #latest(): KeptVersion {
    const [row] = this.#sql.exec<VersionRow & { text: string }>(
      'SELECT * FROM versions ORDER BY version DESC LIMIT 1',
    );
    return row ? { ...versionFacts(row), text: row.text } : initial;
  }

  #publicationFacts(): PublicationFacts {
    const { version, takenAtMs, error } = this.#publication;
    return { version, at: version === 0 ? null : new Date(takenAtMs).toISOString(), error };
  }

  #audit(
    entry: AdminAction & Pick<AuditEntry, 'outcome' | 'detail'>,
    versions: { from: number; to: number },
  ): number {
    const [row] = this.#sql.exec<{ id: number }>(
      `INSERT INTO audit (at, who, on_behalf_of, action, subject, note, from_version, to_version, outcome, detail)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      new Date().toISOString(),
      entry.name,
      entry.onBehalfOf,
      entry.action,
      entry.subject,
      entry.note,
      versions.from,
      versions.to,
      entry.outcome,
      entry.detail,
    );
    this.#sql.exec(
      'DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?',
      keptAuditEntries,
    );
    return row?.id ?? 0;
  }
}

function actionFacts(row: Omit<VersionRow, 'version' | 'at'>): AdminAction {
  return {
    name: row.who,
    onBehalfOf: row.on_behalf_of,
    action: row.action,
    subject: row.subject,
    note: row.note,
  };
}

function versionFacts(row: VersionRow): VersionFacts {
  return { ...actionFacts(row), version: row.version, at: row.at };
}
