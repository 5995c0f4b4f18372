import { z } from 'zod'

const email = z
  .string('Enter your e-mail address.')
  .trim()
  .min(1, 'Enter your e-mail address.')
  .max(254, 'This address is too long.')
  .pipe(z.email('This is not an e-mail address. Expected something like you@example.com.'))

/** What a form for signing in sends. Any password goes, because the rules may have been others when it was chosen. */
export const signInSchema = z.object({
  email,
  password: z.string('Enter your password.').min(1, 'Enter your password.'),
})

/** What a form for signing up sends. bcrypt, which Supabase uses, reads 72 bytes of a password and no more. */
export const signUpSchema = z.object({
  email,
  password: z
    .string('Choose a password.')
    .min(8, 'Use at least 8 characters.')
    .refine((password) => new TextEncoder().encode(password).length <= 72, 'Use at most 72 characters.'),
})
