import * as z from 'zod/mini'
import { emailSchema } from '#features/auth/credentials.ts'
import { createFormParser, type ParsedForm } from '#forms/form.ts'
import { deleteConfirmation } from './delete-confirmation.ts'

/** Parses the form that changes the email address. */
export const parseChangeEmail = createFormParser(z.object({ email: emailSchema }))

/**
 * Creates the parser of the form that deletes an account. It accepts only the right confirmation.
 *
 * @param email of the account; on the server always from Supabase, never from the form
 */
export function createDeleteAccountParser(email: string): (form: FormData) => ParsedForm<{ confirmation: string }> {
  const expected = deleteConfirmation(email)
  return createFormParser(
    z.object({
      confirmation: z
        .string(`Type ${expected} to confirm.`)
        .check(
          z.refine((typed) => fold(typed) === fold(expected), `This does not match. Type ${expected} to confirm.`),
        ),
    }),
  )
}

/** Ignores case and surrounding spaces. */
function fold(text: string): string {
  return text.trim().toLowerCase()
}
