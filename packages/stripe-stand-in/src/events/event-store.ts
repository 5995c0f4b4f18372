import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { listConditions, type InstantRange } from '../list-conditions.ts'
import { readPage, type PageParams } from '../list-page.ts'
import { newId } from '../new-id.ts'
import type { WebhookOutbox } from '../webhooks/webhook-outbox.ts'
import { eventBody, type EventCause, type EventData } from './event-body.ts'

// What is stored was built by `eventBody`; reading it back only has to find the shape that lists need.
const rowSchema = z.object({ body: z.string() }).transform((stored) => storedEventSchema.parse(JSON.parse(stored.body)))
const storedEventSchema = z.looseObject({ id: z.string(), object: z.literal('event'), type: z.string() })

/** An event as read back from storage. */
export type StoredEvent = z.infer<typeof storedEventSchema>

// An event shows how many endpoints have not taken it yet, which changes after it was written.
const columns = `json_set(body, '$.pending_webhooks', (
  select count(*) from webhook_deliveries where event_id = events.id and state = 'pending')) as body`

/** What happened to the objects that the stand-in holds. */
export type EventStore = ReturnType<typeof createEventStore>

/** Creates the store of events; the caller holds the transaction. */
export function createEventStore(database: Database, clock: Clock, outbox: WebhookOutbox) {
  return {
    /** Records an event and its deliveries. */
    record(event: EventData, cause: EventCause): void {
      const id = newId('evt')
      const created = clock.nowSeconds()
      const pending = outbox.enqueue(id, event.type)
      const body = JSON.stringify(eventBody(id, created, event, cause, pending))
      database.run('insert into events (id, type, created, body) values (?, ?, ?, ?)', id, event.type, created, body)
    },

    /** Finds an event. */
    find: (id: string) => database.first(rowSchema, `select ${columns} from events where id = ?`, id),

    /** Lists one page of events, newest first. */
    list(params: PageParams & { created: InstantRange; types?: readonly string[] | undefined }) {
      const conditions = listConditions(params.created)
      if (params.types !== undefined) {
        conditions.add('type in (select value from json_each(?))', JSON.stringify(params.types))
      }
      const table = { table: 'events', kind: 'event', columns: columns, row: rowSchema } as const
      return readPage<StoredEvent>(database, table, conditions, params)
    },

    /** Counts the events. */
    count: () => database.count('select count(*) as count from events'),
  }
}
