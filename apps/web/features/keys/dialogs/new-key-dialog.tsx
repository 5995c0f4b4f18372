'use client'

import { type ReactNode, useState } from 'react'
import { Button } from '#ui/button.tsx'
import { closes, Dialog } from '#ui/dialog.tsx'
import type { KeyFormState } from '../actions.ts'
import { initialKeyForm } from './key-form.ts'
import { NewKeyPanel } from './new-key-panel.tsx'

interface NewKeyDialogProps {
  readonly id: string
  /** While there is no key yet. */
  readonly title: string
  readonly description: ReactNode
  readonly state: KeyFormState
  readonly isPending: boolean
  /** The page it stands on. */
  readonly path: string
  readonly isOpenAtFirst: boolean
  readonly onClosed: () => void
  /** The form that makes the key. */
  readonly children: ReactNode
}

/** Shows a form that makes a key, and then the key. Only its own button closes it then, so that no key is lost unseen. */
export function NewKeyDialog(props: NewKeyDialogProps) {
  const { id, state, isPending, path, isOpenAtFirst, onClosed, children } = props
  // Scripts had not arrived: the browser posted the form, and this page is the answer.
  const [isAnswer] = useState(state !== initialKeyForm)
  const { newKey } = state
  return (
    <Dialog
      id={id}
      title={newKey === undefined ? props.title : 'Save your API key'}
      description={newKey === undefined ? props.description : undefined}
      isDismissible={newKey === undefined && !isPending}
      isOpenAtFirst={isOpenAtFirst || isAnswer}
      onClosed={onClosed}
    >
      {newKey === undefined ? (
        children
      ) : (
        <>
          <NewKeyPanel newKey={newKey} />
          <div className="flex justify-end">
            {isAnswer ? (
              <Button asChild>
                {/* A plain link: it leaves this page, and the key with it. */}
                <a href={path}>Done</a>
              </Button>
            ) : (
              <Button type="button" {...closes(id)}>
                Done
              </Button>
            )}
          </div>
        </>
      )}
    </Dialog>
  )
}
