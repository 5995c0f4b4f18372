import { z } from 'zod'
import { toUnixSeconds, type AdjustableClock } from '../adjustable-clock.ts'
import { newId } from '../new-id.ts'
import type { Database } from '../storage/database.ts'
import { readPage, type PageParams } from '../storage/list-page.ts'
import type { WebhookOutbox } from '../webhooks/webhook-outbox.ts'
import { eventBody, type EventCause, type EventData } from './event-body.ts'

const eventSchema = z.looseObject({ id: z.string(), object: z.literal('event'), type: z.string() })
const rowSchema = z.object({ body: z.string() }).transform((row) => eventSchema.parse(JSON.parse(row.body)))

// The number of endpoints that have not accepted an event changes after it was written.
const columns = `json_set(body, '$.pending_webhooks', (
  select count(*) from webhook_deliveries where event_id = events.id and state = 'pending')) as body`

/** The events of the objects that the stand-in holds. */
export type EventStore = ReturnType<typeof createEventStore>

/** Creates the store of events. The caller holds the transaction. */
export function createEventStore(database: Database, clock: AdjustableClock, outbox: WebhookOutbox) {
  return {
    /** Records an event and queues its deliveries. */
    record(event: EventData, cause: EventCause): void {
      const id = newId('evt')
      const pending = outbox.enqueue(id, event.type)
      const body = JSON.stringify(eventBody(id, toUnixSeconds(clock.now()), event, cause, pending))
      database.run('insert into events (id, type, body) values (?, ?, ?)', id, event.type, body)
    },

    /** Lists a page of events, newest first. */
    list({ type, ...page }: PageParams & { type?: string | undefined }) {
      const table = { table: 'events', kind: 'event', columns, row: rowSchema } as const
      return readPage(database, table, [['type = ?', type]], page)
    },

    count: () => database.count('select count(*) as count from events'),
  }
}
