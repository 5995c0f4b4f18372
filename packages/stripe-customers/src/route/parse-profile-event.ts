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

/** The triggers of the engine post changes of the e-mail from here, if the table of profiles has no e-mail. */
const users = 'auth.users'

/**
 * Parses the body of a notification about a profile: of the engine's triggers, or of a Supabase database webhook. It uses only
 * the type and the id, ignores unknown fields, and checks no signature, because database webhooks are not signed.
 *
 * @param body the text of the body, or its value if a framework has parsed it
 * @param table the table of profiles, with its schema
 */
export function parseProfileEvent(
  body: unknown,
  table: string,
): { ok: true; event: ProfileEvent } | { ok: false; problem: ProfileEventProblem } {
  const [schemaName = '', ...rest] = table.split('.')
  const refuse = (status: 400 | 422, reason: string): { ok: false; problem: ProfileEventProblem } => {
    const example = `{"type":"INSERT","table":"${rest.join('.')}","schema":"${schemaName}","record":{"id":"<uuid>"}}`
    return { ok: false, problem: { status, detail: `${reason} Expected a change of ${table}, such as ${example}.` } }
  }

  const json = typeof body === 'string' ? parseJson(body) : { ok: true, value: body }
  if (!json.ok) return refuse(400, 'The body is not valid JSON.')
  const parsed = bodySchema.safeParse(json.value)
  if (!parsed.success) return refuse(400, `Invalid body: ${messages(parsed.error)}.`)

  const from = `${parsed.data.schema}.${parsed.data.table}`
  if (from !== table && from !== users) return refuse(422, 'The event is for another table.')
  const type = typeSchema.safeParse(parsed.data.type)
  if (!type.success) return refuse(422, '"type" must be INSERT, UPDATE or DELETE.')

  // A deleted row is only in old_record.
  const name = type.data === 'DELETE' ? 'old_record' : 'record'
  const row = rowSchema.safeParse(parsed.data[name])
  if (!row.success) return refuse(400, `Invalid body: "${name}.id" must be a UUID.`)
  return { ok: true, event: { type: type.data, profileId: row.data.id } }
}

function messages(error: z.ZodError): string {
  return error.issues.map(({ message }) => message).join(', ')
}

function parseJson(text: string): { ok: boolean; value?: unknown } {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    // Without the parser's message, which would repeat the body.
    return { ok: false }
  }
}
