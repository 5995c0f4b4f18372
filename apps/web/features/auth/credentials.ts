import * as z from 'zod/mini'
import { createFormParser } from '#forms/form.ts'

/** An email address in a form. */
export const emailSchema = z.pipe(
  z
    .string('Enter your email address.')
    .check(
      z.trim(),
      z.minLength(1, { error: 'Enter your email address.', abort: true }),
      z.maxLength(254, { error: 'Use at most 254 characters.', abort: true }),
    ),
  z.email('Enter a valid email address, such as you@example.com.'),
)

/** Parses the sign-in form. It accepts every password, because today's rules do not apply to older ones. */
export const parseSignIn = createFormParser(
  z.object({
    email: emailSchema,
    password: z.string('Enter your password.').check(z.minLength(1, 'Enter your password.')),
  }),
)

/** Parses the sign-up form. Supabase hashes with bcrypt, which ignores everything after 72 bytes. */
export const parseSignUp = createFormParser(
  z.object({
    email: emailSchema,
    password: z.string('Choose a password.').check(
      z.minLength(8, 'Use at least 8 characters.'),
      z.refine((password) => new TextEncoder().encode(password).length <= 72, 'Use at most 72 characters.'),
    ),
  }),
)
