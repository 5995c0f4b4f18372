import { z } from 'zod'

/** What a database webhook said about a profile. */
export interface ProfileEvent {
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE'
  readonly profileId: string
}

/** Why a body is no profile event: 400 when its shape is wrong, 422 when it is about something else. */
export interface ProfileEventProblem {
  readonly status: 400 | 422
  readonly detail: string
}

const bodySchema = z.object(
  {
    type: z.string('type must be a string'),
    table: z.string('table must be a string'),
    schema: z.string('schema must be a string').default('public'),
    record: z.unknown().optional(),
    old_record: z.unknown().optional(),
  },
  'It must be an object',
)
const typeSchema = z.enum(['INSERT', 'UPDATE', 'DELETE'])
// Only the id is used, and the profile is read again with it. The body is unsigned and only a notification.
const rowSchema = z.object({ id: z.guid() })

const expected =
  'Expected a Supabase database webhook for public.profile, such as ' +
  '{"type":"INSERT","table":"profile","schema":"public","record":{"id":"<the profile\'s uuid>"},"old_record":null}.'

/**
 * Parses the body of a Supabase database webhook about `public.profile`. It trusts nothing in it but the id, ignores
 * what it does not know, and checks no signature: the webhook has none.
 */
export function parseProfileEvent(
  text: string,
): { ok: true; event: ProfileEvent } | { ok: false; problem: ProfileEventProblem } {
  const json = parseJson(text)
  if (!json.ok) return refuse(400, 'The body is not JSON.')
  const body = bodySchema.safeParse(json.value)
  if (!body.success) return refuse(400, `The body is malformed: ${messages(body.error)}.`)

  const { schema, table } = body.data
  if (schema !== 'public' || table !== 'profile') return refuse(422, 'The event is about another table.')
  const type = typeSchema.safeParse(body.data.type)
  if (!type.success) return refuse(422, 'The type of the event is none of INSERT, UPDATE and DELETE.')

  // A deleted row comes in old_record only.
  const name = type.data === 'DELETE' ? 'old_record' : 'record'
  const row = rowSchema.safeParse(body.data[name])
  if (!row.success) return refuse(400, `The body is malformed: ${name}.id must be a uuid.`)
  return { ok: true, event: { type: type.data, profileId: row.data.id } }
}

function refuse(status: 400 | 422, reason: string): { ok: false; problem: ProfileEventProblem } {
  return { ok: false, problem: { status, detail: `${reason} ${expected}` } }
}

function messages(error: z.ZodError): string {
  return error.issues.map(({ message }) => message).join(', ')
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    // Only the fact counts: the parser's message would repeat the body.
    return { ok: false }
  }
}
