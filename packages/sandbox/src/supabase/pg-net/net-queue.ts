import { z } from 'zod'
import type { SandboxDatabase } from '../database/sandbox-database.ts'

const responseTtl = '6 hours'

const queuedRequestsSchema = z.array(
  z.object({
    // PGlite returns a bigint as a number, a Postgres client as text.
    id: z.coerce.string(),
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()).nullable(),
    body: z.string().nullable(),
    timeout_milliseconds: z.number(),
  }),
)

export type QueuedRequest = z.infer<typeof queuedRequestsSchema>[number]

/** A row of `net._http_response`. Status, headers and content are null if there is no response. */
export interface NetResponse {
  readonly statusCode: number | null
  readonly headers: Record<string, string> | null
  readonly content: string | null
  readonly isTimedOut: boolean
  readonly error: string | null
}

/** The tables of `net`. */
export interface NetQueue {
  /** Removes up to `limit` requests from the queue, oldest first, and returns them. */
  readonly take: (limit: number) => Promise<QueuedRequest[]>
  readonly record: (id: string, response: NetResponse) => Promise<void>
  /** Deletes the responses that are older than 6 hours. */
  readonly deleteOldResponses: () => Promise<void>
}

/** Creates the access to the tables of `net`. */
export function createNetQueue(database: Pick<SandboxDatabase, 'query'>): NetQueue {
  return {
    async take(limit) {
      const { rows } = await database.query(
        `with taken as (
          delete from net.http_request_queue
          where id in (select id from net.http_request_queue order by id limit $1 for update skip locked)
          returning *
        )
        select
          id,
          method,
          url,
          (
            select jsonb_object_agg(header.key, header.value)
            from jsonb_each_text(headers) as header
            where header.value is not null
          ) as headers,
          convert_from(body, 'UTF8') as body,
          greatest(timeout_milliseconds, 0) as timeout_milliseconds
        from taken
        order by id`,
        [limit],
      )
      return queuedRequestsSchema.parse(rows)
    },

    async record(id, { statusCode, headers, content, isTimedOut, error }) {
      await database.query(
        `insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg)
        values ($1, $2, $3, $4::text::jsonb, $5, $6, $7)`,
        [
          id,
          statusCode,
          headers?.['content-type'] ?? null,
          headers === null ? null : JSON.stringify(headers),
          // Postgres cannot store a NUL in text.
          content === null ? null : content.replaceAll('\0', ''),
          isTimedOut,
          error,
        ],
      )
    },

    async deleteOldResponses() {
      await database.query(`delete from net._http_response where created < now() - interval '${responseTtl}'`)
    },
  }
}
