// What a finding is: one sentence about a cascade and the nodes it is about. Decides nothing.
import type { Tone } from '../words/outcome.ts';

export interface Finding {
  key: string;
  tone: Tone;
  kind:
    | 'loop'
    | 'repeat'
    | 'failed'
    | 'waiting'
    | 'undelivered'
    | 'dominant'
    | 'weak_path'
    | 'clock';
  /** Printed bold, then the rest. */
  subject: string;
  rest: string;
  action: string;
  /** The nodes it is about; the last is selected. */
  nodeIds: string[];
}
