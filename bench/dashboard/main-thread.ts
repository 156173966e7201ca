// How long a page's main thread works: Chromium's own trace of the tasks that it runs, put together between one frame that
// it hands over to be drawn and the next. Waiting for a screen to be ready for a frame is no task, and is not counted.
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';

/** As Chromium writes them: µs. `tdur` is what the thread had of the processor. */
const traceEventSchema = z.object({
  name: z.string(),
  ph: z.string(),
  pid: z.number(),
  tid: z.number(),
  ts: z.number(),
  dur: z.number().default(0),
  tdur: z.number().default(0),
});
export type TraceEvent = z.infer<typeof traceEventSchema>;
const traceSchema = z.object({ traceEvents: z.array(z.unknown()) });

/** All in ms. */
export type Work = {
  /** From the end of one frame's work to the end of the next one's. */
  frames: number[];
  /** The same of the processor's time: without what other programs took of it meanwhile. */
  cpu: number[];
  /** Each task's time. */
  tasks: number[];
};

const beginMark = 'bench begins';
const endMark = 'bench ends';
const taskName = 'RunTask';
/** A frame is ready: the compositor takes it over. */
const frameName = 'Commit';
const names = new Set([beginMark, endMark, taskName, frameName]);

/** Measures the page's main thread while `work` is under way. */
export async function watchMainThread(page: Page, work: () => Promise<void>): Promise<Work> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('A page without a browser cannot be traced');
  const mark = (name: string): Promise<void> =>
    page.evaluate((text) => void performance.mark(text), name);
  await startTracing(browser, page);
  let trace: Buffer;
  try {
    await mark(beginMark);
    await work();
    await mark(endMark);
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = traceSchema.parse(JSON.parse(trace.toString('utf8')));
  return workIn(traceEvents.filter(isKnown).map((event) => traceEventSchema.parse(event)));
}

function startTracing(browser: Browser, page: Page): Promise<void> {
  return browser.startTracing(page, {
    categories: [
      '-*',
      'devtools.timeline',
      'disabled-by-default-devtools.timeline',
      'blink.user_timing',
    ],
  });
}

function isKnown(event: unknown): boolean {
  const name: unknown =
    typeof event === 'object' && event !== null ? Reflect.get(event, 'name') : null;
  return typeof name === 'string' && names.has(name);
}

/** @throws where the marks are missing: then it is not known which thread the page's is */
export function workIn(events: readonly TraceEvent[]): Work {
  const begin = events.find(({ name }) => name === beginMark);
  const end = events.find(({ name }) => name === endMark);
  if (!begin || !end) throw new Error('The trace lacks the marks of its begin and end');
  const own = events.filter(
    ({ pid, tid, ts }) => pid === begin.pid && tid === begin.tid && ts >= begin.ts && ts <= end.ts,
  );
  const tasks = own.filter(({ name }) => name === taskName).toSorted((a, b) => a.ts - b.ts);
  const ends = own
    .filter(({ name }) => name === frameName)
    .map(({ ts }) => ts)
    .toSorted((a, b) => a - b);
  const work: Work = { frames: [], cpu: [], tasks: tasks.map(({ dur }) => dur / 1_000) };
  let [wallUs, cpuUs, next] = [0, 0, 0];
  for (const { ts, dur, tdur } of tasks) {
    wallUs += dur;
    cpuUs += tdur;
    const before = next;
    while ((ends[next] ?? Infinity) < ts + dur) next += 1;
    if (next === before) continue;
    work.frames.push(wallUs / 1_000);
    work.cpu.push(cpuUs / 1_000);
    [wallUs, cpuUs] = [0, 0];
  }
  return work;
}

const restful = '<p style="height: 20px">0</p>';
/** Changes one number a frame, and is busy besides for some ms. */
const busyFor = (ms: number): string => `(() => {
  const line = document.querySelector('p');
  let count = 0;
  const frame = () => {
    const endMs = performance.now() + ${ms};
    line.textContent = String(count += 1);
    while (performance.now() < endMs);
    if (count < 60) requestAnimationFrame(frame); else document.title = 'done';
  };
  requestAnimationFrame(frame);
})()`;

/**
 * Whether the measure measures: a page that does nearly nothing, and one that is busy for 20 ms a frame.
 * @throws where the first seems busy, or the second less busy than it is
 */
export async function checkMeasure(page: Page): Promise<{ idleMs: number; busyMs: number }> {
  const measure = async (ms: number): Promise<number> => {
    await page.setContent(restful);
    const { frames } = await watchMainThread(page, async () => {
      await page.evaluate(busyFor(ms));
      await page.waitForFunction('document.title === "done"');
    });
    return frames.toSorted((a, b) => a - b)[frames.length >> 1] ?? Number.NaN;
  };
  const [idleMs, busyMs] = [await measure(0), await measure(20)];
  if (!(idleMs < 5 && busyMs >= 20)) {
    throw new Error(
      `Main-thread time is measured wrongly: ${idleMs} ms a frame of a page that rests, ${busyMs} of one that is busy for 20`,
    );
  }
  return { idleMs, busyMs };
}

/** The value below which 95 of 100 are. */
export function p95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? Number.NaN;
}
