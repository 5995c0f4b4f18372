'use client'

import { useId } from 'react'
import type { FormState } from '#forms/form.ts'
import { type FormDialogProps, withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Button } from '#ui/button.tsx'
import { opens } from '#ui/dialog.tsx'
import { changeLimit } from '../actions.ts'
import { Announcement } from '../list/announcement.tsx'
import { useAnnouncement } from '../list/use-announcement.ts'
import { LimitFields } from './key-fields.tsx'
import { KeyFormDialog } from './key-form-dialog.tsx'
import { initialKeyForm } from './key-form.ts'

const loadParser = () => import('../rules/change-key-forms.ts').then((module) => module.parseChangeLimit)

interface ChangeLimitProps {
  readonly keyId: string
  /** The initial values of the fields. */
  readonly values: FormState['values']
}

/**
 * Changes the limit of a key. It works before scripts arrive.
 *
 * @param props.isRevoked hides the button, but keeps the dialog, which may be open and then shows the error
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

const ChangeLimitDialog = withResetOnClose<FormDialogProps & ChangeLimitProps & { onDone: (text: string) => void }>(
  (props) => {
    const { values, ...rest } = props
    const form = useActionForm(changeLimit, initialKeyForm, loadParser)
    return (
      <KeyFormDialog
        {...rest}
        form={form}
        title="Change limit"
        description="Replaces all limits of the key, starting with the next request."
        done="Limit changed."
      >
        <LimitFields values={{ ...values, ...form.state.values }} errors={form.fieldErrors} />
        <div className="flex justify-end">
          <SubmitButton isPending={form.isPending}>Change limit</SubmitButton>
        </div>
      </KeyFormDialog>
    )
  },
)
