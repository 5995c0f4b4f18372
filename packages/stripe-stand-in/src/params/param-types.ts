import { z } from 'zod'

/** Adds an issue with Stripe's error code to the result of a schema. */
function refuse(ctx: z.RefinementCtx, message: string, code?: string): never {
  ctx.addIssue({ code: 'custom', message, params: { code } })
  return z.NEVER
}

/**
 * Describes a text of at most `max` characters. An empty text unsets the value and is read as null.
 *
 * @param check returns the message and Stripe's code for an invalid text, or null
 */
export function text(max: number, check?: (value: string) => { message: string; code: string } | null) {
  return z.string().transform((value, ctx) => {
    if (value === '') return null
    if (Array.from(value).length > max) {
      return refuse(ctx, `Invalid string: ${value.slice(0, 10)}…; must be at most ${max} characters`)
    }
    const refusal = check?.(value) ?? null
    return refusal === null ? value : refuse(ctx, refusal.message, refusal.code)
  })
}

/** Describes a text that must not be empty. */
export function requiredText(max: number) {
  return text(max).transform((value, ctx) => {
    return value ?? refuse(ctx, 'You passed an empty string where a value is required.', 'parameter_invalid_empty')
  })
}

/** Describes a whole number from `min` to `max`. */
export function integer(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
  const code = 'parameter_invalid_integer'
  return z.string().transform((value, ctx) => {
    if (!/^-?\d{1,15}$/.test(value)) return refuse(ctx, `Invalid integer: ${value}`, code)
    const number = Number(value)
    if (number < min) return refuse(ctx, `This value must be greater than or equal to ${min}.`, code)
    if (number > max) return refuse(ctx, `This value must be less than or equal to ${max}.`, code)
    return number
  })
}

/** Describes one of several fixed values. */
export function choice<const T extends readonly string[]>(values: T) {
  return z.string().transform((value, ctx): T[number] => {
    const known = values.find((candidate) => candidate === value)
    return known ?? refuse(ctx, `Invalid value: ${value}; must be one of ${values.join(', ')}`)
  })
}

/** Describes a list, sent as `name[0]` or `name[]`. An empty text is an empty list. */
export function list<T extends z.ZodType>(element: T) {
  return z.preprocess((value) => {
    if (value === '') return []
    return typeof value === 'object' && value !== null ? Object.values(value) : value
  }, z.array(element))
}

/** Describes a value that an empty text unsets; it is then read as null. */
export function emptyable<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? null : value), schema.nullable())
}

/** Describes an instant in seconds, or a range: `created=1`, `created[gte]=1&created[lt]=9`. */
export function instantRange() {
  const bound = integer().optional()
  return z.preprocess(
    (value) => (typeof value === 'string' ? { gte: value, lte: value } : value),
    z.strictObject({ gt: bound, gte: bound, lt: bound, lte: bound }),
  )
}

/** The parameters that every list has: the size of a page and its position. */
export const pageParams = {
  ending_before: z.string().optional(),
  limit: integer(1, 100).default(10),
  starting_after: z.string().optional(),
}
