'use client'

import { useId, useState } from 'react'
import { changeLimit } from '#app/keys/actions.ts'
import { FormError } from '#components/form-error.tsx'
import { SubmitButton } from '#components/submit-button.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, opens } from '#components/ui/dialog.tsx'
import { useActionForm } from '#components/use-action-form.ts'
import type { FormState } from '#lib/form.ts'
import { Announcement } from './announcement.tsx'
import { LimitFields } from './create-key-fields.tsx'
import { type FormDialogProps, initialKeyForm, inTurns, useEnd } from './key-form.tsx'
import { useAnnouncement } from './use-announcement.ts'

const loadParser = () => import('#lib/change-key-forms.ts').then((module) => module.parseChangeLimit)

type ChangeLimitProps = {
  keyId: string
  /** What the fields begin with. */
  values: FormState['values']
}

/**
 * Changes how often a key may be used. It works before scripts arrive.
 *
 * @param props.isRevoked offers nothing then; the dialog stays, to say so where it was open already
 */
export function ChangeLimit({ isRevoked, ...props }: ChangeLimitProps & { isRevoked: boolean }) {
  const id = useId()
  const [text, announce] = useAnnouncement()
  return (
    <>
      {!isRevoked && (
        <Button type="button" variant="outline" size="sm" className="mt-auto self-start" {...opens(id)}>
          Change limit
        </Button>
      )}
      <ChangeLimitDialog id={id} {...props} onDone={announce} />
      <Announcement text={text} />
    </>
  )
}

const ChangeLimitDialog = inTurns<FormDialogProps & ChangeLimitProps & { onDone: (text: string) => void }>((props) => {
  const { id, keyId, values, isOpenAtFirst, onClosed, onDone } = props
  const { state, isPending, fieldErrors, formProps } = useActionForm(changeLimit, initialKeyForm, loadParser)
  const [isRefused] = useState(state !== initialKeyForm && !state.isDone)
  useEnd(state, id, () => onDone('The limit was changed.'))
  return (
    <Dialog
      id={id}
      title="Change limit"
      description="It holds from the next request on, in place of every limit that the key has now."
      isDismissible={!isPending}
      isOpenAtFirst={isOpenAtFirst || isRefused}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <input type="hidden" name="id" value={keyId} />
        <FormError text={state.formError} />
        <LimitFields values={{ ...values, ...state.values }} errors={fieldErrors} />
        <div className="flex justify-end">
          <SubmitButton isPending={isPending}>Change limit</SubmitButton>
        </div>
      </form>
    </Dialog>
  )
})
