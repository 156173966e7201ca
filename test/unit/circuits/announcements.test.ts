// How often an announcement is sent again.
import { expect, test } from 'vitest';
import { announcedForMs, announcementPauseMs } from '../../../durable-objects/announcements.ts';

test('pauses double from ten seconds to an hour, so that three days are some eighty tries', () => {
  const pauses = Array.from({ length: 12 }, (_, index) => announcementPauseMs(index + 1) / 1_000);
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
  let tries = 0;
  for (let ms = 0; ms < announcedForMs; ms += announcementPauseMs(tries)) tries += 1;
  expect(tries).toBeGreaterThan(70);
  expect(tries).toBeLessThan(90);
});
