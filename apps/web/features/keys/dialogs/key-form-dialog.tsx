'use client'

import { type ReactNode, useEffect, useEffectEvent } from 'react'
import { FormError } from '#forms/form-error.tsx'
import type { FormDialogProps } from '#forms/reset-on-close.tsx'
import type { ActionForm } from '#forms/use-action-form.ts'
import { closeDialog, Dialog } from '#ui/dialog.tsx'
import type { KeyFormState } from '../actions.ts'
import { initialKeyForm, type KeyDialogProps } from './key-form.ts'

type KeyFormDialogProps = Required<FormDialogProps> & {
  keyId: string
  title: string
  description?: string
  form: ActionForm<KeyFormState>
  /** Announced after success. */
  done: string
  onDone: KeyDialogProps['onDone']
  /** The fields and buttons. */
  children: ReactNode
}

/** Shows a form that changes a key. It closes and announces the result after success, and stays open on errors. */
export function KeyFormDialog(props: KeyFormDialogProps) {
  const { id, keyId, title, description, form, done, onDone, isOpenAtFirst, onClosed, children } = props
  const { state, isPending, formProps } = form
  const onEnd = useEffectEvent(() => onDone?.(done))
  useEffect(() => {
    if (!state.isDone) return
    closeDialog(id)
    onEnd()
  }, [state, id])
  return (
    <Dialog
      id={id}
      title={title}
      description={description}
      isDismissible={!isPending}
      // Before scripts arrive, the browser posts the form, and this page is the response.
      isOpenAtFirst={isOpenAtFirst || (state !== initialKeyForm && !state.isDone)}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <input type="hidden" name="id" value={keyId} />
        <FormError text={state.formError} />
        {children}
      </form>
    </Dialog>
  )
}
