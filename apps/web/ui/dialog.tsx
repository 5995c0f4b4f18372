'use client'

import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from './button.tsx'

/** The attributes of a button that opens a dialog, even before scripts arrive: `<Button type="button" {...opens(id)}>`. */
export const opens = (id: string) => ({ command: 'show-modal', commandfor: id })

/** The attributes of a button that closes a dialog. */
export const closes = (id: string) => ({ command: 'close', commandfor: id })

/** Closes a dialog if it is open. */
export function closeDialog(id: string): void {
  const dialog = document.getElementById(id)
  if (dialog instanceof HTMLDialogElement) dialog.close()
}

interface DialogProps {
  readonly id: string
  readonly title: string
  readonly description?: ReactNode
  /** If false, Escape and a click outside do not close the dialog, so that its content is not lost. Default: true. */
  readonly isDismissible?: boolean
  /** Whether it is open at first, for example after its form was sent before scripts arrived. Default: false. */
  readonly isOpenAtFirst?: boolean
  /** Called when the dialog is closed, in any way. */
  readonly onClosed?: () => void
  /** Remounted when the dialog is closed, so that it starts empty each time. */
  readonly children: ReactNode
}

/** Shows content above the page in the browser's own dialog, which traps the focus and returns it. */
export function Dialog(props: DialogProps) {
  const { id, title, description, isDismissible = true, onClosed, children } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const [isOpenAtFirst] = useState(props.isOpenAtFirst ?? false)
  const [timesClosed, setTimesClosed] = useState(0)

  useEffect(() => {
    const element = dialog.current
    if (element === null || !isOpenAtFirst || element.matches(':modal')) return
    element.removeAttribute('open')
    element.showModal()
  }, [isOpenAtFirst])

  useEffect(() => {
    if ('commandForElement' in HTMLButtonElement.prototype) return
    // Browsers from before 2026 support the dialog, but not the attributes of the buttons.
    const run = (event: MouseEvent) => {
      const button = event.target instanceof Element ? event.target.closest(`button[commandfor="${id}"]`) : null
      if (button?.getAttribute('command') === 'show-modal') dialog.current?.showModal()
      if (button?.getAttribute('command') === 'close') dialog.current?.close()
    }
    document.addEventListener('click', run)
    return () => document.removeEventListener('click', run)
  }, [id])

  return (
    <dialog
      ref={dialog}
      id={id}
      open={isOpenAtFirst}
      aria-labelledby={`${id}-title`}
      aria-describedby={description === undefined ? undefined : `${id}-description`}
      {...{ closedby: isDismissible ? 'any' : 'none' }}
      onCancel={(event) => {
        // Only of the dialog itself: the `cancel` event of a file field bubbles up here.
        if (event.target === event.currentTarget && !isDismissible) event.preventDefault()
      }}
      onClose={() => {
        setTimesClosed(timesClosed + 1)
        onClosed?.()
      }}
      className="fixed inset-0 z-20 m-auto max-h-[calc(100dvh-2rem)] w-[calc(100%-2rem)] max-w-lg overflow-y-auto overscroll-contain rounded-xl border bg-card text-card-foreground shadow-lg backdrop:bg-black/50"
    >
      <div key={timesClosed} className="flex flex-col gap-5 p-5 sm:p-6">
        <div className="flex flex-col gap-1.5 pr-10">
          <h2 id={`${id}-title`} className="text-lg font-semibold tracking-tight">
            {title}
          </h2>
          {description !== undefined && (
            <div id={`${id}-description`} className="text-sm text-pretty text-muted-foreground">
              {description}
            </div>
          )}
        </div>
        {children}
        {isDismissible && (
          // Last, so that the content gets the focus first.
          <Button
            type="button"
            variant="ghost"
            size="icon"
            className="absolute top-4 right-4"
            aria-label="Close"
            {...closes(id)}
          >
            <X aria-hidden />
          </Button>
        )}
      </div>
    </dialog>
  )
}
