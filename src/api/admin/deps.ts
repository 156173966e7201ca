// What the admin's part of the API needs from outside. The Worker gives the real things, tests theirs.
import type { AdminStore } from '../../config/admin-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { SnapshotFacts } from '../../config/shared-snapshot.ts';
import type { StopStore } from '../../config/stops.ts';
import type { ConfigurationIssue } from '../../config/configuration-issue.ts';
import type { DryRunReport, DryRunRequest } from '../../deliveries/dry-run-report.ts';
import type { TestSendReport } from '../../deliveries/test-send-report.ts';

export type AdminDeps = {
  store: AdminStore;
  stops: StopStore;
  /** What the edge would refuse of a configuration that has the right shape. */
  check(configuration: Configuration): readonly ConfigurationIssue[];
  /** The allowlist of the Worker's variables, as it is written there. */
  allowedByVariable: readonly string[];
  /** The key of the Worker's variables; null where there is none. */
  bootstrapKey: { sha256: string; source: string } | null;
  /** The rotations that events of a route, or of the target of an unnamed one, can use. */
  rotationsOf(route: string): readonly string[];
  /** Where a rotation stands. Takes no turn. */
  peekRotation(rotation: string): Promise<RotationFacts>;
  /** Makes a rotation begin at its first turn again. @throws where it is out of reach */
  resetRotation(rotation: string): Promise<void>;
  /** What the edge works by where this is asked, read again where that is due. Never rejects. */
  edgeSnapshot(): Promise<SnapshotFacts>;
  /** What would become of a request by this version of the configuration. Sends nothing, takes no turn. */
  dryRun(
    request: DryRunRequest,
    stored: { version: number; configuration: Configuration },
  ): Promise<DryRunReport>;
  /**
   * Sends a request, marked as a test, by what the edge works by now.
   * @param by whose writes the event claims to be
   * @returns why not, where the key cannot be used
   */
  testSend(
    request: DryRunRequest,
    by: string,
  ): Promise<{ ok: true; report: TestSendReport } | { ok: false; detail: string }>;
  /** ms since the epoch. */
  now(): number;
};

export type RotationFacts = {
  /** The next turn; modulo the number of destinations it is the destination. */
  next: number;
  /** ms since the epoch; null where it has not been used, or has been forgotten. */
  usedAtMs: number | null;
  /** When it is forgotten unless it is used again; null where there is nothing to forget. */
  clearsAtMs: number | null;
};
