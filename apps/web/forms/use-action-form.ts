'use client'

import { type ComponentProps, useActionState, useEffect, useRef, useState } from 'react'
import type { FieldErrors, FormState, ParsedForm } from './form.ts'

const offline = 'You are offline, so nothing was sent. Try again when you are connected.'

type Parser = (form: FormData) => ParsedForm<unknown>

/** A form that calls a server action. */
export interface ActionForm<State extends FormState> {
  readonly state: Awaited<State>
  readonly isPending: boolean
  /** From the check in the browser or from the action, whichever ran last. */
  readonly fieldErrors: FieldErrors
  /** For the `<form>`. */
  readonly formProps: Pick<ComponentProps<'form'>, 'ref' | 'action' | 'onFocus' | 'onSubmit' | 'noValidate'>
}

/**
 * Connects a form to a server action, and checks it in the browser first. It is not sent while offline. Before scripts arrive,
 * the browser posts the form itself; the action checks it in any case.
 *
 * @param loadParser imports the parser that the action uses; called when the form first gets the focus, to keep the parser out
 *   of the initial scripts; default none, for a form without text fields
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
      // Without the parser, the server reports the same errors a moment later.
    }
  }

  useEffect(() => {
    // In the order of the page, which can differ from the order of the schema.
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
        // Enter sends a form with one field even if its button does nothing, and it must not be sent twice.
        if (isPending) return event.preventDefault()
        const parsed = parser.current?.(new FormData(event.currentTarget))
        const found = parsed === undefined || parsed.ok ? null : parsed.fieldErrors
        setRefused(found)
        // An action that cannot reach the server replaces the page with an error, and the input is lost.
        setIsOffline(!navigator.onLine)
        if (found !== null || !navigator.onLine) event.preventDefault()
      },
    },
  }
}
