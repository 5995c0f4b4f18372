import * as z from 'zod/mini'

/** Error messages by the name of the field. */
export type FieldErrors = Partial<Record<string, string[]>>

/** The data of a form, or its errors. */
export type ParsedForm<Data> = { ok: true; data: Data } | { ok: false; fieldErrors: FieldErrors }

/** The state of a form after it was sent. It must never contain a secret. */
export interface FormState {
  /** The initial values of its fields, by name. */
  readonly values: Partial<Record<string, string>>
  readonly fieldErrors: FieldErrors
  /** An error that no field causes. */
  readonly formError?: string
}

/**
 * Creates the parser of a form. It runs in the browser, for fast feedback, and on the server, which decides.
 *
 * A missing form is an empty one: an action gets the arguments that a request gives it.
 *
 * @param options.lists the names of fields that can occur several times; default none
 */
export function createFormParser<Schema extends z.core.$ZodType>(
  schema: Schema,
  options: { lists?: string[] } = {},
): (form: FormData | undefined) => ParsedForm<z.output<Schema>> {
  return (form = new FormData()) => {
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
 * Keeps the values of some fields, to show them again. The items of a list are joined with spaces. Never pass the name of a
 * field with a secret.
 */
export function keepValues(form: FormData | undefined, names: readonly string[]): FormState['values'] {
  const values: FormState['values'] = {}
  for (const name of names) {
    const texts = form?.getAll(name).filter((value) => typeof value === 'string') ?? []
    if (texts.length > 0) values[name] = texts.join(' ')
  }
  return values
}
