import * as z from 'zod/mini'
import { emailSchema } from '#features/auth/credentials.ts'
import { createFormParser, type ParsedForm } from '#forms/form.ts'
import { deleteConfirmation } from './delete-confirmation.ts'

/** Parses the form for another e-mail address. */
export const parseChangeEmail = createFormParser(z.object({ email: emailSchema }))

/**
 * Creates the parser of the form for deleting an account, which refuses every other confirmation.
 *
 * @param email of the account; on the server the one that Supabase has, and never one that the form sends
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

/** Nobody has to type the capital letters of an address, or to see a space behind it. */
function fold(text: string): string {
  return text.trim().toLowerCase()
}
