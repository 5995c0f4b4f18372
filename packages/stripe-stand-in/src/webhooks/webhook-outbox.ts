import { z } from 'zod'
import type { AdjustableClock } from '../adjustable-clock.ts'
import type { Database } from '../storage/database.ts'

/** An address that events are sent to, as set up in Stripe's dashboard. */
export interface WebhookEndpoint {
  readonly url: string
  /** The signing secret, `whsec_…`. */
  readonly secret: string
  /** The types of event to send; all types by default. */
  readonly events?: readonly string[]
}

/** An event that an endpoint has not accepted yet. */
export interface Delivery {
  readonly eventId: string
  readonly url: string
  readonly attempts: number
  readonly body: string
}

const deliveryRowSchema = z.object({ eventId: z.string(), url: z.string(), attempts: z.number(), body: z.string() })
const instantRowSchema = z.object({ instantMs: z.number().nullable() })
const stateRowSchema = z.object({ state: z.enum(['pending', 'delivered', 'failed']), count: z.number() })

/** The deliveries of events, stored with the events so that a crash loses none. */
export type WebhookOutbox = ReturnType<typeof createWebhookOutbox>

/** Creates the outbox. It uses the outside time, so putting the stand-in's clock forward does not cause retries. */
export function createWebhookOutbox(database: Database, clock: AdjustableClock, endpoints: readonly WebhookEndpoint[]) {
  const nowMs = () => clock.outsideNow().getTime()
  return {
    /** Queues an event for every endpoint that wants its type, in the caller's transaction. Returns their number. */
    enqueue(eventId: string, type: string): number {
      const receivers = endpoints.filter((endpoint) => endpoint.events?.includes(type) ?? true)
      for (const { url } of receivers) {
        const sql = 'insert into webhook_deliveries (event_id, url, next_attempt_at_ms) values (?, ?, ?)'
        database.run(sql, eventId, url, nowMs())
      }
      return receivers.length
    },

    /** Lists the deliveries to an endpoint that are due now, oldest first. */
    due(url: string, limit: number): Delivery[] {
      return database.all(
        deliveryRowSchema,
        `select event_id as eventId, url, attempts, body from webhook_deliveries d join events e on e.id = d.event_id
         where state = 'pending' and url = ? and next_attempt_at_ms <= ? order by next_attempt_at_ms, e.sequence limit ?`,
        url,
        nowMs(),
        limit,
      )
    },

    /** Returns the time of the next attempt for an endpoint, or null if nothing is pending. */
    nextAttemptAtMs(url: string): number | null {
      const sql = `select min(next_attempt_at_ms) as instantMs from webhook_deliveries where state = 'pending' and url = ?`
      return database.first(instantRowSchema, sql, url)?.instantMs ?? null
    },

    markDelivered({ eventId, url }: Delivery): void {
      const sql = `update webhook_deliveries set state = 'delivered', attempts = attempts + 1 where event_id = ? and url = ?`
      database.run(sql, eventId, url)
    },

    /**
     * Records a failed attempt.
     *
     * @param retryDelayMs the time until the next attempt; null gives up
     */
    markAttempted({ eventId, url }: Delivery, retryDelayMs: number | null): void {
      database.run(
        `update webhook_deliveries set state = ?, attempts = attempts + 1, next_attempt_at_ms = ?
         where event_id = ? and url = ?`,
        retryDelayMs === null ? 'failed' : 'pending',
        nowMs() + (retryDelayMs ?? 0),
        eventId,
        url,
      )
    },

    /** Counts the deliveries by state. */
    counts(): Record<'pending' | 'delivered' | 'failed', number> {
      const sql = 'select state, count(*) as count from webhook_deliveries group by state'
      const counts = { pending: 0, delivered: 0, failed: 0 }
      for (const { state, count } of database.all(stateRowSchema, sql)) counts[state] = count
      return counts
    },
  }
}
