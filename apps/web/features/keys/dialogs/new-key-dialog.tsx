'use client'

import { type ReactNode, useState } from 'react'
import { Button } from '#ui/button.tsx'
import { closes, Dialog } from '#ui/dialog.tsx'
import type { KeyFormState } from '../actions.ts'
import { initialKeyForm } from './key-form.ts'
import { NewKeyPanel } from './new-key-panel.tsx'

interface NewKeyDialogProps {
  readonly id: string
  /** The title until there is a key. */
  readonly title: string
  readonly description: ReactNode
  readonly state: KeyFormState
  readonly isPending: boolean
  /** The path of the page. */
  readonly path: string
  readonly isOpenAtFirst: boolean
  readonly onClosed: () => void
  /** The form that creates the key. */
  readonly children: ReactNode
}

/** Shows a form that creates a key, and then the key. Only its button closes it then, so that no key is lost unseen. */
export function NewKeyDialog(props: NewKeyDialogProps) {
  const { id, state, isPending, path, isOpenAtFirst, onClosed, children } = props
  // Before scripts arrive, the browser posts the form, and this page is the response.
  const [isPostResponse] = useState(state !== initialKeyForm)
  const { newKey } = state
  return (
    <Dialog
      id={id}
      title={newKey === undefined ? props.title : 'Save your API key'}
      description={newKey === undefined ? props.description : undefined}
      isDismissible={newKey === undefined && !isPending}
      isOpenAtFirst={isOpenAtFirst || isPostResponse}
      onClosed={onClosed}
    >
      {newKey === undefined ? (
        children
      ) : (
        <>
          <NewKeyPanel newKey={newKey} />
          <div className="flex justify-end">
            {isPostResponse ? (
              <Button asChild>
                {/* A plain link, because loading a new page drops the key. */}
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
