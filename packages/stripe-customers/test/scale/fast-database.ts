import type { PostgresClient } from '../../src/index.ts'

/** An argument of a SQL function that is a duration, as the engine passes it. */
const DURATION = /\w+_seconds => \$(\d+)/g

/** Wraps a client so that every duration which it passes to the database is a `speed`th of what it was. */
export function createFastDatabase(client: PostgresClient, speed: number): PostgresClient {
  return {
    query(text, values) {
      const durations = new Set([...text.matchAll(DURATION)].map((match) => Number(match[1]) - 1))
      return client.query(
        text,
        values.map((value, index) => (durations.has(index) ? Number(value) / speed : value)),
      )
    },
  }
}
