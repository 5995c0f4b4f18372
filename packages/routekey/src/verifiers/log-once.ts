import type { Logger } from '../guard/logger.ts'

// By logger and line, not by verifier, because several routes may be guarded with one variable.
const logged = new WeakMap<Logger, Set<string>>()

/** Logs what is wrong with a variable, unless this logger already has the line. */
export function logOnce(logger: Logger, variable: string, message: string): void {
  const lines = logged.get(logger) ?? new Set()
  logged.set(logger, lines)
  const line = `routekey: ${variable}: ${message}`
  if (lines.has(line)) return
  lines.add(line)
  logger.error(line)
}
