// The pure core of a rotation: which turns are handed out, and when they are forgotten. No clock, no storage.

export type Rotation = {
  /** The next turn. Turns count up from 0 and are never handed out twice. */
  next: number;
  /** When it may be forgotten, in ms since the epoch: the persistence duration after its last use. */
  clearsAt: number;
  /** Of its last use, in ms since the epoch. Absent from what was stored before November 2026. */
  usedAt?: number;
  /** When its alarm rings; null where none is set. */
  alarmAt: number | null;
};

export const unused: Rotation = { next: 0, clearsAt: 0, alarmAt: null };

/**
 * Takes turns in a row.
 * @param use.count how many, at least one
 * @param use.persistMs how long the rotation is kept after this use
 * @returns the first turn, the rotation to be stored **before** any of the turns is told to anybody, and
 *   when to set the alarm to. It is left alone (null) where it rings in time: it is not set for each turn.
 */
export function takeTurns(
  rotation: Rotation,
  use: { count: number; nowMs: number; persistMs: number },
): { first: number; rotation: Rotation; setAlarmAt: number | null } {
  const clearsAt = use.nowMs + use.persistMs;
  const { alarmAt } = rotation;
  const rings = alarmAt !== null && alarmAt > use.nowMs && alarmAt <= clearsAt;
  return {
    first: rotation.next,
    rotation: {
      next: rotation.next + use.count,
      clearsAt,
      usedAt: use.nowMs,
      alarmAt: rings ? alarmAt : clearsAt,
    },
    setAlarmAt: rings ? null : clearsAt,
  };
}

/**
 * What to do when the alarm rings.
 * @returns the rotation with the time of its next alarm, where it has been used since; null: forget it
 */
export function ring(rotation: Rotation, nowMs: number): (Rotation & { alarmAt: number }) | null {
  return rotation.clearsAt > nowMs ? { ...rotation, alarmAt: rotation.clearsAt } : null;
}
