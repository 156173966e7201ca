// How moments and spans are written, everywhere in the dashboard. Pure: the zone and "now" are given.

export type Zone = 'local' | 'UTC';

/** "412 ms", "1.25 s", "15.2 s", "3 min 20 s", "2 h 5 min". Negative spans show as "±". */
export function formatSpan(ms: number): string {
  if (ms < 0) return `±${formatSpan(-ms)}`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) {
    const rest = seconds % 60;
    return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
  }
  return `${Math.round(minutes / 1440)} days`;
}

/** Time since the cascade began: "0", "+41 ms", "+14.05 s". */
export function formatElapsed(ms: number): string {
  if (Math.round(ms) === 0) return '0';
  if (ms >= 9_995 && ms < 59_950) return `+${(ms / 1000).toFixed(2)} s`;
  return ms < 0 ? formatSpan(ms) : `+${formatSpan(ms)}`;
}

/** "just now", "12 s ago", "3 min ago", "5 h ago", "2 days ago". */
export function formatAgo(atMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - atMs) / 1000));
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', {
      ...options,
      ...(zone === 'UTC' ? { timeZone: 'UTC' } : {}),
    });
    formats.set(key, found);
  }
  return found;
}

/** "14:32:07.412", or without milliseconds "14:32:07". */
export function formatClock(atMs: number, zone: Zone, milliseconds = true): string {
  return format(zone, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(milliseconds ? { fractionalSecondDigits: 3 } : {}),
  }).format(atMs);
}

/** "24 Nov 2026". */
export function formatDay(atMs: number, zone: Zone): string {
  return format(zone, { day: 'numeric', month: 'short', year: 'numeric' }).format(atMs);
}

/** "24 Nov 2026 14:32:07.412 UTC+1": for titles, always with its zone. */
export function formatFull(atMs: number, zone: Zone): string {
  return `${formatDay(atMs, zone)} ${formatClock(atMs, zone)} ${zoneOffset(atMs, zone)}`;
}

/** "UTC", "UTC+1", "UTC−3:30". */
export function zoneOffset(atMs: number, zone: Zone): string {
  if (zone === 'UTC') return 'UTC';
  const minutes = -new Date(atMs).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  const hours = Math.floor(Math.abs(minutes) / 60);
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}
