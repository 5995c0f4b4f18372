/** Returns a window in seconds that does not end within the next hour. The windows of limits are aligned to the clock. */
export function findLongWindow(): number {
  let windowSeconds = 86_400
  while (windowSeconds - ((Date.now() / 1000) % windowSeconds) < 3600) windowSeconds += 10_000
  return windowSeconds
}
