// What the parts of the hot path hand to each other. Types only.
import type { EdgeConfig } from '../config/edge-config.ts';
import type { Stop } from '../config/stops.ts';
import type { DescribedEvent } from './describe-event.ts';
import type { HeaderFields } from './header-fields.ts';
import type { InboundBody } from './read-body.ts';
import type { Share, ShareDeps, ShareResult } from './share.ts';

export type EdgeDeps = ShareDeps & {
  config: EdgeConfig;
  /** False once this key has sent more than its share. */
  withinRate(keyId: string): Promise<boolean>;
  /** The next turn of a rotation; null when it is out of reach. @param persistenceMs see Config */
  turnOf(rotation: string, persistenceMs: number): Promise<number | null>;
  /** Whether a published stop still holds. Asked of events that it would hold back, of no others. */
  stopHolds(stop: Stop): Promise<boolean>;
  /** A variable or binding of the Worker, whatever it is. */
  variable(name: string): unknown;
  /** Delivers a share of a broadcast in another invocation, with connections of its own. */
  deliverElsewhere(share: Share): Promise<ShareResult[]>;
  report(message: string, facts: Record<string, unknown>): void;
};

/** A request that has passed the guard, with what it brought. */
export type Inbound = {
  method: string;
  headers: HeaderFields;
  body: InboundBody;
  described: DescribedEvent;
  /** Fires when the sender goes away. */
  senderGone: AbortSignal;
};
