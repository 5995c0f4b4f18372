import * as z from 'zod/mini'
import { createFormParser } from '#forms/form.ts'
import { isLimit, limitShape, quotaText } from './key-limit.ts'
import { keyNameSchema } from './key-name.ts'

/** Parses the form that renames a key. */
export const parseRenameKey = createFormParser(z.object({ name: keyNameSchema }))

/** Parses the form that rotates a key, with the seconds for which the old key still works; 0 if it ends now. */
export const parseRotateKey = createFormParser(
  z.pipe(
    z.object({
      grace: z.enum(['3600', '86400', '604800'], 'Choose when the old key expires.'),
      endsNow: z.optional(z.literal('on')),
    }),
    z.transform(({ grace, endsNow }) => ({ grace: endsNow === 'on' ? 0 : Number(grace) })),
  ),
)

/** Parses the form that changes the limit of a key. */
export const parseChangeLimit = createFormParser(
  z.object(limitShape).check(z.refine(isLimit, { path: ['quota'], error: quotaText })),
)
