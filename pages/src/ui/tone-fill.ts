// The look of an outcome as a thin bar. Failed ones are hatched, so that colour is not all that tells.
import type { Tone } from '../words/outcome.ts';

export const toneFill: Record<Tone, string> = {
  ok: 'bg-ok',
  fail: 'tl-strip-fail',
  retry: 'bg-retry',
  run: 'bg-run',
  wait: 'bg-wire',
};
