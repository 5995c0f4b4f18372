'use client'

import { type ComponentProps, useActionState, useEffect, useRef, useState } from 'react'
import type { FieldErrors, FormState, ParsedForm } from './form.ts'

const offline = 'You are offline, so nothing was sent. Try again once you are connected.'

type Parser = (form: FormData) => ParsedForm<unknown>

/** A form that runs by a server action. */
export interface ActionForm<State extends FormState> {
  readonly state: Awaited<State>
  readonly isPending: boolean
  /** Of the browser's check or of the action, whichever came last. */
  readonly fieldErrors: FieldErrors
  /** For the `<form>`. */
  readonly formProps: Pick<ComponentProps<'form'>, 'ref' | 'action' | 'onFocus' | 'onSubmit' | 'noValidate'>
}

/**
 * Runs a form by a server action, and checks it in the browser first; offline, it is not sent. The form works before
 * scripts arrive: the browser then posts it itself, and the action checks it in any case.
 *
 * @param loadParser fetches the parser that the action uses too; called at the form's first focus, to keep it out of what
 *   the page loads first; default none, for a form in which nothing is typed
 */
export function useActionForm<State extends FormState>(
  action: (state: Awaited<State>, form: FormData) => State | Promise<State>,
  initialState: Awaited<State>,
  loadParser?: () => Promise<Parser>,
): ActionForm<State> {
  const [state, formAction, isPending] = useActionState(action, initialState)
  const [refused, setRefused] = useState<FieldErrors | null>(null)
  const [isOffline, setIsOffline] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const parser = useRef<Parser>(null)
  const fieldErrors = refused ?? state.fieldErrors

  const load = async () => {
    try {
      parser.current ??= (await loadParser?.()) ?? null
    } catch {
      // Without it the server's answer comes a moment later, and says the same.
    }
  }

  useEffect(() => {
    // In the order of the page, which is not the one of the schema.
    for (const element of form.current?.elements ?? []) {
      const name = element.getAttribute('name')
      if (name === null || fieldErrors[name] === undefined || !(element instanceof HTMLElement)) continue
      element.focus()
      return
    }
  }, [fieldErrors])

  return {
    state: isOffline ? { ...state, formError: offline } : state,
    isPending,
    fieldErrors,
    formProps: {
      ref: form,
      action: formAction,
      noValidate: true,
      onFocus: () => void load(),
      onSubmit: (event) => {
        // Enter sends a form of one field without its button, too, and what is under way must not be sent again.
        if (isPending) return event.preventDefault()
        const parsed = parser.current?.(new FormData(event.currentTarget))
        const found = parsed === undefined || parsed.ok ? null : parsed.fieldErrors
        setRefused(found)
        // An action that does not get through would take the page down, and all that was typed with it.
        setIsOffline(!navigator.onLine)
        if (found !== null || !navigator.onLine) event.preventDefault()
      },
    },
  }
}
