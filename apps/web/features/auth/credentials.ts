import * as z from 'zod/mini'
import { createFormParser } from '#forms/form.ts'

/** An e-mail address as a visitor types it. */
export const emailSchema = z.pipe(
  z
    .string('Enter your e-mail address.')
    .check(
      z.trim(),
      z.minLength(1, { error: 'Enter your e-mail address.', abort: true }),
      z.maxLength(254, { error: 'This address is too long.', abort: true }),
    ),
  z.email('This is not an e-mail address. Expected something like you@example.com.'),
)

/** Parses the form for signing in. Any password goes, because the rules may have been others when it was chosen. */
export const parseSignIn = createFormParser(
  z.object({
    email: emailSchema,
    password: z.string('Enter your password.').check(z.minLength(1, 'Enter your password.')),
  }),
)

/** Parses the form for signing up. bcrypt, which Supabase uses, reads 72 bytes of a password and no more. */
export const parseSignUp = createFormParser(
  z.object({
    email: emailSchema,
    password: z.string('Choose a password.').check(
      z.minLength(8, 'Use at least 8 characters.'),
      z.refine((password) => new TextEncoder().encode(password).length <= 72, 'Use at most 72 characters.'),
    ),
  }),
)
