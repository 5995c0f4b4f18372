import { notFound } from 'next/navigation'

/**
 * Refuses the call of an action without a form, with a 404. Call it first: anyone can call an action with other arguments than those of
 * its type.
 */
export function requireForm(form: unknown): asserts form is FormData {
  if (!(form instanceof FormData)) notFound()
}
