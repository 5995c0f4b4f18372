/** Where a verifier reports what is wrong with its configuration; `console` and `pino` fit. */
export interface Logger {
  error(message: string): void
}

// Several routes may guard themselves with one variable: each problem is told once to each logger, not once a verifier.
const told = new WeakMap<Logger, Set<string>>()

/** Logs what is wrong with a variable, unless this logger has it already. */
export function tellOnce(logger: Logger, variable: string, message: string): void {
  const messages = told.get(logger) ?? new Set()
  told.set(logger, messages)
  const line = `routekey: ${variable}: ${message}`
  if (messages.has(line)) return
  messages.add(line)
  logger.error(line)
}
