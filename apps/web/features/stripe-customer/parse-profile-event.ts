import { z } from 'zod'

/** A change of a profile, as a database webhook reports it. */
export interface ProfileEvent {
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE'
  readonly profileId: string
}

/** Why a body is not a profile event: 400 if its shape is wrong, 422 if it is about something else. */
export interface ProfileEventProblem {
  readonly status: 400 | 422
  readonly detail: string
}

const bodySchema = z.object(
  {
    type: z.string('"type" must be a string'),
    table: z.string('"table" must be a string'),
    schema: z.string('"schema" must be a string').default('public'),
    record: z.unknown().optional(),
    old_record: z.unknown().optional(),
  },
  'it must be an object',
)
const typeSchema = z.enum(['INSERT', 'UPDATE', 'DELETE'])
// Only the id is used, and the profile is read again with it. The body is unsigned and only a notification.
const rowSchema = z.object({ id: z.guid() })

const expected =
  'Expected a Supabase database webhook for public.profile, such as ' +
  '{"type":"INSERT","table":"profile","schema":"public","record":{"id":"<the profile\'s uuid>"},"old_record":null}.'

/**
 * Parses the body of a Supabase database webhook for `public.profile`. It uses only the type and the id, ignores unknown
 * fields, and checks no signature, because database webhooks are not signed.
 */
export function parseProfileEvent(
  text: string,
): { ok: true; event: ProfileEvent } | { ok: false; problem: ProfileEventProblem } {
  const json = parseJson(text)
  if (!json.ok) return refuse(400, 'The body is not valid JSON.')
  const body = bodySchema.safeParse(json.value)
  if (!body.success) return refuse(400, `Invalid body: ${messages(body.error)}.`)

  const { schema, table } = body.data
  if (schema !== 'public' || table !== 'profile') return refuse(422, 'The event is for another table.')
  const type = typeSchema.safeParse(body.data.type)
  if (!type.success) return refuse(422, '"type" must be INSERT, UPDATE or DELETE.')

  // A deleted row is only in old_record.
  const name = type.data === 'DELETE' ? 'old_record' : 'record'
  const row = rowSchema.safeParse(body.data[name])
  if (!row.success) return refuse(400, `Invalid body: "${name}.id" must be a UUID.`)
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
    // Without the parser's message, which would repeat the body.
    return { ok: false }
  }
}
