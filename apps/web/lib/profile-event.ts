import { z } from 'zod'

/** What a database webhook said about a profile. */
export type ProfileEvent = { type: 'INSERT' | 'UPDATE' | 'DELETE'; profileId: string }

/** Why a body is not a profile event, in words for the sender. `status` is 400 for a shape, 422 for a meaning. */
export type ProfileEventProblem = { status: 400 | 422; title: string; detail: string }

// Lenient: the body is unsigned and only wakes us up. The id alone is used, and the profile is read again by it.
const row = z.object({ id: z.guid() })
const bodySchema = z.object({
  type: z.string(),
  table: z.string(),
  schema: z.string().default('public'),
  record: z.unknown().optional(),
  old_record: z.unknown().optional(),
})
const typeSchema = z.enum(['INSERT', 'UPDATE', 'DELETE'])

const expected =
  'Expected a Supabase database webhook for public.profile, such as ' +
  '{"type":"INSERT","table":"profile","schema":"public","record":{"id":"<the profile\'s uuid>"},"old_record":null}.'

/**
 * Parses the body of a Supabase database webhook about `public.profile`. It trusts nothing in it but the id, and checks
 * no signature: the webhook has none.
 *
 * @returns a problem with `status` 400 when the text is not such a body, 422 when it is about something else
 */
export function parseProfileEvent(
  text: string,
): { ok: true; event: ProfileEvent } | { ok: false; problem: ProfileEventProblem } {
  const json = parseJson(text)
  if (!json.ok) return malformed('The body is not JSON.')
  const body = bodySchema.safeParse(json.value)
  if (!body.success) return malformed(`${faults(body.error, 'the body')}.`)

  const { schema, table, type } = body.data
  if (schema !== 'public' || table !== 'profile') {
    return unprocessable(`The event is about another table than public.profile.`)
  }
  const known = typeSchema.safeParse(type)
  if (!known.success) return unprocessable('The type is not INSERT, UPDATE or DELETE.')

  // A deleted row comes in `old_record` only.
  const name = known.data === 'DELETE' ? 'old_record' : 'record'
  const record = row.safeParse(body.data[name])
  if (!record.success) return malformed(`${faults(record.error, name)}.`)
  return { ok: true, event: { type: known.data, profileId: record.data.id } }
}

function malformed(reason: string): { ok: false; problem: ProfileEventProblem } {
  return { ok: false, problem: { status: 400, title: 'Malformed webhook body', detail: `${reason} ${expected}` } }
}

function unprocessable(reason: string): { ok: false; problem: ProfileEventProblem } {
  return { ok: false, problem: { status: 422, title: 'Not a profile event', detail: `${reason} ${expected}` } }
}

function faults(error: z.ZodError, root: string): string {
  return error.issues.map(({ path, message }) => `${[root, ...path].join('.')}: ${message}`).join('; ')
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    // Only the fact counts: the parser's message would repeat the body.
    return { ok: false }
  }
}
