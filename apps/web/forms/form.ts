import * as z from 'zod/mini'

/** What is wrong, by the name of the field. */
export type FieldErrors = Partial<Record<string, string[]>>

/** A form as it was sent: what it says, or what is wrong with it. */
export type ParsedForm<Data> = { ok: true; data: Data } | { ok: false; fieldErrors: FieldErrors }

/** What a form shows after it was sent. It never holds a secret. */
export interface FormState {
  /** What its fields begin with again, by name. */
  readonly values: Partial<Record<string, string>>
  readonly fieldErrors: FieldErrors
  /** What went wrong that no field is to blame for. */
  readonly formError?: string
}

/**
 * Creates the one parser of a form that runs in the browser, to tell at once, and on the server, to be sure.
 *
 * @param options.lists names of the fields of which there may be several; default none
 */
export function createFormParser<Schema extends z.core.$ZodType>(
  schema: Schema,
  options: { lists?: string[] } = {},
): (form: FormData) => ParsedForm<z.output<Schema>> {
  return (form) => {
    const input: Record<string, unknown> = Object.fromEntries(form)
    for (const name of options.lists ?? []) input[name] = form.getAll(name)
    const result = z.safeParse(schema, input)
    return result.success ? { ok: true, data: result.data } : { ok: false, fieldErrors: flatten(result.error.issues) }
  }
}

function flatten(issues: z.core.$ZodIssue[]): FieldErrors {
  const errors: FieldErrors = {}
  for (const { path, message } of issues) (errors[String(path[0] ?? '')] ??= []).push(message)
  return errors
}

/**
 * Keeps what was typed into some fields, to be shown again; of a list, its members with spaces between them. Never name the
 * field of a secret.
 */
export function keepValues(form: FormData, names: readonly string[]): FormState['values'] {
  const values: FormState['values'] = {}
  for (const name of names) {
    const texts = form.getAll(name).filter((value) => typeof value === 'string')
    if (texts.length > 0) values[name] = texts.join(' ')
  }
  return values
}
