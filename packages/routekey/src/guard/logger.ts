/** Where Routekey reports faults, such as a missing secret or a store that does not answer. `console` and `pino` fit. */
export interface Logger {
  error(message: string): void
}
