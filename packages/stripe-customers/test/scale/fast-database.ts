import type { PostgresClient } from '../../src/index.ts'

/**
 * An argument of a SQL function that is a duration, as the engine passes it; but for leases, because one that ended earlier in
 * the database than for its worker, whose clock may be slower than that, would let two work on one row.
 */
const duration = /(?<!lease)_seconds => \$(\d+)/g

/** Wraps a client so that the waits which it passes to the database are a `speed`th of what they were. */
export function createFastDatabase(client: PostgresClient, speed: number): PostgresClient {
  return {
    query(text, values) {
      const durations = new Set([...text.matchAll(duration)].map((match) => Number(match[1]) - 1))
      return client.query(
        text,
        values.map((value, index) => (durations.has(index) ? Number(value) / speed : value)),
      )
    },
  }
}
